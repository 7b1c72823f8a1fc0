package pagecache

import (
	"context"
	"sync"
	"time"
)

// outcome is how looking for one key ended.
type outcome struct {
	value               any
	absent, stale       bool
	err                 error
	fetched, freshUntil time.Time
	source              Source
}

// flights are the keys that are being looked for, each by one batch and shared by
// all who ask for it. The zero value is ready.
type flights struct {
	mu     sync.Mutex
	flying map[slot]*flight
}

// flight is one key of a batch. Its outcome is there when landed is closed.
type flight struct {
	slot    slot
	index   int // in the keys of whoever began the batch
	batch   *batch
	landed  chan struct{}
	outcome outcome
}

// batch is what one caller began to look for. It runs detached from the caller
// and ends early when nobody waits for any part of it, unless it runs behind an
// answer. Its fields are guarded by mu of flights or never change.
type batch struct {
	of      *flights
	scope   *Scope
	work    work
	flights []*flight
	cancel  context.CancelCauseFunc
	waiting int
	// behind tells that it refreshes what has been answered.
	behind bool
	// generation of the scope when the batch began.
	generation generation
}

// claim puts a key into the batch if no other batch has it; else it returns the
// flight that has. It must be called under the lock.
func (f *flights) claim(s slot, index int, b *batch) (_ *flight, mine bool) {
	if other := f.flying[s]; other != nil {
		return other, false
	}
	own := &flight{slot: s, index: index, batch: b, landed: make(chan struct{})}
	if f.flying == nil {
		f.flying = map[slot]*flight{}
	}
	f.flying[s] = own
	b.flights = append(b.flights, own)
	return own, true
}

// land ends a flight; the first outcome counts.
func (f *flight) land(o outcome) {
	f.batch.of.mu.Lock()
	defer f.batch.of.mu.Unlock()
	if f.hasLanded() {
		return
	}
	f.outcome = o
	f.leaveMap()
	close(f.landed)
}

func (f *flight) hasLanded() bool {
	select {
	case <-f.landed:
		return true
	default:
		return false
	}
}

func (f *flight) leaveMap() {
	if flying := f.batch.of.flying; flying[f.slot] == f {
		delete(flying, f.slot)
	}
}

// leave is called once by everyone who waited. The last one to go before the
// batch has ended ends it.
func (f *flight) leave(why error) {
	b := f.batch
	b.of.mu.Lock()
	defer b.of.mu.Unlock()
	if b.waiting--; b.waiting > 0 || b.behind {
		return
	}
	for _, other := range b.flights {
		other.leaveMap()
	}
	b.cancel(why)
}

// detach keeps newcomers from what a scope's flights will bring.
func (f *flights) detach(s scopeID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for slot := range f.flying {
		if slot.key.scope == s {
			delete(f.flying, slot)
		}
	}
}
