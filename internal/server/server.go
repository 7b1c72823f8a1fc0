// Package server is the HTTP server: it builds everything from the configuration,
// and serves GraphQL, GraphiQL, health and metrics until it is stopped.
//
// It knows no resolver: the executable schema is handed in.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/invalidation"
	"github.com/accountgraph/accountgraph/internal/mcp"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/ratelimit"
	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// Options are what a server is built from. Config, Schema and Log are required.
type Options struct {
	Config *config.Config
	Schema graphql.ExecutableSchema
	// SDL is the schema as text, for clients.
	SDL string
	Log *slog.Logger
	// VendorTransport sends the requests to vendors; nil is a pool of connections for each
	// provider.
	VendorTransport http.RoundTripper
	// Simulated turns the loopback check off: the data is fake.
	Simulated bool
	// Env finds the OTEL_* variables; nil finds none.
	Env config.LookupEnv
	// Level is that of Log; New sets it as the configuration says. Nil leaves it.
	Level *telemetry.Level
	// Embedded is for a server that only this process reads from, see Handler: there are no
	// callers to authenticate or to protect from each other, and no response is read twice.
	Embedded bool
}

// Server serves one configuration.
type Server struct {
	options Options
	log     *slog.Logger
	graphQL *transport.Handler
	// tools is nil if there is no MCP server.
	tools   *mcp.Handler
	address string
	handler http.Handler
	// admin is the handler of the second listener, whose address is "" if there is none.
	admin        http.Handler
	adminAddress string
	// tellsSchema are the keys by which clients of other hosts can read the schema.
	tellsSchema []string
	// connections are those of the public listener, and adminConnections those of the second one.
	connections, adminConnections *connections
	// certificates is nil without TLS.
	certificates *certificates
	cache        *pagecache.Cache
	traces       *telemetry.Traces
	// router is nil if no router gets invalidations.
	router *invalidation.Sender
	// stop ends the building of indexes.
	stop     context.CancelFunc
	stopping *atomic.Bool
	// providers and documents count what is configured, for the log.
	providers, documents int
	limits               config.Limits
}

