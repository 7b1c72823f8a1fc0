// Package operation holds what one GraphQL operation carries in its context: the
// caller, the budget and trace of its vendor calls, its loaders and its selection.
//
// It knows gqlgen, but neither HTTP nor resolvers.
package operation

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/readahead"
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
	// DryRun is set for an operation that makes no vendor call.
	DryRun *DryRun
	// Selection is the root selection set.
	Selection *Selection
	// Place is the operation's share of the server's capacity; nil if that is unlimited.
	Place Place
	// Jobs are what the operation does at each provider.
	Jobs *Jobs
	// waits counts what the operation waits for.
	waits waits
}

// Place is given up while an operation waits for vendors or Redis.
type Place interface {
	Suspend()
	Resume()
}

// waits counts the concurrent waits of an operation.
type waits struct {
	mu sync.Mutex
	n  int
}

// BeginWait reports that a part of the operation waits for a vendor or Redis, until
// EndWait. Several parts may wait at the same time; the operation gives up its place
// while one does.
func (o *Operation) BeginWait() {
	o.waits.mu.Lock()
	defer o.waits.mu.Unlock()
	if o.waits.n++; o.waits.n == 1 && o.Place != nil {
		o.Place.Suspend()
	}
}

// EndWait ends a wait.
func (o *Operation) EndWait() {
	o.waits.mu.Lock()
	defer o.waits.mu.Unlock()
	if o.waits.n--; o.waits.n == 0 && o.Place != nil {
		o.Place.Resume()
	}
}

// ReaderID identifies the caller; "" for a reader without one.
func (o *Operation) ReaderID() string { return o.CallerID }

// MayRevalidate reports whether what the operation reads stale may be fetched again.
func (o *Operation) MayRevalidate() bool { return o.DryRun == nil }

// New builds the context of a validated operation. callsPerProvider bounds its calls at
// each provider.
func New(oc *graphql.OperationContext, caller *auth.Caller, d *directory.Directory, callsPerProvider int) *Operation {
	d = d.WithCredentials(caller.Credentials)
	return &Operation{
		Caller: caller, CallerID: caller.ID(), Directory: d, Loaders: loaders.New(d),
		Budget: NewCallBudget(callsPerProvider), Trace: NewTrace(), Jobs: NewJobs(),
		Selection: newSelection(oc, caller),
	}
}

type contextKey struct{}

// With returns a context that carries the operation. What a dry run reads ahead is not canceled,
// so that all calls that would begin are counted.
func With(ctx context.Context, o *Operation) context.Context {
	if o.DryRun != nil {
		ctx = readahead.Uninterrupted(ctx)
	}
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
