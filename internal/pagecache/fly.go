package pagecache

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// errElsewhere ends a refresh that another replica makes.
var errElsewhere = &providers.Error{Kind: providers.Canceled, Detail: "another replica is asking"}

// fly looks for the keys of a batch: in Redis, then at another replica that asks
// already, then at the vendor.
func (c *Cache) fly(ctx context.Context, b *batch) {
	// Also where load ends its goroutine, everyone who waits hears of it.
	defer c.settle(ctx, b, b.flights, nil)
	left, epoch := b.flights, uint64(0)
	usable := false
	if c.redis != nil && !c.forgetful() {
		left, epoch, usable = c.fromRedis(b, left)
	}
	if len(left) == 0 {
		return
	}
	if !usable {
		c.fromVendor(ctx, b, left, nil)
		return
	}
	l, taken, found := c.redis.lease(b.scope, left, epoch)
	var mine, theirs []*flight
	for _, f := range c.accept(b, left, found) {
		if taken[f] {
			theirs = append(theirs, f)
			continue
		}
		mine = append(mine, f)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	if len(theirs) > 0 {
		c.count(LeaseWait, len(theirs), 0)
		wg.Go(func() { c.fromReplica(ctx, b, theirs, l) })
	}
	if len(mine) > 0 {
		c.fromVendor(ctx, b, mine, l)
	}
	c.redis.release(l)
}

// fromRedis lands what Redis holds and returns the rest. usable tells that Redis
// answered, so that values may be put there under the epoch.
func (c *Cache) fromRedis(b *batch, flights []*flight) (left []*flight, epoch uint64, usable bool) {
	epoch, usable = c.redis.fetch(b.scope, flights, func(piece []*flight, found map[*flight]stored) {
		c.accept(b, piece, found)
	})
	for _, f := range flights {
		if !f.hasLanded() {
			left = append(left, f)
		}
	}
	return left, epoch, usable
}

// accept lands the flights whose values were found, and returns the others.
func (c *Cache) accept(b *batch, flights []*flight, found map[*flight]stored) (left []*flight) {
	now := c.now()
	var stale []int
	var hits, bytes int
	for _, f := range flights {
		v, ok := found[f]
		fresh := ok && now.Before(v.freshUntil())
		if !ok || !now.Before(v.gone()) || b.behind && !fresh {
			left = append(left, f)
			continue
		}
		value, tags, err := b.work.read(f.index, v.body)
		if err != nil {
			c.count(Rejected, 1, 0)
			left = append(left, f)
			continue
		}
		e := &entry{
			value: value, fetched: v.Created, freshUntil: v.freshUntil(), gone: v.gone(),
			tags: tags, size: len(v.body),
		}
		// What was in Redis before something was forgotten is not handed over either.
		if !c.memory.put(f.slot, e, b.generation) {
			left = append(left, f)
			continue
		}
		o := e.outcome(FromRedis, now)
		if o.stale {
			stale = append(stale, f.index)
		}
		hits, bytes = hits+1, bytes+e.size
		f.land(o)
	}
	c.count(HitRedis, hits, bytes)
	c.refreshFlights(b, stale)
	return left
}

// fromReplica waits for the values that other replicas are asking for, and asks
// for those that they gave up.
func (c *Cache) fromReplica(ctx context.Context, b *batch, flights []*flight, l *lease) {
	if b.behind {
		c.settle(ctx, b, flights, errElsewhere)
		return
	}
	defer c.settle(ctx, b, flights, nil)
	bound := time.NewTimer(longestAsk)
	defer bound.Stop()
	var orphans []*flight
	for pause := firstPoll; len(flights) > 0; pause = min(2*pause, lastPoll) {
		next := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			next.Stop()
			return
		case <-bound.C:
			next.Stop()
			orphans, flights = append(orphans, flights...), nil
			continue
		case <-next.C:
		}
		found, released, usable := c.redis.poll(b.scope, flights, l.epoch)
		if !usable {
			orphans, flights = append(orphans, c.accept(b, flights, found)...), nil
			continue
		}
		var waiting []*flight
		for _, f := range c.accept(b, flights, found) {
			if released[f] {
				orphans = append(orphans, f)
				continue
			}
			waiting = append(waiting, f)
		}
		flights = waiting
	}
	if len(orphans) > 0 {
		c.fromVendor(ctx, b, orphans, &lease{epoch: l.epoch, held: map[*flight]bool{}})
	}
}

