package pagecache

import (
	"reflect"
	"slices"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fair"
)

// typedKey is a key and the type that its body is decoded into. Memory and calls in flight
// are keyed by both, so that no caller gets a value of another type.
type typedKey struct {
	key Key
	typ reflect.Type
}

// memory is the first level: decoded values.
type memory struct {
	cache       *otter.Cache[typedKey, *entry]
	generations *generations
	// shares bounds what the entries of one caller take.
	shares   *fair.Shares[typedKey]
	max      int64
	sweeping atomic.Bool
	// invalidations counts completed invalidations.
	invalidations atomic.Uint64
}

func newMemory(maxBytes int64, now func() time.Time, observe func(Event)) (*memory, error) {
	g, err := newGenerations()
	if err != nil {
		return nil, err
	}
	m := &memory{generations: g, max: maxBytes, shares: fair.NewShares[typedKey](maxBytes)}
	m.cache, err = otter.New(&otter.Options[typedKey, *entry]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(_ typedKey, e *entry) uint32 { return e.weight() },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[typedKey, *entry]) time.Duration {
			return max(time.Nanosecond, e.Value.gone.Sub(now()))
		}),
		OnDeletion: func(e otter.DeletionEvent[typedKey, *entry]) {
			m.shares.Remove(e.Value.held)
			if e.Cause == otter.CauseOverflow {
				observe(Event{Kind: Evicted, N: 1, Bytes: e.Value.size})
			}
		},
	})
	return m, err
}

// get returns the entry of a key that may still be served, or nil.
func (m *memory) get(k typedKey, g generation, now time.Time) *entry {
	e, ok := m.cache.GetIfPresent(k)
	if !ok || e.generation != g.number || !now.Before(e.gone) {
		return nil
	}
	return e
}

// put stores an entry that was loaded for an owner while its scope was in generation g,
// unless memory has a newer one. An entry that is revalidated in the background, for no
// owner, keeps the one that it has. It reports whether the scope is still in that generation; otherwise the entry
// is not stored, and must not be cached by callers either.
func (m *memory) put(k typedKey, e *entry, g generation, owner string) (current bool) {
	// The order matters: drop changes the generation before it reads stored.
	g.stored.Store(true)
	if m.generations.of(k.key.scope) != g {
		return false
	}
	if int64(e.weight()) > m.max/largestShare {
		return true
	}
	e.generation = g.number
	if old, ok := m.cache.GetEntryQuietly(k); ok && owner == "" {
		owner = old.Value.held.Owner()
	}
	var evict []*fair.Held[typedKey]
	if owner != "" {
		e.held, evict = m.shares.Add(owner, k, int64(e.weight()))
	}
	m.cache.Compute(k, func(old *entry, found bool) (*entry, otter.ComputeOp) {
		if found && old.generation == e.generation && old.fetched.After(e.fetched) {
			m.shares.Remove(e.held)
			return old, otter.CancelOp
		}
		return e, otter.WriteOp
	})
	for _, h := range evict {
		m.cache.ComputeIfPresent(h.Key, func(old *entry) (*entry, otter.ComputeOp) {
			if old.held != h {
				return old, otter.CancelOp
			}
			return nil, otter.InvalidateOp
		})
	}
	// An invalidation changes the generation before it removes entries, so that either it
	// sees this entry or this check sees the new generation.
	if m.generations.of(k.key.scope) != g {
		m.cache.Invalidate(k)
		return false
	}
	return true
}

// drop invalidates a scope immediately; its entries are freed in the background.
func (m *memory) drop(s scopeID, now time.Time) {
	if m.generations.drop(s, now) {
		m.invalidations.Add(1)
	}
	if !m.sweeping.CompareAndSwap(false, true) {
		return
	}
	go func() {
		m.sweeping.Store(false) // Before the sweep: a later drop sweeps again.
		for k, e := range m.cache.All() {
			if m.generations.of(k.key.scope).number != e.generation {
				m.cache.Invalidate(k)
			}
		}
	}()
}

// invalidate removes the entries that hold one of these objects, and returns their number.
func (m *memory) invalidate(s scopeID, ids []model.ID, now time.Time) (n int) {
	m.generations.edit(s, now)
	for k, e := range m.cache.All() {
		if k.key.scope == s && slices.ContainsFunc(e.tags, func(id model.ID) bool { return slices.Contains(ids, id) }) {
			m.cache.Invalidate(k)
			n++
		}
	}
	m.invalidations.Add(1)
	return n
}

// clear invalidates everything.
func (m *memory) clear() {
	m.generations.dropAll()
	m.invalidations.Add(1)
	m.cache.InvalidateAll()
}

func (m *memory) close() {
	m.cache.StopAllGoroutines()
	m.generations.current.StopAllGoroutines()
}

// Prime stores a complete object that came with a page, whose JSON measures size bytes and
// which the vendor returned at fetchedAt: in memory only, and never in place of a newer one.
func Prime[T any](s *Scope, key Key, value T, size int, fetchedAt time.Time) {
	c := s.cache
	g := c.memory.generations.of(s.id)
	if key.scope != s.id || !fetchedAt.After(g.invalidatedAt) {
		return
	}
	e := c.newEntry(value, tagsOf(value), size, fetchedAt)
	if c.now().Before(e.gone) {
		c.memory.put(typedKey{key: key, typ: reflect.TypeFor[T]()}, e, g, s.owner())
	}
}
