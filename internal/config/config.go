// Package config reads and validates the configuration file. It reports all problems
// of a file at once, each with its key and line, and rejects unsafe settings.
//
// The package knows no vendor's API: the caller passes in the list of vendors and
// their keys. No message contains a value from the file or the environment.
package config

import (
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

//go:generate go test -run ^TestReference_MatchesStructs$ . -update

// Config is a valid configuration. The decoder works by the tags of the fields; their
// comments are the text of docs/configuration.md.
type Config struct {
	Server    Server     `key:"server"`
	Cache     Cache      `key:"cache"`
	Limits    Limits     `key:"limits"`
	Documents Documents  `key:"documents"`
	Telemetry Telemetry  `key:"telemetry"`
	Gateway   Gateway    `key:"gateway"`
	MCP       MCP        `key:"mcp"`
	Providers []Provider `key:"providers" required:"true"`
}

// Server is the section for the HTTP server.
type Server struct {
	// Host and port to listen on. Any address other than loopback requires `auth`.
	Listen string `key:"listen" default:"127.0.0.1:8080"`
	// Host and port of a second listener for `/healthz`, `/readyz` and `/metrics`, such as
	// `127.0.0.1:9090`. `/metrics` is then served there only. Default: all endpoints are on
	// `listen`. Any address other than loopback requires `adminOpen`.
	Admin string `key:"admin"`
	// Let clients of other hosts use `admin`, whose endpoints need no authentication: a
	// Prometheus, or the probes of Kubernetes. Use it in a private network only.
	AdminOpen bool `key:"adminOpen" default:"false"`
	// TLS on the listener. Without it, the server speaks plain HTTP.
	TLS TLS `key:"tls"`
	// Authentication of clients. Without it, the server accepts requests on a loopback
	// address only, whose `Host` header is a loopback name (protection against DNS
	// rebinding), and they have all permissions. `open` disables authentication: every
	// client that reaches the address can read everything. Use it in a private network
	// only.
	Auth Auth `key:"auth"`
	// Serve GraphiQL, the query editor, at `/`.
	GraphiQL bool `key:"graphiql" default:"true"`
	// Serve the page "Who has access" at `/access`: people, their logins, and reviews.
	Access bool `key:"access" default:"false"`
	// Allow introspection (`__schema`, `__type`), and let validation errors quote the
	// schema. Without it, `_service` exists only if `auth.router` is set, for the gateway.
	Introspection bool `key:"introspection" default:"true"`
	// Compress responses of 1 KiB or more with zstd or gzip, as `Accept-Encoding` allows. A
	// response in the response cache is compressed once.
	Compression bool `key:"compression" default:"true"`
	// Cross-origin requests from browsers (CORS).
	CORS CORS `key:"cors"`
}

// TLS is the certificate of the listener: TLS 1.2 or newer, with HTTP/2. The files are read again
// within a second when they have changed, and on SIGHUP. While they cannot be used, the
// certificate before stays in use, and the log says so. A relative path is resolved against the
// folder of the configuration file.
type TLS struct {
	// File with the certificate and those of its issuers, in PEM.
	Certificate string `key:"certificate" required:"true"`
	// File with the private key, in PEM.
	Key string `key:"key" required:"true"`
	// Use TLS on the listener `admin`, too.
	Admin bool `key:"admin" default:"false"`
}

// IsSet reports whether the listener uses TLS.
func (t TLS) IsSet() bool { return t.Certificate != "" }

// Scheme is the scheme of the server's URLs.
func (t TLS) Scheme() string {
	if t.IsSet() {
		return "https"
	}
	return "http"
}

// Auth is the authentication of clients: with a JWT, with a gateway secret, or both.
// With both, the secret identifies the gateway and the token that it forwards
// identifies the caller. At least one of `router` and `jwt` is required.
type Auth struct {
	// Open is set by the literal in place of the section.
	Open bool `literal:"open"`
	// A gateway that authenticates with the header `Router-Authorization`.
	Router Router `key:"router"`
	// JSON Web Tokens in the header `Authorization: Bearer …`.
	JWT JWT `key:"jwt"`
}

// Router is a gateway that shares a secret with this server. If it is configured, only
// the gateway can use `_entities` and `_service`.
type Router struct {
	// One secret, or two during a rotation. Each has at least 32 printable ASCII
	// characters; generate it with `openssl rand -base64 32`.
	Secrets []providers.Secret `key:"secrets" required:"true"`
	// Permissions of gateway requests without a token. Default: read non-personal
	// data.
	Scopes []string `key:"scopes" oneof:"personal:read cache:write"`
}

// JWT is the validation of JSON Web Tokens. Tokens must have an expiry (`exp`).
type JWT struct {
	// Required value of the claim `iss`; compared exactly.
	Issuer string `key:"issuer" required:"true"`
	// Required value of the claim `aud`, or one of its values.
	Audience string `key:"audience" required:"true"`
	// URL of the issuer's JSON Web Key Set (JWKS): `https`, or `http` on loopback.
	// Set either this or `jwksFile`.
	JWKS string `key:"jwks"`
	// File with the JWKS. A relative path is resolved against the folder of the
	// configuration file.
	JWKSFile string `key:"jwksFile"`
	// Accepted signature algorithms.
	Algorithms []string `key:"algorithms" default:"RS256" oneof:"RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA"`
	// Accepted clock skew for `exp`, `nbf` and `iat`.
	Leeway time.Duration `key:"leeway" default:"30s" min:"0s" max:"5m"`
	// Claim with the caller's scopes: a space-separated string or an array.
	ScopesClaim string `key:"scopesClaim" default:"scope"`
}

// CORS is the list of other origins whose pages may send requests with a token (CORS).
// Cookies are neither sent nor read.
type CORS struct {
	// Allowed origins, each with scheme, host and port as browsers send it in `Origin`:
	// `https://app.example.com`. Default: none.
	Origins []string `key:"origins"`
	// Request headers that these pages may send, besides those of GraphQL clients and
	// tracing libraries, such as `X-Session-Id`. Default: none.
	Headers []string `key:"headers"`
}

// Cache is the page cache: how long vendor responses are cached (TTL), and where. There
// is a cache in memory and, optionally, a shared second level in Redis.
type Cache struct {
	// A Redis that several replicas share: `redis://` or, with TLS, `rediss://`,
	// then `[user:password@]host[:port][/database]`. Several hosts,
	// `a:7000,b:7000`, are a Cluster or, with `?master=NAME` at the end, Sentinels.
	// Default: each replica caches in memory only.
	Redis providers.Secret `key:"redis"`
	// How long an entry is fresh (TTL); up to 20 % is subtracted at random (jitter).
	// `0s` here and in `stale` disables caching.
	Fresh time.Duration `key:"fresh" default:"60s" min:"0s" max:"5m"`
	// How long an entry is served stale afterwards, while it is revalidated in the
	// background (stale-while-revalidate), also if the vendor fails
	// (stale-if-error). At most `24h` together with `fresh`.
	Stale time.Duration `key:"stale" default:"10m" min:"0s" max:"24h"`
	// Key that encrypts the entries in Redis (AES-256): 32 bytes in base64, the same
	// on all replicas. Generate it with `openssl rand -base64 32`. Required unless
	// every host of `redis` is loopback.
	Key providers.Secret `key:"key"`
}

// Documents is the restriction and the caching of query documents. By default, clients
// can send any document.
type Documents struct {
	// File of trusted documents (persisted documents), which clients send by id: a
	// manifest in Apollo's format, or a JSON object of ids and documents. A relative
	// path is resolved against the folder of the configuration file.
	Manifest string `key:"manifest"`
	// Accept only the documents of `manifest`, and disable GraphiQL. Do not use it
	// behind a gateway, which generates its own queries.
	Only bool `key:"only" default:"false"`
	// Accept automatic persisted queries (APQ): cache documents that clients send with
	// their hash, in memory, at most 4 MiB. Not allowed with `only`.
	Automatic bool `key:"automatic" default:"false"`
}

// MCP is the server of the Model Context Protocol, through which assistants call trusted
// documents as tools, at `/mcp`.
type MCP struct {
	// Serve each query of `documents.manifest` that has a name as a tool. The credentials,
	// permissions and limits of its caller are those of `/graphql`.
	Enabled bool `key:"enabled" default:"false"`
	// Add the queries for questions of access that come with the program: a person everywhere,
	// leavers, stale logins, members of a tenant. They become trusted documents.
	BuiltIn bool `key:"builtIn" default:"true"`
}

// Gateway is what the server tells the gateway in front of it.
type Gateway struct {
	// Invalidation of a caching router's copies.
	Invalidation Invalidation `key:"invalidation"`
}

// Invalidation is the endpoint at which a caching router accepts invalidations, as Apollo Router's
// does. The server sends the cache tags of what `refresh` and `purge` invalidate, and of changes
// that it observes.
type Invalidation struct {
	// URL of the endpoint: `https`, or `http` on loopback, without user, query and fragment.
	URL string `key:"url" required:"true"`
	// The router's `shared_key`, which is sent in `Authorization`.
	Secret providers.Secret `key:"secret" required:"true"`
	// Name of this graph at the router.
	Subgraph string `key:"subgraph" default:"accountgraph"`
	// Allow a plain `http` URL on a host other than loopback. The secret is then sent
	// unencrypted.
	AllowInsecure bool `key:"allowInsecure" default:"false"`
}

// IsSet reports whether a router gets invalidations.
func (i Invalidation) IsSet() bool { return i.URL != "" }

// Index is the index of a provider. It is used with the server's own credential only.
type Index struct {
	// Use an index. Without it, long lists are read page by page for every query, as far as
	// the limits of an operation allow.
	Enabled bool `key:"enabled" default:"true"`
	// How long an index is served without being built again. Changes at the vendor are seen
	// within this time, and at once after the mutations `refresh` and `purge`. An index is
	// built when a query first needs it, and again while queries use it.
	Fresh time.Duration `key:"fresh" default:"10m" min:"1s" max:"24h"`
	// How long an index is served stale afterwards, while it is built again, or if the
	// vendor fails.
	Stale time.Duration `key:"stale" default:"1h" min:"0s" max:"24h"`
	// Build the index when the server starts, and again after an invalidation until a query
	// has used it.
	Warm bool `key:"warm" default:"false"`
	// Length of the shortest list that is indexed. Shorter lists are read page by page.
	MinRows int `key:"minRows" default:"1000" min:"0" max:"1000000"`
	// Users that an index may have; it may have twice as many memberships. Where a longer list
	// needs an index, it is read page by page if it has at most `limits.pagesPerList` pages, addresses that the
	// vendor can search are looked up, and else it is an error (`UPSTREAM_TRUNCATED`).
	MaxRows int `key:"maxRows" default:"1000000" min:"1000" max:"10000000"`
}

// Provider is one connection to a vendor. Several providers may have the same vendor.
type Provider struct {
	// Name of the connection, unique. It is the first part of the ids of its objects,
	// so it should never change. At most 40 lower-case letters, digits and dashes.
	Name string `key:"name" required:"true"`
	// Vendor whose API is called.
	Vendor model.Vendor `key:"vendor" required:"true"`
	// Base URL of the API: absolute, `https`, without user, query and fragment.
	BaseURL string `key:"baseURL" required:"true"`
	// The credential. Set it from the environment: `${NAME}`. Required unless
	// `credentials` is `caller`.
	Token providers.Secret `key:"token"`
	// Which credential is sent to the vendor. `server`: `token`, for all callers.
	// `caller`: the one that the caller sends in `credentialHeader`; without it, the
	// caller gets `UPSTREAM_UNAUTHENTICATED`. `caller_then_server`: the caller's, or
	// `token` without one.
	Credentials string `key:"credentials" default:"server" oneof:"server caller caller_then_server"`
	// Request header with the caller's credential for this provider, such as
	// `X-Vendor-Token`. Each provider needs a different one.
	CredentialHeader string `key:"credentialHeader"`
	// Maximum duration of one call, including its retries.
	Timeout time.Duration `key:"timeout" default:"10s" min:"100ms" max:"60s"`
	// Maximum number of calls in flight (bulkhead).
	MaxConcurrent int `key:"maxConcurrent" default:"8" min:"1" max:"64"`
	// Maximum size of one response of the vendor, after decompression. A larger one is
	// `UPSTREAM_BAD_RESPONSE`. A vendor that sends all users of an account in one
	// response needs some 200 bytes a user; the server decodes it while it arrives, and holds
	// less than half of that. The caches do not keep what takes more than their
	// [limits](operations.md#limits) allow.
	MaxBody Size `key:"maxBody" default:"64MiB" min:"1MiB" max:"1GiB"`
	// Allow a plain `http` base URL on a host other than loopback. The credential is
	// then sent unencrypted.
	AllowInsecure bool `key:"allowInsecure" default:"false"`
	// Send the trace context of a sampled operation to the vendor (W3C Trace Context), so that
	// its spans appear in the same trace. It contains random numbers only.
	Propagate bool `key:"propagate" default:"false"`
	// Compact rows of the provider's users and memberships in memory, for what the vendor
	// can neither look up, filter nor sort.
	Index Index `key:"index"`

	// Options are the values of the vendor's own keys, with their defaults.
	Options Options
}
