// Package config reads the one file that configures the server. It reports every
// problem of a file at once, each with its key and line, and refuses what would
// be unsafe to start with. It is the only package that is handed the environment.
//
// It knows no vendor's API and starts nothing. No message of it holds a value
// from the file or from the environment.
package config

import (
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

//go:generate go test -run ^TestReference$ . -update

// Config is a configuration without a problem. The tags of its fields are what
// the decoder checks, and their comments are docs/configuration.md.
type Config struct {
	Server    Server     `key:"server"`
	Cache     Cache      `key:"cache"`
	Documents Documents  `key:"documents"`
	Providers []Provider `key:"providers" required:"true"`
}

// Server is how the server itself behaves.
type Server struct {
	// Host and port to listen on. Anything but a loopback address needs `auth`,
	// or the server does not start.
	Listen string `key:"listen" default:"127.0.0.1:8080"`
	// Who may ask. Left out: everyone who reaches a loopback address by its own
	// name, and they may do everything. `open` lets everyone in who reaches the
	// address, to read everything: for a closed network only.
	Auth Auth `key:"auth"`
	// Serve GraphiQL, the query editor, at `/`.
	GraphiQL bool `key:"graphiql" default:"true"`
	// Answer questions about the schema (`__schema`, `__type`), and let errors of
	// validation quote it. A gateway gets the SDL in any case.
	Introspection bool `key:"introspection" default:"true"`
	// Which pages of other sites may ask.
	CORS CORS `key:"cors"`
}

// Auth is who may ask: callers with a token, a gateway with its secret, or both,
// where the gateway's secret says that it is the gateway and the token that it
// passes on says who the caller is. One of `router` and `jwt` must be there.
type Auth struct {
	// Open is the word in place of the section.
	Open bool `word:"open"`
	// A gateway, known by the header `Router-Authorization`.
	Router Router `key:"router"`
	// JSON Web Tokens, in the header `Authorization: Bearer …`.
	JWT JWT `key:"jwt"`
}

// Router is a gateway that shares a secret with this server. Where it is
// configured, nobody else may ask for `_entities` and `_service`.
type Router struct {
	// One secret, or two while one takes the place of the other: each at least 32
	// printable characters, as `openssl rand -base64 32` prints them.
	Secrets []providers.Secret `key:"secrets" required:"true"`
	// What its requests without a token may do. Left out: read what is not
	// personal.
	Scopes []string `key:"scopes" oneof:"personal:read cache:write"`
}

// JWT is which JSON Web Tokens are believed. They must have `exp`.
type JWT struct {
	// What `iss` must be, to the letter.
	Issuer string `key:"issuer" required:"true"`
	// What `aud` must be or hold.
	Audience string `key:"audience" required:"true"`
	// Where the issuer publishes its keys, a JSON Web Key Set: `https`, or `http` on
	// loopback. Either this or `jwksFile`.
	JWKS string `key:"jwks"`
	// A file with these keys. A relative path begins at the folder of the
	// configuration.
	JWKSFile string `key:"jwksFile"`
	// How tokens may be signed.
	Algorithms []string `key:"algorithms" default:"RS256" oneof:"RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA"`
	// How far the issuer's clock may be off.
	Leeway time.Duration `key:"leeway" default:"30s" min:"0s" max:"5m"`
	// The claim with the caller's scopes: text with spaces between them, or a list.
	ScopesClaim string `key:"scopesClaim" default:"scope"`
}

// CORS is which pages of other sites may ask from a browser, with a token. Cookies
// are neither sent nor read.
type CORS struct {
	// Scheme, host and port of each, as browsers send them: `https://app.example.com`.
	// Left out: none.
	Origins []string `key:"origins"`
}

// Cache is for how long the vendors' answers are remembered, and where. Memory
// always holds them; Redis is a second level that several servers share.
type Cache struct {
	// A Redis that several servers share: `redis://` or, with TLS, `rediss://`,
	// then `[user:password@]host[:port][/database]`. Several hosts,
	// `a:7000,b:7000`, are nodes of a Cluster or, with `?master=NAME` at the end,
	// Sentinels. Left out: each server remembers for itself.
	Redis providers.Secret `key:"redis"`
	// For so long, or up to a fifth less, an answer is given without asking the
	// vendor. `0s` here and in `stale`: nothing is remembered.
	Fresh time.Duration `key:"fresh" default:"60s" min:"0s" max:"5m"`
	// For so long afterwards it is still given at once while it is read anew
	// behind, also when the vendor fails. At most `24h` together with `fresh`.
	Stale time.Duration `key:"stale" default:"10m" min:"0s" max:"24h"`
	// 32 bytes in base64, as `openssl rand -base64 32` prints them; the same at
	// all servers that share a Redis. Seals what Redis holds; may be left out only
	// where every host of `redis` is on loopback.
	Key providers.Secret `key:"key"`
}

// Documents is which queries are served: by themselves, all that clients spell out.
type Documents struct {
	// The file of trusted documents, which clients name by their ids: a manifest as
	// Apollo's tools write it, or one JSON object of ids and documents. A relative
	// path begins at the folder of the configuration.
	Manifest string `key:"manifest"`
	// Serve nothing but the documents of `manifest`, and no GraphiQL. Not for a
	// server behind a gateway, which writes its queries itself.
	Only bool `key:"only" default:"false"`
	// Remember documents that clients send with their hash (Apollo's automatic
	// persisted queries), in memory, at most 4 MiB of them. Not together with
	// `only`.
	Automatic bool `key:"automatic" default:"false"`
}

// Provider is one connection to a vendor. Several may share a vendor.
type Provider struct {
	// The first part of every id that comes from here, so it should never
	// change. Lower-case letters, digits and dashes, at most 40; unique.
	Name string `key:"name" required:"true"`
	// Whose API it is.
	Vendor model.Vendor `key:"vendor" required:"true" oneof:"activityinfo activeplatform blendvision softwareone"`
	// Where the API is: absolute, `https`, without user, query and fragment.
	BaseURL string `key:"baseURL" required:"true"`
	// The credential, best written as `${NAME}`. Required, but with
	// `credentials: caller`.
	Token providers.Secret `key:"token"`
	// Whose credential the vendor gets. `server`: the `token`, for everyone who may
	// ask. `caller`: what the caller sends in `credentialHeader`; who sends none
	// gets `UPSTREAM_UNAUTHENTICATED`. `caller_then_server`: that, or the `token`
	// for who sends none.
	Credentials string `key:"credentials" default:"server" oneof:"server caller caller_then_server"`
	// The header of a request in which callers send a credential for this provider,
	// such as `X-SoftwareOne-Token`. No other provider may have the same one.
	CredentialHeader string `key:"credentialHeader"`
	// How long one call may take, with all its repetitions.
	Timeout time.Duration `key:"timeout" default:"10s" min:"100ms" max:"60s"`
	// How many calls may be in flight.
	MaxConcurrent int `key:"maxConcurrent" default:"8" min:"1" max:"64"`
	// Allow a plain `http` base URL on a host other than loopback. The
	// credential then travels readable.
	AllowInsecure bool `key:"allowInsecure" default:"false"`

	// Where the users of an account are. Newer installations have
	// `/v1/accounts/accounts/{accountId}/users`.
	AccountUsersPath string `key:"accountUsersPath" vendor:"softwareone" default:"/v1/accounts/{accountId}/users"`
	// Billing accounts to read besides those found through the databases that
	// the token sees.
	BillingAccounts []string `key:"billingAccounts" vendor:"activityinfo"`
	// The organizations to read, by their ids.
	Organizations []string `key:"organizations" vendor:"blendvision" required:"true"`
}
