package pagecache

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// leaseFor is how long a replica may ask before others stop waiting for it: a
	// vendor call with its repetitions is bounded by 5 s.
	leaseFor = 5 * time.Second
	// firstPoll and lastPoll are how often a replica looks whether what another one
	// asks for has come.
	firstPoll, lastPoll = 10 * time.Millisecond, 50 * time.Millisecond
)

// lease is the right to ask for some keys, taken in Redis so that other replicas
// wait for the values.
type lease struct {
	epoch uint64
	taken []*flight
	until time.Time
}

// lease takes what nobody has. Where Redis does not answer, it takes nothing and
// others ask, too.
func (s *store) lease(flights []*flight, epoch uint64) *lease {
	l := &lease{epoch: epoch, until: time.Now().Add(leaseFor)}
	busy := make([]*redis.BoolCmd, len(flights))
	if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		for i, f := range flights {
			busy[i] = p.SetNX(ctx, f.slot.key.redisKey("l"), 1, leaseFor)
		}
	}) {
		l.taken = flights
		l.until = time.Time{}
		return l
	}
	for i, f := range flights {
		// A refusal for another reason than that someone has it is no reason to wait.
		if busy[i].Val() || busy[i].Err() != nil {
			l.taken = append(l.taken, f)
		}
	}
	return l
}

// split tells which flights this replica may ask for.
func (l *lease) split(flights []*flight) (mine, theirs []*flight) {
	taken := make(map[*flight]bool, len(l.taken))
	for _, f := range l.taken {
		taken[f] = true
	}
	for _, f := range flights {
		if !taken[f] {
			theirs = append(theirs, f)
		}
	}
	return l.taken, theirs
}

// giveBack deletes the lease, once, and only while it cannot be another
// replica's: leases that have run out are left to run out.
func (l *lease) giveBack(ctx context.Context, p redis.Pipeliner) {
	if time.Now().Before(l.until.Add(-2 * commandFor)) {
		for _, f := range l.taken {
			p.Unlink(ctx, f.slot.key.redisKey("l"))
		}
	}
	l.taken = nil
}

// release gives back what put did not.
func (s *store) release(l *lease) {
	if len(l.taken) > 0 {
		s.run(false, func(ctx context.Context, p redis.Pipeliner) { l.giveBack(ctx, p) })
	}
}

// poll looks for values that other replicas are asking for, and which of them
// gave up.
func (s *store) poll(scope *Scope, flights []*flight, epoch uint64) (found map[*flight]stored, released map[*flight]bool, usable bool) {
	if !s.may(scope.id) {
		return nil, nil, false
	}
	leases := make([]*redis.IntCmd, len(flights))
	values := make([]*redis.StringCmd, len(flights))
	if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		for i, f := range flights {
			// In this order: whoever gives a lease back has put the value before.
			leases[i] = p.Exists(ctx, f.slot.key.redisKey("l"))
			values[i] = getBounded(ctx, p, f)
		}
	}) {
		return nil, nil, false
	}
	found, released = map[*flight]stored{}, map[*flight]bool{}
	s.openAll(scope, flights, values, epoch, found)
	for i, f := range flights {
		released[f] = leases[i].Val() == 0
	}
	return found, released, true
}
