// Package auth finds out who calls: it holds what a request brings along against
// what is configured, and carries the answer to those who must know what the
// caller may do.
//
// It knows nothing of GraphQL, and no log, error or metric gets a token, a secret
// or a subject from it.
package auth

import (
	"context"
	"slices"
)

// Caller is whoever asks. A caller is not changed once it is known, and is safe
// for concurrent use.
type Caller struct {
	// Subject is whom the token names, empty where there was none. It is for
	// telling callers apart: no log, error or metric holds it.
	Subject string
	// Router is whether the request came through the trusted router, which alone
	// may ask for representations and the SDL.
	Router bool
	// Scopes are what the caller may do.
	Scopes []string
	// Everything lets the caller do what any scope allows.
	Everything bool
}

// May reports whether the caller has a scope. Nobody, a nil Caller, has none.
func (c *Caller) May(scope string) bool {
	return c != nil && (c.Everything || slices.Contains(c.Scopes, scope))
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
