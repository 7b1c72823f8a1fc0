package pagecache

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// generation is what a scope has gone through in this process. An entry belongs
// to one number and is invisible under every other.
type generation struct {
	number uint64
	// edits changes when single entries of the scope were forgotten: what was being
	// read meanwhile is handed over, and not remembered.
	edits uint64
	// since is when something was forgotten last: what is older comes not back.
	since time.Time
	// held is set once something of the scope was remembered under this number.
	held *atomic.Bool
}

// generations holds one generation a scope. A scope that is not known gets a
// number that no entry has, so that losing one is safe.
type generations struct {
	current *otter.Cache[scopeID, generation]
	last    atomic.Uint64
}

// maxScopes bounds the generations, some 100 bytes each. Callers may bring
// credentials of their own, so their number is not ours to choose.
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

func (g *generations) next(since time.Time) generation {
	return generation{number: g.last.Add(1), since: since, held: new(atomic.Bool)}
}

// drop makes every entry of a scope invisible. It reports whether there may have
// been one.
func (g *generations) drop(s scopeID, now time.Time) (held bool) {
	before, unknown := g.current.Set(s, g.next(now))
	return unknown || before.held.Load()
}

// edit says that single entries of a scope are being forgotten.
func (g *generations) edit(s scopeID, now time.Time) {
	g.of(s)
	g.current.ComputeIfPresent(s, func(old generation) (generation, otter.ComputeOp) {
		old.edits, old.since = g.last.Add(1), now
		return old, otter.WriteOp
	})
}

// dropAll makes every entry of every scope invisible.
func (g *generations) dropAll() { g.current.InvalidateAll() }
