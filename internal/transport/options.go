package transport

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/trace"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/ratelimit"
	"github.com/accountgraph/accountgraph/internal/responsecache"
)

// Options configure a handler. Schema, Directory and Log are required.
type Options struct {
	Schema graphql.ExecutableSchema
	// Directory holds the providers that operations read from.
	Directory *directory.Directory
	Log       *slog.Logger
	// Authenticator identifies callers; nil rejects every request.
	Authenticator *auth.Authenticator
	// LoopbackOnly rejects requests whose Host is not a loopback name (DNS rebinding).
	LoopbackOnly bool
	// Origins may send cross-origin requests from a browser.
	Origins []string
	// CallerCredentials are the providers that are called with tokens of the caller.
	CallerCredentials []CallerCredential
	// Introspection allows clients to read the schema.
	Introspection bool
	// Documents are the persisted documents.
	Documents Documents
	// CallsPerProvider bounds the calls of one operation at each provider; 0 is
	// DefaultCallsPerProvider.
	CallsPerProvider int
	// Limits bound requests, operations and responses.
	Limits Limits
	// DocumentCacheBytes bounds the length of the documents that are kept parsed, and
	// AutomaticDocumentBytes of those that clients have registered; 0 means 1 MiB and 4 MiB.
	DocumentCacheBytes, AutomaticDocumentBytes int
	// ResponseBytes bounds the response cache; 0 disables it.
	ResponseBytes int64
	// CacheVersion changes with every invalidation of cached vendor data, and with it
	// all cached responses become invalid. It is required with ResponseBytes.
	CacheVersion func() uint64
	// Admission bounds the operations that are executed at the same time; the zero value
	// does not.
	Admission Admission
	// ObserveAdmission receives, once, a function that returns the current numbers; may be
	// nil. It is not called without Admission.
	ObserveAdmission func(stats func() Stats)
	// Rate limits what each caller may spend, in objects of Document.Cost; nil does not.
	Rate *ratelimit.Limiter
	// Now is time.Now when nil.
	Now func() time.Time
	// ObserveRequest receives each request after its response; may be nil.
	ObserveRequest func(operation.Request)
	// ObserveSource receives where the result of each operation came from; may be nil.
	ObserveSource func(from responsecache.Source)
	// Compress compresses responses of 1 KiB or more with zstd or gzip, as the client accepts.
	Compress bool
	// Tracer starts the span of each operation; nil records none.
	Tracer trace.Tracer
	// Prefetch fills the loaders of a query before its resolvers run; nil is
	// loaders.Loaders.Prefetch. It decides how many vendor calls a query needs, never
	// its response.
	Prefetch func(ctx context.Context, l *loaders.Loaders, root loaders.Selection)
}

// DefaultResponseBytes is room for some hundred large responses, or ten thousand
// small ones.
const DefaultResponseBytes = 16 << 20

// DefaultCallsPerProvider reads five thousand rows of a provider with a hundred a page.
const DefaultCallsPerProvider = 50

// withDefaults returns the options with every optional one set.
func (o Options) withDefaults() Options {
	if o.CallsPerProvider == 0 {
		o.CallsPerProvider = DefaultCallsPerProvider
	}
	o.Limits = o.Limits.withDefaults()
	if o.DocumentCacheBytes == 0 {
		o.DocumentCacheBytes = 1 << 20
	}
	if o.AutomaticDocumentBytes == 0 {
		o.AutomaticDocumentBytes = 4 << 20
	}
	if o.CacheVersion == nil {
		o.CacheVersion = func() uint64 { return 0 }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ObserveRequest == nil {
		o.ObserveRequest = func(operation.Request) {}
	}
	if o.ObserveSource == nil {
		o.ObserveSource = func(responsecache.Source) {}
	}
	if o.Prefetch == nil {
		o.Prefetch = func(ctx context.Context, l *loaders.Loaders, root loaders.Selection) { l.Prefetch(ctx, root) }
	}
	return o
}

// Handler is the handler of the GraphQL endpoint.
type Handler struct {
	http.Handler
	transport *transport
}

// ResponseBytes is the memory that is counted for the response cache.
func (h *Handler) ResponseBytes() int64 { return h.transport.responses.Bytes() }

// Reload replaces Options.Authenticator and Options.Documents.Trusted, for requests that
// arrive from now on.
func (h *Handler) Reload(a *auth.Authenticator, trusted *persisted.Manifest) {
	h.transport.access.Store(h.transport.access.Load().with(a, trusted))
}

// NewHandler returns the handler of the GraphQL endpoint.
func NewHandler(o Options) *Handler {
	o = o.withDefaults()
	server := handler.New(o.Schema)
	t := newTransport(o)
	if t.admission != nil && o.ObserveAdmission != nil {
		o.ObserveAdmission(t.admission.places.Stats)
	}
	server.AddTransport(t)
	server.SetQueryCache(newDocumentCache[*ast.QueryDocument](parsedDocuments(o.DocumentCacheBytes)))
	server.SetErrorPresenter(apierror.ErrorPresenter(o.Log))
	server.SetRecoverFunc(apierror.RecoverFunc(o.Log))
	// gqlgen counts `_service` as introspection, but a gateway that authenticates needs it.
	// Where introspection is off, package complexity rejects the rest.
	server.Use(extension.Introspection{})
	server.AroundResponses(interceptor{o.Limits.OperationTime, o.Prefetch}.interceptResponse)
	return &Handler{server, t}
}
