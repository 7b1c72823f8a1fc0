package pagecache

import (
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
)

// write is the new state of one key in Redis: a value, or none if the entry is negative.
type write struct {
	key   Key
	entry *entry
	body  []byte
}

// put stores loaded values, deletes absent ones, and releases the leases of both, each in one
// transaction with its value.
func (s *redisStore) put(scope *Scope, writes []write, l *lease) {
	now := s.cache.now()
	for chunk := range slices.Chunk(writes, maxPipeline) {
		s.run(true, func(ctx context.Context, p redis.Pipeliner) {
			tagged := map[string]bool{}
			p.PExpire(ctx, scope.id.redisKey("e", nil), s.epochLife())
			for _, w := range chunk {
				l.releaseLease(ctx, p, w.key)
				sealed, life := s.sealed(scope, w, now, l.epoch)
				if sealed == nil {
					p.Unlink(ctx, w.key.redisKey("p"))
					continue
				}
				p.Set(ctx, w.key.redisKey("p"), sealed, life)
				for _, id := range w.entry.tags {
					tag := s.tag(scope.id, id)
					p.SAdd(ctx, tag, string(w.key.hash[:]))
					tagged[tag] = true
				}
			}
			for tag := range tagged {
				// No page in the set lives longer than one that is stored now.
				p.PExpire(ctx, tag, s.cache.config.Fresh+s.cache.config.Stale)
			}
		})
	}
}

// sealed returns the sealed value of a write and its life, or nil if there is none to store.
func (s *redisStore) sealed(scope *Scope, w write, now time.Time, epoch uint64) ([]byte, time.Duration) {
	e := w.entry
	life := e.gone.Sub(now)
	if e.absent || life < time.Millisecond {
		return nil, 0
	}
	sealed, err := s.codec.Seal(scope.seal(), w.key.location(), envelope.Header{
		Created: e.fetched, FreshFor: e.freshUntil.Sub(e.fetched), StaleFor: e.gone.Sub(e.freshUntil), Epoch: epoch,
	}, w.body)
	if err != nil {
		s.cache.count(Rejected, 1, 0)
		return nil, 0
	}
	return sealed, life
}

// tag returns the key of the set of pages that hold an object.
func (s *redisStore) tag(scope scopeID, id model.ID) string {
	sum := s.cache.keys.tag.Sum(string(scope[:]), string(id))
	return scope.redisKey("t", sum[:])
}

// remove deletes values.
func (s *redisStore) remove(keys []Key) {
	for chunk := range slices.Chunk(keys, maxPipeline) {
		s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for _, key := range chunk {
				p.Unlink(ctx, key.redisKey("p"))
			}
		})
	}
}

// maxTags bounds the sets of pages that one pipeline reads, and maxUnlinked the keys of a command.
const maxTags, maxUnlinked = 8, 512

// invalidate deletes the values that hold one of these objects, and publishes the
// invalidation. It returns false if Redis has not applied all of it.
func (s *redisStore) invalidate(scope *Scope, ids []model.ID) bool {
	ok := true
	for chunk := range slices.Chunk(ids, maxTags) {
		ok = s.unlinkTagged(scope, chunk) && ok
	}
	var published *redis.IntCmd
	var outdated *redis.StatusCmd
	ok = s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		outdated = p.Set(ctx, scope.id.redisKey("x", nil), newEpoch(), s.epochLife())
		published = p.Publish(ctx, channel, s.sealInvalidation(scope.id, ids))
	}) && ok
	return ok && published.Err() == nil && outdated.Err() == nil
}

// unlinkTagged deletes the values that hold one of these objects, and returns false if Redis has
// not deleted all of them. Each pipeline has one command: a set may have 131,072 pages.
func (s *redisStore) unlinkTagged(scope *Scope, ids []model.ID) bool {
	sets := make([]*redis.StringSliceCmd, len(ids))
	if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		for i, id := range ids {
			sets[i] = p.SMembers(ctx, s.tag(scope.id, id))
		}
	}) {
		return false
	}
	ok, keys := true, make([]string, 0, len(ids))
	unlink := func() {
		var removed *redis.IntCmd
		ok = s.run(false, func(ctx context.Context, p redis.Pipeliner) { removed = p.Unlink(ctx, keys...) }) && removed.Err() == nil && ok
		keys = keys[:0]
	}
	for i, set := range sets {
		ok = ok && set.Err() == nil
		for _, hash := range set.Val() {
			if keys = append(keys, scope.id.redisKey("p", []byte(hash))); len(keys) == maxUnlinked {
				unlink()
			}
		}
		keys = append(keys, s.tag(scope.id, ids[i]))
	}
	unlink()
	return ok
}
