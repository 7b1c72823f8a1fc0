package singleflight

import (
	"context"
	"runtime"
	"sync/atomic"

	"github.com/accountgraph/accountgraph/internal/growstack"
)

// Call is one key in flight.
type Call[K comparable, V any] struct {
	key   K
	batch *batch[K, V]
	// done is closed when the call is complete; nil unless somebody had to wait for it.
	// Guarded by the mutex of the group.
	done chan struct{}

	completed atomic.Bool
	// Written before completed is set.
	value V
	crash *crash // nil if the call has a value
}

// crash is how a function ended that did not return.
type crash struct {
	panicked any // nil for runtime.Goexit
}

// batch is the calls that one function serves. Its fields are constant or guarded by
// the mutex of group.
type batch[K comparable, V any] struct {
	group *Group[K, V]
	calls []*Call[K, V]
	// memory is that of the calls.
	memory  []Call[K, V]
	cancel  context.CancelCauseFunc
	waiters int // of all calls together
	// background batches run without waiters.
	background bool
}

// add adds a call for key, which must have none in flight. capacity is the largest number
// of further calls. The group must be locked.
func (b *batch[K, V]) add(key K, capacity int) {
	if b.calls == nil {
		b.calls, b.memory = make([]*Call[K, V], 0, capacity), make([]Call[K, V], capacity)
	}
	call := &b.memory[len(b.calls)]
	call.key, call.batch = key, b
	b.calls = append(b.calls, call)
	if b.group.calls == nil {
		b.group.calls = map[K]*Call[K, V]{}
	}
	b.group.calls[key] = call
}

// run calls fn and completes the calls that fn left incomplete.
func (b *batch[K, V]) run(ctx context.Context, fn func(ctx context.Context, calls []*Call[K, V])) {
	growstack.To16KB()
	returned := false
	defer func() {
		panicked := recover()
		var c *crash
		if !returned {
			c = &crash{panicked}
		}
		if !b.finish(c) && panicked != nil {
			panic(panicked)
		}
	}()
	fn(ctx, b.calls)
	returned = true
}

// finish completes the remaining calls. It returns false if no waiter can learn how fn
// ended.
func (b *batch[K, V]) finish(c *crash) (reported bool) {
	b.group.mu.Lock()
	defer b.group.mu.Unlock()
	for _, call := range b.calls {
		if !call.Completed() {
			call.crash = c
			call.complete()
			reported = !b.background || b.waiters > 0
		}
	}
	b.cancel(nil)
	return reported
}

// Key returns the key of the call.
func (c *Call[K, V]) Key() K { return c.key }

// Completed reports whether the call has a value.
func (c *Call[K, V]) Completed() bool { return c.completed.Load() }

// Complete gives the call its value, and lets new callers of the key start a new call.
// Only the first value counts.
func (c *Call[K, V]) Complete(value V) {
	c.batch.group.mu.Lock()
	defer c.batch.group.mu.Unlock()
	if !c.Completed() {
		c.value = value
		c.complete()
	}
}

// complete ends the call. The group must be locked.
func (c *Call[K, V]) complete() {
	c.remove()
	c.completed.Store(true)
	if c.done != nil {
		close(c.done)
	}
}

// remove takes the call out of the group, unless it was detached. The group must be
// locked.
func (c *Call[K, V]) remove() {
	if calls := c.batch.group.calls; calls[c.key] == c {
		delete(calls, c.key)
	}
}

// Wait returns the value of the call, or ctx.Err() if ctx ends before. Each waiter calls
// it once: it also ends the caller's interest in the call. When no waiter is left for any
// call that the same function serves, the context of that function ends, with the cause of
// the last waiter's context. If the function has panicked or called runtime.Goexit before
// it completed the call, so does Wait.
func (c *Call[K, V]) Wait(ctx context.Context) (value V, err error) {
	c.await(ctx)
	completed := c.Completed()
	c.batch.release(context.Cause(ctx))
	switch {
	case !completed:
		return value, ctx.Err()
	case c.crash == nil:
		return c.value, nil
	case c.crash.panicked == nil:
		runtime.Goexit()
	}
	panic(c.crash.panicked)
}

// await returns when the call is complete or ctx ends.
func (c *Call[K, V]) await(ctx context.Context) {
	if c.Completed() {
		return
	}
	group := c.batch.group
	group.mu.Lock()
	if c.Completed() {
		group.mu.Unlock()
		return
	}
	if c.done == nil {
		c.done = make(chan struct{})
	}
	done := c.done
	group.mu.Unlock()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// release ends the interest of one waiter in one call of the batch.
func (b *batch[K, V]) release(cause error) {
	b.group.mu.Lock()
	defer b.group.mu.Unlock()
	if b.waiters--; b.waiters > 0 || b.background {
		return
	}
	for _, call := range b.calls {
		call.remove()
	}
	b.cancel(cause)
}
