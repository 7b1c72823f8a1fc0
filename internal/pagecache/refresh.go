package pagecache

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	// refreshFor bounds a refresh; it is longer than any vendor call with its
	// repetitions.
	refreshFor = 30 * time.Second
	// After a failed refresh the next one waits, twice as long each time.
	firstBackoff, lastBackoff = time.Second, time.Minute
	// maxBackoffs bounds how many failures are remembered, some 100 bytes each.
	maxBackoffs = 1 << 14
)

// backoff tells when a key may be refreshed again.
type backoff struct {
	until time.Time
	pause time.Duration
}

func newBackoffs() (*otter.Cache[slot, backoff], error) {
	return otter.New(&otter.Options[slot, backoff]{
		MaximumSize:      maxBackoffs,
		ExpiryCalculator: otter.ExpiryWriting[slot, backoff](2 * lastBackoff),
	})
}

// refresh asks again for keys that were answered stale, behind the answer, but
// for those that someone is asking for or that failed a moment ago.
func (c *Cache) refresh(s *Scope, slots []slot, stale []int, w work) {
	if len(stale) == 0 {
		return
	}
	now := c.now()
	c.flights.mu.Lock()
	defer c.flights.mu.Unlock()
	b := &batch{of: &c.flights, scope: s, work: w, behind: true, generation: c.memory.generations.of(s.id)}
	for _, i := range stale {
		if c.flights.flying[slots[i]] != nil {
			continue
		}
		if failed, ok := c.backoffs.GetIfPresent(slots[i]); ok && now.Before(failed.until) {
			continue
		}
		// Someone may have refreshed it since it was looked at.
		if e := c.memory.get(slots[i], b.generation, now); e != nil && now.Before(e.freshUntil) {
			continue
		}
		c.flights.claim(slots[i], i, b)
	}
	if len(b.flights) > 0 {
		c.flyBehind(b)
	}
}

// flyBehind runs a batch that nobody waits for: without the values of an
// operation that has its answer, so that it neither pays nor is traced for it.
func (c *Cache) flyBehind(b *batch) {
	ctx, cancel := context.WithTimeout(c.ctx, refreshFor)
	ctx, b.cancel = context.WithCancelCause(ctx)
	go func() {
		defer cancel()
		c.fly(ctx, b)
	}()
}

// refreshFlights refreshes what a batch found stale in Redis. Its work knows the
// keys by their indices.
func (c *Cache) refreshFlights(b *batch, stale []int) {
	if len(stale) == 0 {
		return
	}
	slots := map[int]slot{}
	last := 0
	for _, f := range b.flights {
		slots[f.index] = f.slot
		last = max(last, f.index)
	}
	all := make([]slot, last+1)
	for i, s := range slots {
		all[i] = s
	}
	c.refresh(b.scope, all, stale, b.work)
}

// refreshed notes how a refresh went.
func (c *Cache) refreshed(s slot, o outcome) {
	switch o.err {
	case nil:
		c.backoffs.Invalidate(s)
		c.count(Refreshed, 1, 0)
		return
	case error(errElsewhere):
		c.backoffs.Set(s, backoff{until: c.now().Add(firstBackoff), pause: firstBackoff / 2})
		return
	}
	pause := firstBackoff
	if before, ok := c.backoffs.GetIfPresent(s); ok {
		pause = min(2*before.pause, lastBackoff)
	}
	c.backoffs.Set(s, backoff{until: c.now().Add(pause), pause: pause})
	c.count(RefreshFailed, 1, 0)
}
