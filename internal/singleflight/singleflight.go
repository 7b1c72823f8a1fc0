// Package singleflight coalesces concurrent calls by key: at most one call per key
// is in flight, and all callers of the key wait for it.
//
// Calls are reference-counted. The context of a call carries the values of the
// first caller's context, and ends when the last waiter has left. One function can
// serve the calls of several keys and complete each of them as soon as its value is
// known.
package singleflight

import (
	"context"
	"sync"
)

// Group is a set of calls in flight, one per key. The zero value is ready to use.
// A Group is safe for concurrent use, and must not be copied after first use.
type Group[K comparable, V any] struct {
	mu    sync.Mutex
	calls map[K]*Call[K, V]
}

// Do returns the value of fn for key. It joins the call in flight for key, or starts
// one in a new goroutine; shared reports that it joined. The error is ctx.Err() if ctx
// ended before the call; fn may return errors as part of V. A panic or runtime.Goexit
// in fn is repeated in every waiter.
func (g *Group[K, V]) Do(ctx context.Context, key K, fn func(ctx context.Context) V) (value V, shared bool, err error) {
	started, joined := g.Join(ctx, []K{key}, func(ctx context.Context, calls []*Call[K, V]) {
		calls[0].Complete(fn(ctx))
	})
	if shared = len(joined) > 0; shared {
		value, err = joined[0].Wait(ctx)
		return value, true, err
	}
	value, err = started[0].Wait(ctx)
	return value, false, err
}

// Join joins the calls in flight for keys, and starts one call for each other key. fn
// serves all started calls in one new goroutine. The caller must call Wait once on each
// call in started and joined. A key that is given twice is started and joined.
//
// fn calls Complete for each of its calls; a call that it leaves incomplete gets the
// zero value when fn returns. If fn panics or calls runtime.Goexit, the waiters of its
// incomplete calls do the same, if there are any left. A panic after all calls are
// complete ends the program.
func (g *Group[K, V]) Join(ctx context.Context, keys []K, fn func(ctx context.Context, calls []*Call[K, V])) (started, joined []*Call[K, V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := &batch[K, V]{group: g}
	for i, key := range keys {
		if call := g.calls[key]; call != nil {
			call.batch.waiters++
			joined = append(joined, call)
			continue
		}
		b.add(key, len(keys)-i)
	}
	if b.waiters += len(b.calls); len(b.calls) > 0 {
		ctx, b.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
		go b.run(ctx, fn)
	}
	return b.calls, joined
}

// Start starts one call for each key that has none in flight, like Join, and does not
// wait. fn runs with ctx, however many waiters join and leave. A panic in fn that no
// waiter receives ends the program.
func (g *Group[K, V]) Start(ctx context.Context, keys []K, fn func(ctx context.Context, calls []*Call[K, V])) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := &batch[K, V]{group: g, background: true}
	for i, key := range keys {
		if g.calls[key] == nil {
			b.add(key, len(keys)-i)
		}
	}
	if len(b.calls) > 0 {
		ctx, b.cancel = context.WithCancelCause(ctx)
		go b.run(ctx, fn)
	}
}

// Wait waits for the call in flight for key. ok reports that there was one.
func (g *Group[K, V]) Wait(ctx context.Context, key K) (value V, ok bool, err error) {
	g.mu.Lock()
	call := g.calls[key]
	if call == nil {
		g.mu.Unlock()
		return value, false, nil
	}
	call.batch.waiters++
	g.mu.Unlock()
	value, err = call.Wait(ctx)
	return value, true, err
}

// InFlight reports whether there is a call in flight for key.
func (g *Group[K, V]) InFlight(key K) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[key] != nil
}

// Detach lets new callers of the matching keys start new calls. Callers that wait for
// the calls in flight still get their values.
func (g *Group[K, V]) Detach(matches func(key K) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key := range g.calls {
		if matches(key) {
			delete(g.calls, key)
		}
	}
}
