package pagecache

import (
	"math"
	"reflect"
	"slices"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/accountgraph/accountgraph/graph/model"
)

// slot is a key and the type into which its body is decoded: what the first
// level and the flights go by, so that no value meets another type.
type slot struct {
	key Key
	typ reflect.Type
}

// entry is one remembered value; immutable.
type entry struct {
	value            any
	absent           bool
	fetched          time.Time
	freshUntil, gone time.Time // gone: the stale end
	generation       uint64
	tags             []model.ID
	size             int // of the body
}

const (
	// decodedFactor is how much larger a decoded page is than its JSON, and
	// entryOverhead what an entry costs beside it: the table of the cache, the key
	// and this package's struct. BenchmarkDecodedSize measures the factor.
	decodedFactor = 3
	entryOverhead = 400
	// largestShare of the first level that one value may take.
	largestShare = 8
)

func (e *entry) weight() uint32 {
	return uint32(min(int64(e.size)*decodedFactor+entryOverhead, math.MaxUint32))
}

// memory is the first level.
type memory struct {
	cache       *otter.Cache[slot, *entry]
	generations *generations
	max         int64
	sweeping    atomic.Bool
	// forgets counts what was forgotten, after the fact.
	forgets atomic.Uint64
}

func newMemory(maxBytes int64, now func() time.Time, observe func(Event)) (*memory, error) {
	g, err := newGenerations()
	if err != nil {
		return nil, err
	}
	m := &memory{generations: g, max: maxBytes}
	m.cache, err = otter.New(&otter.Options[slot, *entry]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(_ slot, e *entry) uint32 { return e.weight() },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[slot, *entry]) time.Duration {
			return max(time.Nanosecond, e.Value.gone.Sub(now()))
		}),
		OnDeletion: func(e otter.DeletionEvent[slot, *entry]) {
			if e.Cause == otter.CauseOverflow {
				observe(Event{Kind: Evicted, N: 1, Bytes: e.Value.size})
			}
		},
	})
	return m, err
}

// get returns the entry of a slot that may still be answered, or nil.
func (m *memory) get(s slot, g generation, now time.Time) *entry {
	e, ok := m.cache.GetIfPresent(s)
	if !ok || e.generation != g.number || !now.Before(e.gone) {
		return nil
	}
	return e
}

// put remembers an entry that was read while its scope was in the generation g,
// unless a newer one is there. It reports whether nothing was forgotten meanwhile;
// else the entry is not remembered, and whoever gets it must not keep it.
func (m *memory) put(s slot, e *entry, g generation) (current bool) {
	// In this order: whoever drops the scope changes the generation before looking
	// whether anything was held.
	g.held.Store(true)
	if m.generations.of(s.key.scope) != g {
		return false
	}
	if int64(e.weight()) > m.max/largestShare {
		return true
	}
	e.generation = g.number
	m.cache.Compute(s, func(old *entry, found bool) (*entry, otter.ComputeOp) {
		if found && old.generation == e.generation && old.fetched.After(e.fetched) {
			return old, otter.CancelOp
		}
		return e, otter.WriteOp
	})
	// Whoever forgets changes the generation first and removes entries then, so
	// that one of the two sees the other.
	if m.generations.of(s.key.scope) != g {
		m.cache.Invalidate(s)
		return false
	}
	return true
}

// drop forgets a scope: at once to the eye, and soon in memory.
func (m *memory) drop(s scopeID, now time.Time) {
	if m.generations.drop(s, now) {
		m.forgets.Add(1)
	}
	if !m.sweeping.CompareAndSwap(false, true) {
		return
	}
	go func() {
		m.sweeping.Store(false) // Before looking: a drop from now on sweeps again.
		for s, e := range m.cache.All() {
			if m.generations.of(s.key.scope).number != e.generation {
				m.cache.Invalidate(s)
			}
		}
	}()
}

// forget removes what holds one of these objects, and returns how many entries
// that were.
func (m *memory) forget(s scopeID, ids []model.ID, now time.Time) (n int) {
	m.generations.edit(s, now)
	for slot, e := range m.cache.All() {
		if slot.key.scope == s && slices.ContainsFunc(e.tags, func(id model.ID) bool { return slices.Contains(ids, id) }) {
			m.cache.Invalidate(slot)
			n++
		}
	}
	m.forgets.Add(1)
	return n
}

// clear forgets everything.
func (m *memory) clear() {
	m.generations.dropAll()
	m.forgets.Add(1)
	m.cache.InvalidateAll()
}

func (m *memory) close() {
	m.cache.StopAllGoroutines()
	m.generations.current.StopAllGoroutines()
}

// tagsOf lists the objects that a decoded value says it holds.
func tagsOf(value any) []model.ID {
	if tagged, ok := value.(interface{ Tags() []model.ID }); ok {
		return tagged.Tags()
	}
	return nil
}
