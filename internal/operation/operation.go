// Package operation holds what one GraphQL operation carries in its context: the
// caller, the budget and trace of its vendor calls, its loaders and its selection.
//
// It knows gqlgen, but neither HTTP nor resolvers.
package operation

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

// Operation is the context of one operation. The zero Operation has no caller, an
// unlimited budget and no loaders.
type Operation struct {
	Caller *auth.Caller
	// CallerID is Caller.ID().
	CallerID string
	// Directory reads with the credentials of the caller, where there are any.
	Directory *directory.Directory
	Loaders   *loaders.Loaders
	Budget    *CallBudget
	Trace     *Trace
	// Selection is the root selection set. Only the goroutine that prefetches may
	// use it.
	Selection Selection
}

// New builds the context of a validated operation. maxCalls bounds its vendor
// calls.
func New(oc *graphql.OperationContext, caller *auth.Caller, d *directory.Directory, maxCalls int) *Operation {
	d = d.WithCredentials(caller.Credentials)
	return &Operation{
		Caller: caller, CallerID: caller.ID(), Directory: d, Loaders: loaders.New(d),
		Budget: NewCallBudget(maxCalls), Trace: NewTrace(),
		Selection: newSelection(oc, caller),
	}
}

type contextKey struct{}

// With returns a context that carries the operation.
func With(ctx context.Context, o *Operation) context.Context {
	return context.WithValue(ctx, contextKey{}, o)
}

// From returns the operation of the context, or the zero Operation. It is never
// nil.
func From(ctx context.Context) *Operation {
	if o, ok := ctx.Value(contextKey{}).(*Operation); ok {
		return o
	}
	return &Operation{}
}
