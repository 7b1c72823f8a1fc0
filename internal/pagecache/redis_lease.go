package pagecache

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// leaseLife is how long replicas wait for one that has crashed. The holder renews its
	// leases every renewInterval while it fetches. Both leave time for two commands that take
	// the longest timeout.
	leaseLife     = 3 * time.Second
	renewInterval = leaseLife / 4
	// maxLeaseWait is how long replicas wait for one that is alive: the default bound of a
	// vendor call with its retries. A call that takes longer may be made twice.
	maxLeaseWait = 10 * time.Second
	// maxLeases bounds the leases of one transaction, some 100 bytes each.
	maxLeases = 1024
	// pollMin and pollMax bound the interval at which a replica polls for the values that
	// another one is fetching.
	pollMin, pollMax = 10 * time.Millisecond, 50 * time.Millisecond
)

// lease is the right to fetch some keys. It is held in Redis, so that other replicas wait for
// the values.
type lease struct {
	epoch uint64

	mu sync.Mutex
	// held are the keys that are acquired and not released.
	held map[Key]bool
	// deadline after which the lease may have expired; never delete it later.
	deadline time.Time
}

// acquire takes the free leases and returns the keys held by other replicas. A Redis error is
// not treated as held. Then it reads the values again: a previous holder may have stored them
// and released its lease since.
//
// All leases are acquired in one transaction: of two replicas that miss the same keys, one
// gets all of them, and fetches them together. It also reads the values, unless they are more than
// one pipeline may read.
func (s *redisStore) acquire(scope *Scope, calls []*call, epoch uint64) (l *lease, theirs map[Key]bool, found []stored) {
	l = &lease{epoch: epoch, deadline: s.leaseDeadline(), held: map[Key]bool{}}
	theirs, found = map[Key]bool{}, make([]stored, 0, len(calls))
	var values []*redis.StringCmd
	for chunk := range slices.Chunk(calls, maxLeases) {
		taken := make([]*redis.BoolCmd, len(chunk))
		if !s.run(true, func(ctx context.Context, p redis.Pipeliner) {
			for i, call := range chunk {
				taken[i] = p.SetNX(ctx, call.Key().key.redisKey("l"), 1, leaseLife)
			}
			if len(calls) <= maxPipeline {
				values = readValues(ctx, p, calls)
			}
		}) {
			break
		}
		for i, call := range chunk {
			key := call.Key().key
			if taken[i].Val() {
				l.held[key] = true
			}
			theirs[key] = taken[i].Err() == nil && !taken[i].Val()
		}
	}
	s.leases.Store(l, nil)
	if values != nil {
		return l, theirs, s.openAll(scope, calls, values, epoch)
	}
	for chunk := range slices.Chunk(calls, maxPipeline) {
		if !s.run(false, func(ctx context.Context, p redis.Pipeliner) { values = readValues(ctx, p, chunk) }) {
			break
		}
		found = append(found, s.openAll(scope, chunk, values, epoch)...)
	}
	return l, theirs, found[:len(calls)]
}

// leaseDeadline returns until when a lease that is acquired or renewed now cannot expire.
func (s *redisStore) leaseDeadline() time.Time {
	return time.Now().Add(leaseLife - 2*s.cache.config.Timeout)
}

// renewLeases renews all leases until the cache is closed.
func (s *redisStore) renewLeases() {
	tick := time.NewTicker(renewInterval)
	defer tick.Stop()
	for {
		select {
		case <-s.cache.ctx.Done():
			return
		case <-tick.C:
		}
		for l := range s.leases.Range {
			s.renewLease(l.(*lease))
		}
	}
}

// renewLease renews a lease. Keys that cannot be renewed are no longer held.
func (s *redisStore) renewLease(l *lease) {
	deadline := s.leaseDeadline()
	kept := map[Key]bool{}
	for chunk := range slices.Chunk(l.active(), maxPipeline) {
		renewed := make([]*redis.BoolCmd, len(chunk))
		if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for i, key := range chunk {
				renewed[i] = p.PExpire(ctx, key.redisKey("l"), leaseLife)
			}
		}) {
			return
		}
		for i, key := range chunk {
			kept[key] = renewed[i].Val()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deadline = deadline
	maps.DeleteFunc(l.held, func(key Key, _ bool) bool { return !kept[key] })
}

// active returns the keys whose leases have not expired for certain.
func (l *lease) active() []Key {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !time.Now().Before(l.deadline) {
		return nil
	}
	return slices.Collect(maps.Keys(l.held))
}

// releaseLease deletes the lease of a key once, and only before the deadline: afterwards
// another replica may hold it.
func (l *lease) releaseLease(ctx context.Context, p redis.Pipeliner, key Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[key] && time.Now().Before(l.deadline) {
		p.Unlink(ctx, key.redisKey("l"))
	}
	delete(l.held, key)
}

// release releases the leases that put has not released.
func (s *redisStore) release(l *lease) {
	s.leases.Delete(l)
	for chunk := range slices.Chunk(l.active(), maxPipeline) {
		s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for _, key := range chunk {
				l.releaseLease(ctx, p, key)
			}
		})
	}
}

// poll reads the values that other replicas are fetching, and which leases were released.
// usable reports that Redis responded.
func (s *redisStore) poll(scope *Scope, calls []*call, epoch uint64) (found []stored, released map[Key]bool, usable bool) {
	found, released = make([]stored, 0, len(calls)), map[Key]bool{}
	if !s.readable(scope.id) {
		return found[:len(calls)], nil, false
	}
	for chunk := range slices.Chunk(calls, maxPipeline) {
		leases := make([]*redis.IntCmd, len(chunk))
		var values []*redis.StringCmd
		if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for i, call := range chunk {
				// The order matters: the holder stores the value before it releases the lease.
				leases[i] = p.Exists(ctx, call.Key().key.redisKey("l"))
			}
			values = readValues(ctx, p, chunk)
		}) {
			return found[:len(calls)], nil, false
		}
		found = append(found, s.openAll(scope, chunk, values, epoch)...)
		for i, call := range chunk {
			released[call.Key().key] = leases[i].Val() == 0
		}
	}
	return found, released, true
}

// awaitReplica waits for the values that other replicas are fetching, and fetches those that
// they did not deliver.
func (c *Cache) awaitReplica(ctx context.Context, b *batch, calls []*call, l *lease) {
	if b.background {
		c.failRemaining(ctx, b, calls, errElsewhere)
		return
	}
	defer c.failRemaining(ctx, b, calls, nil)
	bound := time.NewTimer(maxLeaseWait)
	defer bound.Stop()
	var orphans []*call
	for delay := pollMin; len(calls) > 0; delay = min(2*delay, pollMax) {
		next := time.NewTimer(delay)
		select {
		case <-ctx.Done():
			next.Stop()
			return
		case <-bound.C:
			next.Stop()
			orphans, calls = append(orphans, calls...), nil
			continue
		case <-next.C:
		}
		found, released, usable := c.redis.poll(b.scope, calls, l.epoch)
		if !usable {
			orphans, calls = append(orphans, c.acceptStored(b, calls, found)...), nil
			continue
		}
		var waiting []*call
		for _, call := range c.acceptStored(b, calls, found) {
			if released[call.Key().key] {
				orphans = append(orphans, call)
				continue
			}
			waiting = append(waiting, call)
		}
		calls = waiting
	}
	if len(orphans) > 0 {
		c.fromVendor(ctx, b, orphans, &lease{epoch: l.epoch, held: map[Key]bool{}})
	}
}
