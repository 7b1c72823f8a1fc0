package pagecache

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// beginEpoch creates the epoch of a scope that has none, and returns it.
func (s *redisStore) beginEpoch(id scopeID) (epoch uint64, ok bool) {
	var created *redis.StringCmd
	if !s.run(false, func(ctx context.Context, p redis.Pipeliner) { created = s.readEpoch(ctx, p, id) }) {
		return 0, false
	}
	return parseEpoch(created)
}

// readEpoch reads the epoch of a scope, and creates it if there is none. It is a random
// number, not a counter: if Redis loses it, no value of an earlier epoch becomes valid again.
func (s *redisStore) readEpoch(ctx context.Context, p redis.Pipeliner, id scopeID) *redis.StringCmd {
	return s.readEpochAt(ctx, p, id.redisKey("e", nil))
}

func (s *redisStore) readEpochAt(ctx context.Context, p redis.Pipeliner, key string) *redis.StringCmd {
	p.SetNX(ctx, key, newEpoch(), s.epochLife())
	return p.Get(ctx, key)
}

// epochLife is longer than the life of any value, so that none outlives its epoch.
func (s *redisStore) epochLife() time.Duration {
	return s.cache.config.Fresh + s.cache.config.Stale + epochMargin
}

func newEpoch() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:])
}

func parseEpoch(c *redis.StringCmd) (uint64, bool) {
	n, err := strconv.ParseUint(c.Val(), 10, 64)
	return n, err == nil && c.Err() == nil
}

// readable applies the pending invalidations, and reports whether the scope may be read from
// Redis.
func (s *redisStore) readable(id scopeID) bool {
	s.flushInvalidations()
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.pendingInvalidations[id] && !s.cache.now().Before(s.unreadableUntil)
}

// queueInvalidation queues a scope for the next flushInvalidations; until then the scope is
// not readable.
func (s *redisStore) queueInvalidation(id scopeID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pendingInvalidations) < maxPendingInvalidations {
		s.pendingInvalidations[id] = true
		return
	}
	s.unreadableUntil = s.cache.now().Add(s.epochLife())
}

// flushInvalidations begins new epochs for the pending scopes, and publishes their
// invalidation to the other replicas. Scopes that fail stay pending.
func (s *redisStore) flushInvalidations() {
	s.mu.Lock()
	ids := make([]scopeID, 0, len(s.pendingInvalidations))
	for id := range s.pendingInvalidations {
		if ids = append(ids, id); len(ids) == maxPipeline {
			break
		}
	}
	s.mu.Unlock()
	if len(ids) == 0 {
		return
	}
	set := make(map[scopeID]*redis.StatusCmd, len(ids))
	if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		for _, id := range ids {
			set[id] = p.Set(ctx, id.redisKey("e", nil), newEpoch(), s.epochLife())
			p.Publish(ctx, channel, s.sealInvalidation(id, nil))
		}
	}) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, command := range set {
		if command.Err() == nil {
			delete(s.pendingInvalidations, id)
		}
	}
}
