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
	// leaseFor is how long others wait for a replica that has died. One that lives
	// renews its leases every renewEvery, for as long as it asks; both leave room for
	// two commands that take as long as they may.
	leaseFor   = 3 * time.Second
	renewEvery = leaseFor / 4
	// longestAsk is how long others wait for a replica that lives: a vendor call with
	// its repetitions is bounded by that unless configured otherwise. What takes
	// longer may be asked for twice.
	longestAsk = 10 * time.Second
	// maxLeases bounds how many leases are taken in one step, some 100 bytes each.
	maxLeases = 1024
	// firstPoll and lastPoll are how often a replica looks whether what another one
	// asks for has come.
	firstPoll, lastPoll = 10 * time.Millisecond, 50 * time.Millisecond
)

// lease is the right to ask for some keys, taken in Redis so that other replicas
// wait for the values.
type lease struct {
	epoch uint64

	mu sync.Mutex
	// held are those that are taken and not given back yet.
	held map[*flight]bool
	// until is when this replica must not delete it any more, since it may have run
	// out on the way there.
	until time.Time
}

// lease takes what nobody has, and tells what it did not get. A refusal for
// another reason than that someone has it is no reason to wait. Then it looks for
// the values again: whoever had a lease may have put them and given it back since.
//
// Leases are taken in one step, so that of two replicas that want the same keys one
// gets all of them, and asks for them together.
func (s *store) lease(scope *Scope, flights []*flight, epoch uint64) (l *lease, theirs map[*flight]bool, found map[*flight]stored) {
	l = &lease{epoch: epoch, until: s.leaseEnd(), held: map[*flight]bool{}}
	theirs, found = map[*flight]bool{}, map[*flight]stored{}
	for chunk := range slices.Chunk(flights, maxLeases) {
		taken := make([]*redis.BoolCmd, len(chunk))
		if !s.run(true, func(ctx context.Context, p redis.Pipeliner) {
			for i, f := range chunk {
				taken[i] = p.SetNX(ctx, f.slot.key.redisKey("l"), 1, leaseFor)
			}
		}) {
			break
		}
		for i, f := range chunk {
			if taken[i].Val() {
				l.held[f] = true
			}
			theirs[f] = taken[i].Err() == nil && !taken[i].Val()
		}
	}
	s.leases.Store(l, nil)
	for chunk := range slices.Chunk(flights, maxPipeline) {
		values := make([]*redis.StringCmd, len(chunk))
		if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for i, f := range chunk {
				values[i] = getBounded(ctx, p, f)
			}
		}) {
			break
		}
		s.openAll(scope, chunk, values, epoch, found)
	}
	return l, theirs, found
}

// leaseEnd is until when what is leased or renewed now is safely this replica's.
func (s *store) leaseEnd() time.Time { return time.Now().Add(leaseFor - 2*s.cache.config.Timeout) }

// renew keeps all leases, until the cache is closed.
func (s *store) renew() {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.cache.ctx.Done():
			return
		case <-tick.C:
		}
		for l := range s.leases.Range {
			s.prolong(l.(*lease))
		}
	}
}

// prolong renews a lease. What cannot be renewed is another's or nobody's.
func (s *store) prolong(l *lease) {
	end := s.leaseEnd()
	kept := map[*flight]bool{}
	for chunk := range slices.Chunk(l.live(), maxPipeline) {
		renewed := make([]*redis.BoolCmd, len(chunk))
		if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for i, f := range chunk {
				renewed[i] = p.PExpire(ctx, f.slot.key.redisKey("l"), leaseFor)
			}
		}) {
			return
		}
		for i, f := range chunk {
			kept[f] = renewed[i].Val()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = end
	maps.DeleteFunc(l.held, func(f *flight, _ bool) bool { return !kept[f] })
}

// live are the flights whose leases cannot be another replica's yet.
func (l *lease) live() []*flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !time.Now().Before(l.until) {
		return nil
	}
	return slices.Collect(maps.Keys(l.held))
}

// giveBack deletes a lease, once, and only while it cannot be another replica's:
// what has run out may have been taken since.
func (l *lease) giveBack(ctx context.Context, p redis.Pipeliner, f *flight) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[f] && time.Now().Before(l.until) {
		p.Unlink(ctx, f.slot.key.redisKey("l"))
	}
	delete(l.held, f)
}

// release gives back what put did not.
func (s *store) release(l *lease) {
	s.leases.Delete(l)
	for chunk := range slices.Chunk(l.live(), maxPipeline) {
		s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for _, f := range chunk {
				l.giveBack(ctx, p, f)
			}
		})
	}
}

// poll looks for values that other replicas are asking for, and which of them
// gave up.
func (s *store) poll(scope *Scope, flights []*flight, epoch uint64) (found map[*flight]stored, released map[*flight]bool, usable bool) {
	if !s.may(scope.id) {
		return nil, nil, false
	}
	found, released = map[*flight]stored{}, map[*flight]bool{}
	for chunk := range slices.Chunk(flights, maxPipeline) {
		leases := make([]*redis.IntCmd, len(chunk))
		values := make([]*redis.StringCmd, len(chunk))
		if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for i, f := range chunk {
				// In this order: whoever gives a lease back has put the value before.
				leases[i] = p.Exists(ctx, f.slot.key.redisKey("l"))
				values[i] = getBounded(ctx, p, f)
			}
		}) {
			return found, nil, false
		}
		s.openAll(scope, chunk, values, epoch, found)
		for i, f := range chunk {
			released[f] = leases[i].Val() == 0
		}
	}
	return found, released, true
}
