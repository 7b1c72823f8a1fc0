package pagecache

import (
	"context"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// fromVendor fetches the values of calls, stores them, and completes the calls. Without a
// lease it does not write to Redis.
func (c *Cache) fromVendor(ctx context.Context, b *batch, calls []*call, l *lease) {
	if l != nil {
		defer c.redis.release(l)
	}
	defer c.failRemaining(ctx, b, calls, nil)
	if !b.background {
		c.count(Miss, len(calls), 0)
	}
	keys := make([]Key, len(calls))
	for i, call := range calls {
		keys[i] = call.Key().key
	}
	r := newResults(c, b, calls)
	_, err := orBadResponse(func() (any, error) { b.loader.load(ctx, keys, r.deliver); return nil, nil })
	all, dropped := r.end(err)
	if dropped || c.mayBeInRedis(b, all, l != nil) {
		defer c.flushInvalidations()
	}
	for i := range all {
		c.store(b, &all[i], r.now)
	}
	if l != nil && c.memory.generations.of(b.scope.id) == b.generation {
		c.redis.put(b.scope, writesOf(all), l)
		if c.memory.generations.of(b.scope.id) != b.generation {
			c.redis.remove(keys)
		}
	}
}

// writesOf returns what to write to Redis.
func writesOf(all []result) []write {
	writes := make([]write, 0, len(all))
	for _, one := range all {
		if one.entry != nil {
			writes = append(writes, write{one.call.Key().key, one.entry, one.body})
		}
	}
	return writes
}

// decodeLoaded makes an entry of a vendor's answer, unless that is an error.
func (c *Cache) decodeLoaded(b *batch, key Key, l Loaded, now time.Time) (*entry, error) {
	switch {
	case l.Err != nil:
		return nil, l.Err
	case l.Absent:
		return c.newAbsence(now), nil
	case l.Value != nil:
		return c.newEntry(l.Value, tagsOf(l.Value), l.Size, now), nil
	}
	value, tags, err := b.loader.read(key, l.Body)
	if err != nil {
		if l.Unreadable != nil {
			l.Unreadable()
		}
		return nil, err
	}
	return c.newEntry(value, tags, len(l.Body), now), nil
}

// mayBeInRedis reports whether the vendor forbids a key that may have been cached in Redis,
// which was not readable. The scope is then queued to be dropped there.
func (c *Cache) mayBeInRedis(b *batch, all []result, redisRead bool) bool {
	if redisRead || c.redis == nil || c.disabled() {
		return false
	}
	for i := range all {
		if providers.KindOf(all[i].err) == providers.Forbidden {
			c.redis.queueInvalidation(b.scope.id)
			return true
		}
	}
	return false
}