// New builds a server without listening. Its errors are errors of the
// configuration. Close it after use.
func New(o Options) (*Server, error) {
	c := o.Config
	if o.Embedded {
		c = embedded(c)
	}
	authenticator, err := openAuthenticator(c.Server.Auth, o.Log)
	if err != nil {
		return nil, err
	}
	documents, err := openManifest(c, o.Schema)
	if err != nil {
		return nil, err
	}
	var served *certificates
	if c.Server.TLS.IsSet() {
		if served, err = openCertificates(c.Server.TLS, o.Log); err != nil {
			return nil, err
		}
	}
	metrics := telemetry.NewMetrics(providerNames(c), documents.OperationNames())
	traces, err := openTraces(c.Telemetry.Traces, o, metrics.Spans)
	if err != nil {
		return nil, err
	}
	settings := cacheConfig(c)
	settings.Log, settings.Observe = o.Log, metrics.CacheEvent
	cache, err := pagecache.Open(settings)
	if err != nil {
		traces.Close()
		return nil, err
	}
	log, router := telemetry.NewProviderLog(o.Log), openRouter(c, o.Log, metrics)
	providers, err := openProviders(c, cache, o.VendorTransport, observers{metrics, log, router})
	if err != nil {
		closeRouter(router)
		traces.Close()
		cache.Close()
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	key := CursorKey(c)
	indexed := withIndexes(ctx, c, providers, key, log)
	metrics.ObserveIndexes(indexStats(indexed))
	all := directory.New(indexed...)
	all.SetPagesPerList(c.Limits.PagesPerList)
	all.SetCursorKey(key)
	graphQL := transport.NewHandler(transport.Options{
		Schema: o.Schema, Directory: all, Log: o.Log,
		Authenticator: authenticator, LoopbackOnly: !c.Server.Auth.IsSet() && !o.Simulated,
		Origins: c.Server.CORS.Origins, CallerCredentials: callerCredentials(c.Providers),
		Introspection: c.Server.Introspection, CallsPerProvider: c.Limits.CallsPerProvider,
		Documents:          transport.Documents{Trusted: documents, Only: c.Documents.Only, Automatic: c.Documents.Automatic},
		Limits:             limits(c.Limits),
		DocumentCacheBytes: c.Limits.DocumentCacheBytes, AutomaticDocumentBytes: c.Limits.AutomaticDocumentBytes,
		ResponseBytes: int64(c.Limits.ResponseCacheBytes), CacheVersion: cache.Version,
		ObserveRequest: observeRequests(o, metrics), ObserveSource: metrics.Response,
		Admission: transport.Admission{
			InFlight: c.Limits.ConcurrentOperations, Running: c.Limits.RunningOperations,
			Queue: c.Limits.QueuedOperations, Wait: c.Limits.QueueWait,
		},
		ObserveAdmission: metrics.ObserveOperations,
		Rate:             rateLimiter(c.Limits.Rate, cache),
		Compress:         c.Server.Compression,
		Tracer:           traces.Tracer(),
	})
	tools, err := openMCP(o, c, graphQL, documents)
	if err != nil {
		stop()
		closeRouter(router)
		cache.Close()
		traces.Close()
		return nil, err
	}
	var protected http.Handler
	if tools != nil {
		protected = graphQL.Protect(tools)
	}
	s := &Server{
		options: o, tools: tools, graphQL: graphQL, log: o.Log, address: c.Server.Listen, tellsSchema: c.Server.TellsSchema(), cache: cache, traces: traces, router: router, stop: stop, stopping: new(atomic.Bool),
		providers: len(providers), documents: documents.Len(),
		limits: c.Limits, certificates: served, adminAddress: c.Server.Admin,
	}
	s.connections = newConnections(c.Limits.Connections, c.Limits.ReadTime, metrics.ConnectionRejected)
	s.adminConnections = newConnections(maxAdminConnections, c.Limits.ReadTime, func() {})
	metrics.ObserveConnections(s.connections.number)
	metrics.ObserveCaches(cache.Bytes, graphQL.ResponseBytes, redisUp(c, cache))
	s.admin = adminRoutes(metrics.Handler(), s.stopping)
	s.handler = routes(c, withCORS(c, graphQL), protected, metrics.Handler(), o.SDL, s.stopping)
	return s, nil
}

// cacheConfig returns what a configuration says of the page cache.
func cacheConfig(c *config.Config) pagecache.Config {
	return pagecache.Config{
		Redis: c.Cache.Redis, Key: c.Cache.Key, Fresh: c.Cache.Fresh, Stale: c.Cache.Stale,
		MaxBytes: int64(c.Limits.PageCacheBytes), Timeout: c.Limits.RedisTime,
	}
}

// embeddedCacheBytes bounds the page cache of an embedded server: whole lists are read once, so
// that only what rows refer to is read again.
const embeddedCacheBytes = 16 << 20

// embedded returns a configuration without what concerns callers.
func embedded(c *config.Config) *config.Config {
	own := *c
	own.Server.Auth, own.Documents, own.Limits.Rate, own.Limits.ResponseCacheBytes = config.Auth{}, config.Documents{}, 0, 0
	own.Limits.PageCacheBytes = min(own.Limits.PageCacheBytes, embeddedCacheBytes)
	own.MCP, own.Server.TLS, own.Gateway = config.MCP{}, config.TLS{}, config.Gateway{}
	return &own
}

// Handler is the handler of the public listener.
func (s *Server) Handler() http.Handler { return s.handler }

// rateLimiter returns a limiter of this rate, nil for 0. Replicas share it through the
// cache's Redis, if there is one.
func rateLimiter(rate int, cache *pagecache.Cache) *ratelimit.Limiter {
	if rate == 0 {
		return nil
	}
	return ratelimit.New(rate, cache, time.Now)
}

// Close ends the building of indexes, sends the last invalidations, releases the cache and
// exports the last spans.
func (s *Server) Close() {
	s.stop()
	closeRouter(s.router)
	s.cache.Close()
	s.traces.Close()
}

// responseTimeout bounds the writing of responses that have no limit of their own.
const responseTimeout = 5 * time.Second

// afterOperation is how much longer a server that stops waits than an operation takes: its
// response has to be written.
const afterOperation = time.Second

// limits returns the limits of the GraphQL endpoint.
func limits(l config.Limits) transport.Limits {
	d := complexity.DefaultLimits()
	d.Body, d.Bytes, d.Tokens = l.BodyBytes, l.DocumentBytes, l.Tokens
	d.Depth, d.RootFields, d.Fields, d.Cost = l.Depth, l.RootFields, l.Fields, l.Cost
	d.Aliases, d.Directives, d.SameResponseKey = l.Aliases, l.Directives, l.SameResponseKey
	d.OverlapPairs, d.UnknownFields, d.VariableDepth, d.Values = l.OverlapPairs, l.UnknownFields, l.VariableDepth, l.Values
	d.Fragments, d.Operations, d.Representations = l.Fragments, l.Operations, l.Representations
	return transport.Limits{OperationTime: l.OperationTime, ResponseTime: l.ResponseTime, Documents: d, Errors: l.Errors}
}
