// Package responsecache caches complete responses while all data in them is fresh, and
// coalesces identical requests: concurrent callers of one key share one execution.
//
// It knows neither GraphQL nor HTTP: a response is a value with a lifetime and a size,
// and the key holds everything that tells two requests apart.
package responsecache

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/accountgraph/accountgraph/internal/fair"
	"github.com/accountgraph/accountgraph/internal/singleflight"
)

// largestShare of the cache's memory that one entry may take: 1/8.
const largestShare = 8

// Cache is safe for concurrent use.
type Cache[T any] struct {
	entries *otter.Cache[Key, stored[T]] // nil without memory
	max     int64
	shares  *fair.Shares[Key]
	version func() uint64
	now     func() time.Time
	// lastVersion is the version at the last Get.
	lastVersion atomic.Uint64
	calls       singleflight.Group[callKey, result[T]]
}

// stored is a cached entry: valid until a time, and only under its version.
type stored[T any] struct {
	Entry[T]
	version uint64
	until   time.Time
	held    *fair.Held[Key] // nil without an owner
}

// callKey is a request and the version at which it came in: a caller that comes after an
// invalidation does not join a call that began before it.
type callKey struct {
	key     Key
	version uint64
}

type result[T any] struct {
	entry  Entry[T]
	source Source
}

// New returns a cache of up to maxBytes; with 0 it only coalesces. version changes with
// every invalidation of the data that responses are made of: entries and calls of
// another version are not used.
func New[T any](maxBytes int64, version func() uint64, now func() time.Time) *Cache[T] {
	c := &Cache[T]{max: maxBytes, version: version, now: now, shares: fair.NewShares[Key](maxBytes)}
	if maxBytes <= 0 {
		return c
	}
	c.entries = otter.Must(&otter.Options[Key, stored[T]]{
		MaximumWeight: uint64(maxBytes),
		// Maintenance is short; the goroutine that stores an entry does it.
		Executor: func(f func()) { f() },
		Weigher: func(_ Key, s stored[T]) uint32 {
			return uint32(min(s.weight(), math.MaxUint32))
		},
		OnDeletion: func(e otter.DeletionEvent[Key, stored[T]]) { c.shares.Remove(e.Value.held) },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[Key, stored[T]]) time.Duration {
			return max(time.Nanosecond, e.Value.until.Sub(now()))
		}),
	})
	return c
}

// Close stops the cache's goroutines and empties it.
func (c *Cache[T]) Close() {
	if c.entries != nil {
		c.entries.InvalidateAll()
		c.entries.StopAllGoroutines()
	}
}

// Lookup returns the cached response for key, if it is fresh; its FreshFor counts from now.
func (c *Cache[T]) Lookup(key Key) (Entry[T], bool) {
	k := callKey{key, c.version()}
	c.clear(k.version)
	return c.lookup(k)
}

// Bytes is the memory that is counted for the cached responses.
func (c *Cache[T]) Bytes() int64 {
	if c.entries == nil {
		return 0
	}
	return int64(c.entries.WeightedSize())
}

// Get returns the response for key; its FreshFor counts from now. On a miss it calls fn,
// once for all concurrent callers, with the values of the first caller's context; that
// context ends when the last waiter has left. A panic in fn is re-panicked in every
// waiter. The error is ctx.Err().
func (c *Cache[T]) Get(ctx context.Context, key Key, fn func(ctx context.Context) Entry[T]) (Entry[T], Source, error) {
	k := callKey{key, c.version()}
	c.clear(k.version)
	if e, ok := c.lookup(k); ok {
		return e, Hit, nil
	}
	r, shared, err := c.calls.Do(ctx, k, func(ctx context.Context) result[T] { return c.run(ctx, k, fn) })
	switch {
	case shared:
		return r.entry, Coalesced, err
	case err != nil:
		return Entry[T]{}, Miss, err
	}
	return r.entry, r.source, nil
}

// run computes an entry, and stores it before the call ends, so that later callers hit.
func (c *Cache[T]) run(ctx context.Context, k callKey, fn func(ctx context.Context) Entry[T]) result[T] {
	// A call may have ended between the lookup in Get and this one.
	if e, ok := c.lookup(k); ok {
		return result[T]{e, Hit}
	}
	began := c.now()
	e := fn(ctx)
	fits := c.entries != nil && e.weight() <= c.max/largestShare
	if fits && e.FreshFor > 0 && c.version() == k.version {
		c.store(k.key, stored[T]{Entry: e, version: k.version, until: began.Add(e.FreshFor)})
	}
	return result[T]{e, Miss}
}

// store caches an entry, and removes those with which its owner exceeds its share.
func (c *Cache[T]) store(key Key, s stored[T]) {
	var evict []*fair.Held[Key]
	if s.Owner != "" {
		s.held, evict = c.shares.Add(s.Owner, key, s.weight())
	}
	c.entries.Set(key, s)
	for _, h := range evict {
		c.entries.ComputeIfPresent(h.Key, func(old stored[T]) (stored[T], otter.ComputeOp) {
			if old.held != h {
				return old, otter.CancelOp
			}
			return old, otter.InvalidateOp
		})
	}
}

// clear frees the entries of earlier versions.
func (c *Cache[T]) clear(version uint64) {
	if c.entries != nil && c.lastVersion.Load() != version && c.lastVersion.Swap(version) != version {
		c.entries.InvalidateAll()
	}
}

func (c *Cache[T]) lookup(k callKey) (e Entry[T], ok bool) {
	if c.entries == nil {
		return e, false
	}
	s, ok := c.entries.GetIfPresent(k.key)
	if !ok || s.version != k.version {
		return e, false
	}
	e = s.Entry
	e.FreshFor = s.until.Sub(c.now())
	return e, e.FreshFor > 0
}
