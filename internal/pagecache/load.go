package pagecache

import (
	"context"
	"errors"
	"reflect"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// loader is how one caller fetches and decodes values.
type loader struct {
	typ    reflect.Type // of the values
	decode func(key Key, body []byte) (any, error)
	load   Load
}

func newLoader[T any](decode func(key Key, body []byte) (T, error), load Load) loader {
	return loader{
		typ:    reflect.TypeFor[T](),
		decode: func(key Key, body []byte) (any, error) { return decode(key, body) },
		load:   load,
	}
}

var (
	// errElsewhere ends a revalidation that another replica performs.
	errElsewhere = &providers.Error{Kind: providers.Canceled, Detail: "another replica revalidates the entry"}
	errUnusable  = &providers.Error{Kind: providers.BadResponse, Detail: "the response cannot be read"}
)

// load looks the keys of a batch up: in Redis, then at another replica that is fetching
// them, then at the vendor.
func (c *Cache) load(ctx context.Context, b *batch, calls []*call) {
	// Complete all waiters even if load calls runtime.Goexit.
	defer c.failRemaining(ctx, b, calls, nil)
	b.generation = c.memory.generations.of(b.scope.id)
	if c.disabled() {
		c.fromVendor(ctx, b, calls, nil)
		return
	}
	left := c.recheck(b, calls)
	var epoch uint64
	usable := false
	if c.redis != nil && len(left) > 0 {
		left, epoch, usable = c.fromRedis(b, left)
	}
	if len(left) == 0 {
		return
	}
	if !usable {
		c.fromVendor(ctx, b, left, nil)
		return
	}
	l, taken, found := c.redis.acquire(b.scope, left, epoch)
	var mine, theirs []*call
	for _, call := range c.acceptStored(b, left, found) {
		if taken[call.Key().key] {
			theirs = append(theirs, call)
			continue
		}
		mine = append(mine, call)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	if len(theirs) > 0 {
		c.count(LeaseWait, len(theirs), 0)
		wg.Go(func() { c.awaitReplica(ctx, b, theirs, l) })
	}
	if len(mine) > 0 {
		c.fromVendor(ctx, b, mine, l)
	}
	c.redis.release(l)
}

// recheck completes the calls whose entries were stored between their caller's lookup in
// memory and the start of the batch, and returns the others.
func (c *Cache) recheck(b *batch, calls []*call) (left []*call) {
	now := c.now()
	var stale []typedKey
	left = filter(calls, func(call *call) bool {
		e := c.memory.get(call.Key(), b.generation, now)
		if e == nil || b.background && !now.Before(e.freshUntil) {
			return true
		}
		o := e.outcome(FromMemory, now)
		call.Complete(o)
		if o.stale {
			stale = append(stale, call.Key())
		}
		if !b.background {
			c.count(HitMemory, 1, e.size)
		}
		return false
	})
	c.revalidate(b.scope, stale, b.loader)
	return left
}

// fromRedis completes the calls whose values are in Redis and returns the others. If usable,
// Redis responded and their values may be stored there under the epoch.
func (c *Cache) fromRedis(b *batch, calls []*call) (left []*call, epoch uint64, usable bool) {
	epoch, usable = c.redis.fetch(b.scope, calls, func(chunk []*call, found []stored) {
		c.acceptStored(b, chunk, found)
	})
	return incomplete(calls), epoch, usable
}

// acceptStored completes the calls whose values were found in Redis, and returns the others.
func (c *Cache) acceptStored(b *batch, calls []*call, found []stored) (left []*call) {
	now := c.now()
	var stale []typedKey
	var hits, bytes int
	for i, call := range calls {
		k, v := call.Key(), &found[i]
		fresh := v.ok && now.Before(v.freshUntil())
		if !v.ok || !now.Before(v.gone()) || b.background && !fresh {
			left = append(left, call)
			continue
		}
		value, tags, err := b.loader.read(k.key, v.body)
		if err != nil {
			c.count(Rejected, 1, 0)
			left = append(left, call)
			continue
		}
		e := &entry{
			value: value, fetched: v.Created, freshUntil: v.freshUntil(), gone: v.gone(),
			tags: tags, size: len(v.body), packed: isPacked(value),
		}
		// A value that was in Redis before an invalidation must not be served either.
		if !c.memory.put(k, e, b.generation, b.owner()) {
			left = append(left, call)
			continue
		}
		o := e.outcome(FromRedis, now)
		if o.stale {
			stale = append(stale, k)
		}
		hits, bytes = hits+1, bytes+e.size
		call.Complete(o)
	}
	c.count(HitRedis, hits, bytes)
	c.revalidate(b.scope, stale, b.loader)
	return left
}

// failRemaining completes the calls that have no outcome: with err, or else with the reason
// why the context ended, or else with the kind BadResponse.
func (c *Cache) failRemaining(ctx context.Context, b *batch, calls []*call, err error) {
	if err == nil {
		err = errUnusable
		if ctx.Err() != nil {
			err = contextError(ctx)
		}
	}
	for _, call := range calls {
		c.complete(b, call, failed(err))
	}
}

// read decodes a body, and returns the tags of the value.
func (l loader) read(key Key, body []byte) (value any, tags []model.ID, err error) {
	defer func() {
		if recover() != nil {
			value, tags, err = nil, nil, errUnusable
		}
	}()
	if value, err = l.decode(key, body); err != nil {
		return value, nil, knownError(err)
	}
	return value, tagsOf(value), nil
}

// orBadResponse calls f and turns a panic, and any error that is no *providers.Error,
// into errUnusable.
func orBadResponse[T any](f func() (T, error)) (value T, err error) {
	defer func() {
		if recover() != nil {
			err = errUnusable
		}
	}()
	value, err = f()
	return value, knownError(err)
}

// knownError returns errUnusable for an error that is no *providers.Error.
func knownError(err error) error {
	var known *providers.Error
	if err != nil && !errors.As(err, &known) {
		return errUnusable
	}
	return err
}
