// Package auth authenticates clients by their HTTP headers: by a JWT, a gateway
// secret, or both. It carries the authenticated Caller in the context.
//
// The package knows no GraphQL. None of its logs and errors contains a token, a
// secret or a subject.
package auth

import (
	"context"
	"crypto/sha256"
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/accountgraph/accountgraph/providers"
)

// The scopes of the graph.
const (
	// PersonalRead permits reading personal fields and sorting by them.
	PersonalRead = "personal:read"
	// CacheWrite permits invalidating the cache.
	CacheWrite = "cache:write"
)

// Caller is an authenticated client. It is immutable and safe for concurrent use.
type Caller struct {
	// Subject is the sub claim of the token, which identifies the caller; empty
	// without a token.
	Subject providers.Secret
	// ClientID is the application that the token was issued to; empty if unknown.
	ClientID providers.Secret
	// Anonymous is true if callers need not authenticate. Address, the client's IP
	// address, identifies them then.
	Anonymous bool
	Address   string
	// Trusted is true if the caller may use the fields reserved for gateways:
	// _entities and _service.
	Trusted bool
	// ViaGateway is true if the request has the gateway's secret: its headers are the
	// gateway's, and no client's.
	ViaGateway bool
	// Scopes are the caller's permissions.
	Scopes []string
	// Credentials are the caller's tokens for vendors, by provider name. Each
	// replaces the provider's configured token; an empty one disables the provider.
	Credentials map[string]providers.Secret

	// id and key are ID and Key of an identified caller, else empty.
	id, key string
}

// identified computes the id and the key of a new caller, which it returns.
func (c *Caller) identified() *Caller {
	c.id, c.key = c.newID(), c.newKey()
	return c
}

// WithCredentials returns the caller with its tokens for vendors, and its address if it is
// anonymous.
func (c *Caller) WithCredentials(credentials map[string]providers.Secret, address string) *Caller {
	with := *c // copy: the authenticator may return a shared *Caller
	with.Credentials, with.Address = credentials, address
	return with.identified()
}

// HasScope reports whether the caller has a scope. A nil Caller has none.
func (c *Caller) HasScope(scope string) bool {
	return c != nil && slices.Contains(c.Scopes, scope)
}

// ID identifies the caller among all callers, for fair shares and rate limits: by the
// subject of its token, else by the client that the token was issued to, else by its
// address if it is anonymous. Requests of the gateway without a token are one caller. It
// is a digest, which contains no personal data.
func (c *Caller) ID() string {
	switch {
	case c == nil:
		return ""
	case c.id != "":
		return c.id
	}
	return c.newID()
}

func (c *Caller) newID() string {
	switch {
	case !c.Subject.Empty():
		return digest("subject", c.Subject.Reveal())
	case !c.ClientID.Empty():
		return digest("client", c.ClientID.Reveal())
	case c.Anonymous:
		return digest("address", c.Address)
	}
	return digest("gateway", "")
}

func digest(kind, name string) string {
	sum := sha256.Sum256([]byte(kind + " " + name))
	return string(sum[:16])
}

// Key identifies everything about the caller that a response may depend on: callers
// with equal keys may share responses. It contains digests of secrets and must not
// leave this process.
func (c *Caller) Key() string {
	if c != nil && c.id != "" {
		return c.key
	}
	return c.newKey()
}

func (c *Caller) newKey() string {
	scopes := ""
	for _, scope := range []string{PersonalRead, CacheWrite} {
		if c.HasScope(scope) {
			scopes += scope + " "
		}
	}
	if len(c.credentials()) == 0 {
		return scopes
	}
	var few [8]string
	key := append(make([]byte, 0, 512), scopes...)
	for _, provider := range sorted(maps.Keys(c.credentials()), few[:0]) {
		token := sha256.Sum256([]byte(c.Credentials[provider].Reveal()))
		key = append(strconv.AppendQuote(key, provider), ' ')
		key = append(append(key, token[:]...), ' ')
	}
	return string(key)
}

// sorted appends the names in order.
func sorted(names iter.Seq[string], to []string) []string {
	to = slices.AppendSeq(to, names)
	slices.Sort(to)
	return to
}

func (c *Caller) credentials() map[string]providers.Secret {
	if c == nil {
		return nil
	}
	return c.Credentials
}

// callerKey is the context key of the caller.
type callerKey struct{}

// With returns a context that carries the caller.
func With(ctx context.Context, c *Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// From returns the caller in the context, or a caller without any permission. It is
// never nil.
func From(ctx context.Context) *Caller {
	if c, ok := ctx.Value(callerKey{}).(*Caller); ok && c != nil {
		return c
	}
	return &Caller{}
}
