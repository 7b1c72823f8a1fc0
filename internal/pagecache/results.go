package pagecache

import (
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// results collects by key what a Load delivers, and completes each call at once.
type results struct {
	cache *Cache
	batch *batch
	now   time.Time

	mu  sync.Mutex
	all []result
	// next is the index after the result that was found last.
	next  int
	ended bool
	// dropped is set once the scope was dropped.
	dropped bool
}

// result is what was delivered for one call: an entry, or an error.
type result struct {
	call      *call
	delivered bool
	body      []byte
	entry     *entry
	err       error
}

// outcome is what the call returns.
func (r *result) outcome(now time.Time) outcome {
	if r.entry == nil {
		return failed(r.err)
	}
	return r.entry.outcome(FromVendor, now)
}

func newResults(c *Cache, b *batch, calls []*call) *results {
	r := &results{cache: c, batch: b, now: c.now(), all: make([]result, len(calls))}
	for i, call := range calls {
		r.all[i].call = call
	}
	return r
}

// find returns the result for key, or nil. Most are delivered in the order of the calls.
func (r *results) find(key Key) *result {
	i := indexFrom(r.next, len(r.all), func(i int) bool { return r.all[i].call.Key().key == key })
	if i < 0 {
		return nil
	}
	r.next = i + 1
	return &r.all[i]
}

// indexFrom returns the first of n indices that matches, from one on and then from 0; -1 if
// none does.
func indexFrom(from, n int, matches func(i int) bool) int {
	for i := from; i < n; i++ {
		if matches(i) {
			return i
		}
	}
	for i := range min(from, n) {
		if matches(i) {
			return i
		}
	}
	return -1
}

// deliver takes the answer for one key. Only the first one counts, and none after end. If the
// vendor refuses the credential, the scope is dropped at once; the refusal is held back until
// end, since Redis has to be invalidated first.
func (r *results) deliver(key Key, l Loaded) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.find(key)
	if one == nil || one.delivered || r.ended {
		return
	}
	one.delivered, one.body = true, l.Body
	one.entry, one.err = r.cache.decodeLoaded(r.batch, key, l, r.now)
	switch kind := providers.KindOf(one.err); kind {
	case providers.Unauthenticated, providers.Forbidden:
		// What is revalidated was cached before.
		if !r.dropped && (kind == providers.Unauthenticated || r.batch.background) {
			r.cache.dropLocally(r.batch.scope)
			r.dropped = true
			if changes := r.batch.scope.changes; changes != nil {
				changes.Refused()
			}
		}
	default:
		r.cache.store(r.batch, one, r.now)
	}
}

// end returns all results, and whether the scope was dropped. What was not delivered has
// failed: with err, or else with the kind BadResponse.
func (r *results) end(err error) (all []result, dropped bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	if err == nil {
		err = errUnusable
	}
	for i := range r.all {
		if !r.all[i].delivered {
			r.all[i].err = err
		}
	}
	return r.all, r.dropped
}

// store puts an entry into memory and completes its call, if it is not complete. An entry
// that was invalidated while it was loaded is returned, but is fresh for no time.
func (c *Cache) store(b *batch, r *result, now time.Time) {
	if r.call.Completed() {
		return
	}
	o := r.outcome(now)
	c.compare(b.scope, r)
	if r.entry != nil && !c.disabled() && !c.memory.put(r.call.Key(), r.entry, b.generation, b.owner()) {
		o.freshUntil = r.entry.fetched
	}
	c.complete(b, r.call, o)
}

// compare reports an entry from the vendor, and the one that memory has of its key.
func (c *Cache) compare(s *Scope, r *result) {
	if s.changes == nil || r.entry == nil || r.entry.absent {
		return
	}
	if before, ok := c.memory.cache.GetEntryQuietly(r.call.Key()); ok && !before.Value.absent {
		s.changes.Changed(before.Value.value, r.entry.value)
	}
}
