package pagecache

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// leaseFor is how long a replica may ask before others stop waiting for it: a
	// vendor call with its repetitions is bounded by 10 s unless configured
	// otherwise. What takes longer may be asked for twice.
	leaseFor = 10 * time.Second
	// firstPoll and lastPoll are how often a replica looks whether what another one
	// asks for has come.
	firstPoll, lastPoll = 10 * time.Millisecond, 50 * time.Millisecond
)

// lease is the right to ask for some keys, taken in Redis so that other replicas
// wait for the values.
type lease struct {
	epoch uint64
	// held are those that are taken and not given back yet.
	held map[*flight]bool
	// until is when this replica must not delete it any more, since it may have run
	// out on the way there.
	until time.Time
}

// lease takes what nobody has, and tells what it did not get. A refusal for
// another reason than that someone has it is no reason to wait. It looks for the
// values again: whoever had the lease may have put them and given it back since.
func (s *store) lease(scope *Scope, flights []*flight, epoch uint64) (l *lease, theirs map[*flight]bool, found map[*flight]stored) {
	l = &lease{epoch: epoch, until: time.Now().Add(leaseFor - 2*s.cache.config.Timeout), held: map[*flight]bool{}}
	theirs, found = map[*flight]bool{}, map[*flight]stored{}
	for chunk := range slices.Chunk(flights, maxPipeline) {
		taken := make([]*redis.BoolCmd, len(chunk))
		values := make([]*redis.StringCmd, len(chunk))
		if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for i, f := range chunk {
				taken[i] = p.SetNX(ctx, f.slot.key.redisKey("l"), 1, leaseFor)
				values[i] = getBounded(ctx, p, f)
			}
		}) {
			continue
		}
		for i, f := range chunk {
			l.held[f] = taken[i].Val()
			theirs[f] = taken[i].Err() == nil && !taken[i].Val()
		}
		s.openAll(scope, chunk, values, epoch, found)
	}
	return l, theirs, found
}

// giveBack deletes a lease, once, and only while it cannot be another replica's:
// what has run out may have been taken since.
func (l *lease) giveBack(ctx context.Context, p redis.Pipeliner, f *flight) {
	if l.held[f] && time.Now().Before(l.until) {
		p.Unlink(ctx, f.slot.key.redisKey("l"))
	}
	delete(l.held, f)
}

// release gives back what put did not.
func (s *store) release(l *lease) {
	for chunk := range slices.Chunk(slices.Collect(maps.Keys(l.held)), maxPipeline) {
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
