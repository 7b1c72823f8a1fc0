package pagecache

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// generation is the state of a scope in this process. An entry belongs to one number and is
// invisible under every other.
type generation struct {
	number uint64
	// edits changes when single entries of the scope are invalidated: values that are being
	// loaded meanwhile are returned, but not stored.
	edits uint64
	// invalidatedAt is the last invalidation; entries fetched before it are rejected.
	invalidatedAt time.Time
	// stored is set once an entry was stored under this number.
	stored *atomic.Bool
}

// generations holds one generation per scope. An unknown scope gets a number that no entry
// has, so that evicting a generation is safe.
type generations struct {
	current *otter.Cache[scopeID, generation]
	last    atomic.Uint64
}

// maxScopes bounds the generations, some 100 bytes each. Callers may send credentials of
// their own, so the number of scopes is not bounded by the configuration.
const maxScopes = 1 << 16

func newGenerations() (*generations, error) {
	current, err := otter.New(&otter.Options[scopeID, generation]{MaximumSize: maxScopes})
	if err != nil {
		return nil, err
	}
	return &generations{current: current}, nil
}

func (g *generations) of(s scopeID) generation {
	if got, ok := g.current.GetIfPresent(s); ok {
		return got
	}
	got, _ := g.current.ComputeIfAbsent(s, func() (generation, bool) {
		return g.next(time.Time{}), false
	})
	return got
}

func (g *generations) next(invalidatedAt time.Time) generation {
	return generation{number: g.last.Add(1), invalidatedAt: invalidatedAt, stored: new(atomic.Bool)}
}

// drop makes all entries of a scope invisible. It reports whether there may have been any.
func (g *generations) drop(s scopeID, now time.Time) (stored bool) {
	before, unknown := g.current.Set(s, g.next(now))
	return unknown || before.stored.Load()
}

// edit records that single entries of a scope are being invalidated.
func (g *generations) edit(s scopeID, now time.Time) {
	g.of(s)
	g.current.ComputeIfPresent(s, func(old generation) (generation, otter.ComputeOp) {
		old.edits, old.invalidatedAt = g.last.Add(1), now
		return old, otter.WriteOp
	})
}

// dropAll makes all entries of all scopes invisible.
func (g *generations) dropAll() { g.current.InvalidateAll() }
