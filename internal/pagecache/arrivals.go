package pagecache

import (
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// arrivals takes what a load tells, key by key, and lands it at once.
type arrivals struct {
	cache   *Cache
	batch   *batch
	flights []*flight
	now     time.Time

	mu       sync.Mutex
	loaded   []Loaded
	entries  []*entry
	outcomes []outcome
	ended    bool
}

// land takes one answer; the first for a key counts, and none after the end. A
// refusal of the credential is held back, since it may be the end of what others
// were answered.
func (a *arrivals) land(place int, l Loaded) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begin()
	if a.ended || place < 0 || place >= len(a.flights) || a.outcomes[place].source != "" || a.outcomes[place].err != nil {
		return
	}
	f := a.flights[place]
	a.loaded[place] = l
	a.entries[place], a.outcomes[place] = a.cache.arrive(a.batch, f, l, a.now)
	switch providers.KindOf(a.outcomes[place].err) {
	case providers.Unauthenticated, providers.Forbidden:
	default:
		a.cache.keep(a.batch, f, a.entries[place], a.outcomes[place])
	}
}

func (a *arrivals) begin() {
	if a.outcomes == nil {
		a.entries, a.outcomes = make([]*entry, len(a.flights)), make([]outcome, len(a.flights))
	}
}

// end returns what has arrived; what has not, has failed: with err, or as an
// answer that cannot be used.
func (a *arrivals) end(err error) ([]*entry, []outcome) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begin()
	a.ended = true
	if err == nil {
		err = errUnusable
	}
	for i, o := range a.outcomes {
		if o.source == "" && o.err == nil {
			a.outcomes[i] = failed(err)
		}
	}
	return a.entries, a.outcomes
}

// keep remembers and lands one outcome. What has landed already stays as it is.
func (c *Cache) keep(b *batch, f *flight, e *entry, o outcome) {
	if f.hasLanded() {
		return
	}
	if e != nil && !c.forgetful() && !c.memory.put(f.slot, e, b.generation) {
		o.freshUntil = e.fetched
	}
	if b.behind {
		c.refreshed(f.slot, o)
	}
	f.land(o)
}
