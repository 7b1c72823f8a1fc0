// Package auth finds out who calls: it holds what a request's headers say against
// what is configured, and carries the answer to those who must know what the
// caller may do.
//
// It knows nothing of GraphQL, and no log, error or metric gets a token, a secret
// or a subject from it.
package auth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/providers"
)

// The scopes of the graph.
const (
	// PersonalRead lets a caller see personal fields, and sort by them.
	PersonalRead = "personal:read"
	// CacheWrite lets a caller have what is remembered forgotten.
	CacheWrite = "cache:write"
)

// Caller is whoever asks. It does not change, and is safe for concurrent use.
type Caller struct {
	// Subject is whom the token names, empty where there was no token. It tells
	// callers apart.
	Subject providers.Secret
	// Trusted is whether the caller may ask what is for gateways: representations
	// and the SDL.
	Trusted bool
	// Scopes are what the caller may do.
	Scopes []string
	// Credentials are tokens for vendors that the caller has brought along, by the
	// providers' names: each takes the place of the provider's own, and an empty one
	// has it asked for nothing.
	Credentials map[string]providers.Secret
}

// HasScope reports whether the caller has a scope. Nobody, a nil Caller, has none.
func (c *Caller) HasScope(scope string) bool {
	return c != nil && slices.Contains(c.Scopes, scope)
}

// Key tells callers apart as far as an answer may depend on who asks: who has the
// same key may get the same answer. It holds digests of secrets, and is for this
// process alone.
func (c *Caller) Key() string {
	var key strings.Builder
	for _, scope := range []string{PersonalRead, CacheWrite} {
		if c.HasScope(scope) {
			key.WriteString(scope + " ")
		}
	}
	for _, provider := range slices.Sorted(maps.Keys(c.credentials())) {
		token := sha256.Sum256([]byte(c.Credentials[provider].Reveal()))
		fmt.Fprintf(&key, "%q %x ", provider, token)
	}
	return key.String()
}

func (c *Caller) credentials() map[string]providers.Secret {
	if c == nil {
		return nil
	}
	return c.Credentials
}

// callerKey is the caller's place in a context.
type callerKey struct{}

// With returns a context that carries the caller.
func With(ctx context.Context, c *Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// From returns the caller of a context: one that may do nothing where With was
// not called. It is never nil.
func From(ctx context.Context) *Caller {
	if c, ok := ctx.Value(callerKey{}).(*Caller); ok && c != nil {
		return c
	}
	return &Caller{}
}
