package pagecache

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
)

// stored is a value as Redis held it.
type stored struct {
	envelope.Header
	body []byte
}

func (v stored) freshUntil() time.Time { return v.Created.Add(v.FreshFor) }
func (v stored) gone() time.Time       { return v.freshUntil().Add(v.StaleFor) }

// fetch reads the values of these flights and the epoch of the scope, and hands
// them over in pieces, each in a goroutine of its own while the next one is read.
// It returns when all have been taken. usable tells that Redis answered; without,
// some flights were not handed over.
func (s *store) fetch(scope *Scope, flights []*flight, take func(piece []*flight, found map[*flight]stored)) (epoch uint64, usable bool) {
	if !s.may(scope.id) {
		return 0, false
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for piece := range slices.Chunk(flights, maxPipeline) {
		var now *redis.StringCmd
		values := make([]*redis.StringCmd, len(piece))
		if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			now = s.epochOf(ctx, p, scope.id)
			for i, f := range piece {
				values[i] = getBounded(ctx, p, f)
			}
		}) {
			return 0, false
		}
		current, ok := readEpoch(now)
		if !ok {
			return 0, false
		}
		epoch = current
		wg.Go(func() {
			found := map[*flight]stored{}
			s.openAll(scope, piece, values, current, found)
			take(piece, found)
		})
	}
	return epoch, true
}

// getBounded reads no more of a value than an envelope can measure, and one byte
// that tells of more.
func getBounded(ctx context.Context, p redis.Pipeliner, f *flight) *redis.StringCmd {
	return p.GetRange(ctx, f.slot.key.redisKey("p"), 0, envelope.MaxSealed)
}

// openAll puts into found what opens, and deletes what never will.
func (s *store) openAll(scope *Scope, flights []*flight, values []*redis.StringCmd, epoch uint64, found map[*flight]stored) {
	var useless []*flight
	for i, f := range flights {
		sealed, err := values[i].Bytes()
		if err != nil && !isReply(err, "WRONGTYPE") || err == nil && len(sealed) == 0 {
			continue
		}
		kind := Rejected
		if err == nil {
			var v stored
			v.Header, v.body, err = s.codec.Open(scope.seal, f.slot.key.place(), s.cache.now(), sealed)
			if err == nil && v.Epoch == epoch {
				found[f] = v
				continue
			}
			switch {
			case err == nil:
				kind = Outdated
			case errors.Is(err, envelope.ErrSealed):
				kind = AuthFailed
			}
		}
		s.cache.count(kind, 1, 0)
		useless = append(useless, f)
	}
	s.remove(useless)
}

// deposit is what becomes of one key in Redis: a value, or nothing.
type deposit struct {
	flight *flight
	entry  *entry
	body   []byte
}

// put puts what was loaded, deletes what is absent, and gives the leases of both
// back, each in one step with its value.
func (s *store) put(scope *Scope, deposits []deposit, l *lease) {
	now := s.cache.now()
	for chunk := range slices.Chunk(deposits, maxPipeline) {
		s.run(true, func(ctx context.Context, p redis.Pipeliner) {
			tagged := map[string]bool{}
			p.PExpire(ctx, scope.id.redisKey("e", nil), s.epochLife())
			for _, d := range chunk {
				key := d.flight.slot.key
				l.giveBack(ctx, p, d.flight)
				sealed, life := s.sealed(scope, d, now, l.epoch)
				if sealed == nil {
					p.Unlink(ctx, key.redisKey("p"))
					continue
				}
				p.Set(ctx, key.redisKey("p"), sealed, life)
				for _, id := range d.entry.tags {
					tag := s.tag(scope.id, id)
					p.SAdd(ctx, tag, string(key.hash[:]))
					tagged[tag] = true
				}
			}
			for tag := range tagged {
				// No page in the set lives longer than one that is put now can.
				p.PExpire(ctx, tag, s.cache.config.Fresh+s.cache.config.Stale)
			}
		})
	}
}

// sealed is the value of a deposit and how long it lives, nil where Redis is to
// have none.
func (s *store) sealed(scope *Scope, d deposit, now time.Time, epoch uint64) ([]byte, time.Duration) {
	e := d.entry
	life := e.gone.Sub(now)
	if e.absent || life < time.Millisecond {
		return nil, 0
	}
	sealed, err := s.codec.Seal(scope.seal, d.flight.slot.key.place(), envelope.Header{
		Created: e.fetched, FreshFor: e.freshUntil.Sub(e.fetched), StaleFor: e.gone.Sub(e.freshUntil), Epoch: epoch,
	}, d.body)
	if err != nil {
		s.cache.count(Rejected, 1, 0)
		return nil, 0
	}
	return sealed, life
}

// tag names the set of pages that hold an object.
func (s *store) tag(scope scopeID, id model.ID) string {
	sum := s.cache.keys.tag.of(string(scope[:]), string(id))
	return scope.redisKey("t", sum[:])
}

// remove deletes values.
func (s *store) remove(flights []*flight) {
	for chunk := range slices.Chunk(flights, maxPipeline) {
		s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for _, f := range chunk {
				p.Unlink(ctx, f.slot.key.redisKey("p"))
			}
		})
	}
}

// forget deletes what holds one of these objects, and tells the other replicas.
// It returns false when Redis could not be told.
func (s *store) forget(scope *Scope, ids []model.ID) bool {
	sets := make([]*redis.StringSliceCmd, len(ids))
	if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		for i, id := range ids {
			sets[i] = p.SMembers(ctx, s.tag(scope.id, id))
		}
	}) {
		return false
	}
	var told *redis.IntCmd
	var removed []*redis.IntCmd
	ok := s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		for i, id := range ids {
			for _, hash := range sets[i].Val() {
				removed = append(removed, p.Unlink(ctx, scope.id.redisKey("p", []byte(hash))))
			}
			removed = append(removed, p.Unlink(ctx, s.tag(scope.id, id)))
		}
		told = p.Publish(ctx, channel, s.news(scope.id, ids))
	})
	for _, set := range sets {
		ok = ok && set.Err() == nil
	}
	for _, command := range removed {
		ok = ok && command.Err() == nil
	}
	return ok && told.Err() == nil
}