// fromVendor loads, remembers and lands. Without a lease, Redis is not written.
func (c *Cache) fromVendor(ctx context.Context, b *batch, flights []*flight, l *lease) {
	if l != nil {
		defer c.redis.release(l)
	}
	defer c.settle(ctx, b, flights, nil)
	missing := make([]int, len(flights))
	for i, f := range flights {
		missing[i] = f.index
	}
	if !b.behind {
		c.count(Miss, len(flights), 0)
	}
	arrivals := &arrivals{cache: c, batch: b, flights: flights, now: c.now(), loaded: make([]Loaded, len(flights))}
	_, err := guarded(func() (any, error) { b.work.load(ctx, missing, arrivals.land); return nil, nil })
	entries, outcomes := arrivals.end(err)
	if drop, pending := c.refused(b, flights, outcomes, l != nil); drop {
		c.dropLocally(b.scope)
		defer c.dropElsewhere()
	} else if pending {
		defer c.dropElsewhere()
	}
	deposits := make([]deposit, 0, len(flights))
	for i, f := range flights {
		if entries[i] != nil {
			deposits = append(deposits, deposit{f, entries[i], arrivals.loaded[i].Body})
		}
		c.keep(b, f, entries[i], outcomes[i])
	}
	if l != nil && c.memory.generations.of(b.scope.id) == b.generation {
		c.redis.put(b.scope, deposits, l)
		if c.memory.generations.of(b.scope.id) != b.generation {
			c.redis.remove(flights)
		}
	}
}

// arrive makes an entry and an outcome of what was loaded; an error has no entry.
func (c *Cache) arrive(b *batch, f *flight, l Loaded, now time.Time) (*entry, outcome) {
	if l.Err != nil {
		return nil, failed(l.Err)
	}
	if l.Absent {
		e := c.newAbsence(now)
		return e, e.outcome(FromVendor, now)
	}
	value, tags, err := b.work.read(f.index, l.Body)
	if err != nil {
		return nil, failed(err)
	}
	e := c.newEntry(value, tags, len(l.Body), now)
	return e, e.outcome(FromVendor, now)
}

// refused reports whether the vendor took back what it once allowed. pending
// tells that it may have, as far as Redis could not be asked; then the scope is
// dropped there as soon as it can be.
func (c *Cache) refused(b *batch, flights []*flight, outcomes []outcome, asked bool) (drop, pending bool) {
	for i := range flights {
		switch providers.KindOf(outcomes[i].err) {
		case providers.Unauthenticated:
			return true, false
		case providers.Forbidden:
			if b.behind {
				return true, false
			}
			if !asked && c.redis != nil && !c.forgetful() {
				c.redis.oweDrop(b.scope.id)
				pending = true
			}
		}
	}
	return false, pending
}

// read decodes a body and asks the value what it holds.
func (w work) read(i int, body []byte) (value any, tags []model.ID, err error) {
	value, err = guarded(func() (any, error) {
		value, err := w.decode(i, body)
		if err == nil {
			tags = tagsOf(value)
		}
		return value, err
	})
	return value, tags, err
}

// settle ends the flights that have not landed: with the error, or with how the
// context ended, or else with the kind BadResponse.
func (c *Cache) settle(ctx context.Context, b *batch, flights []*flight, err error) {
	if err == nil {
		err = errUnusable
		if ctx.Err() != nil {
			err = endOf(ctx)
		}
	}
	for _, f := range flights {
		if f.hasLanded() {
			continue
		}
		o := failed(err)
		if b.behind {
			c.refreshed(f.slot, o)
		}
		f.land(o)
	}
}

var errUnusable = &providers.Error{Kind: providers.BadResponse, Detail: "an answer that cannot be read"}

// guarded turns a panic into an error: an answer must not end the program.
func guarded[T any](f func() (T, error)) (value T, err error) {
	defer func() {
		if recover() != nil {
			err = errUnusable
		}
	}()
	value, err = f()
	var known *providers.Error
	if err != nil && !errors.As(err, &known) {
		err = errUnusable
	}
	return value, err
}
