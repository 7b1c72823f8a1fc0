package pagecache

import (
	"context"
	"errors"
	"time"

	"github.com/accountgraph/accountgraph/internal/singleflight"
	"github.com/accountgraph/accountgraph/providers"
)

// calls are the keys whose lookup is in flight.
type (
	calls = singleflight.Group[typedKey, outcome]
	call  = singleflight.Call[typedKey, outcome]
)

// batch is the lookup of the keys that one caller started.
type batch struct {
	scope  *Scope
	loader loader
	// background batches revalidate values that callers already have.
	background bool
	// generation is the scope's when the lookup began.
	generation generation
}

// owner is the caller whose share of memory the entries belong to; "" in the background.
func (b *batch) owner() string {
	if b.background {
		return ""
	}
	return b.scope.owner()
}

// outcome is the result of one lookup.
type outcome struct {
	value               any
	absent, stale       bool
	err                 error
	fetched, freshUntil time.Time
	source              Source
}

func failed(err error) outcome { return outcome{err: err, source: FromVendor} }

// private reports whether an outcome concerns only the caller that started the lookup.
func (o outcome) private() bool {
	var e *providers.Error
	return errors.As(o.err, &e) && (e.Own || e.Kind == providers.BudgetExceeded || e.Kind == providers.Canceled)
}

// join joins the calls in flight, and starts calls for the other keys as one batch.
func (c *Cache) join(ctx context.Context, s *Scope, keys []typedKey, l loader) (started, joined []*call) {
	started, joined = c.calls.Join(ctx, keys, func(ctx context.Context, calls []*call) {
		c.load(ctx, &batch{scope: s, loader: l}, calls)
	})
	c.count(Coalesced, len(joined), 0)
	return started, joined
}

// detach lets new callers start new calls for the keys of a scope.
func (c *Cache) detach(s scopeID) {
	c.calls.Detach(func(k typedKey) bool { return k.key.scope == s })
}

// incomplete returns the calls that have no outcome yet.
func incomplete(calls []*call) []*call {
	return filter(calls, func(call *call) bool { return !call.Completed() })
}

// complete gives a call its outcome, if it has none.
func (c *Cache) complete(b *batch, call *call, o outcome) {
	if call.Completed() {
		return
	}
	if b.background {
		c.revalidated(call.Key(), o)
	}
	call.Complete(o)
}
