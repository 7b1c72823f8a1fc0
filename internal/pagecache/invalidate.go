package pagecache

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Drop invalidates everything in the scope: in this process at once, in Redis when it
// returns, unless ctx ends before, and at other replicas within a second. If Redis does not
// respond, this process does not read the scope from Redis until Redis has applied the
// invalidation.
func (s *Scope) Drop(ctx context.Context) {
	s.cache.dropLocally(s)
	if s.cache.redis == nil {
		return
	}
	applied := make(chan struct{})
	go func() {
		defer close(applied)
		s.cache.flushInvalidations()
	}()
	select {
	case <-applied:
	case <-ctx.Done():
	}
}

// Invalidate invalidates these objects and every page that holds one of them, according to
// the method Tags() []model.ID of the decoded values: in this process at once, in Redis when
// it returns, and at other replicas within a second. If Redis does not respond, the whole
// scope is invalidated there.
func (s *Scope) Invalidate(_ context.Context, ids ...model.ID) {
	c := s.cache
	c.detach(s.id)
	c.count(Invalidated, c.memory.invalidate(s.id, ids, c.now()), 0)
	if c.redis == nil || len(ids) == 0 {
		return
	}
	if !c.redis.invalidate(s, ids) {
		c.redis.queueInvalidation(s.id)
	}
	// A concurrent lookup may have read them from Redis since.
	c.detach(s.id)
	c.memory.invalidate(s.id, ids, c.now())
	c.flushInvalidations()
}

// dropLocally makes the scope invisible in this process, and queues its invalidation in
// Redis for the next flushInvalidations.
func (c *Cache) dropLocally(s *Scope) {
	if c.redis != nil {
		c.redis.queueInvalidation(s.id)
	}
	c.memory.drop(s.id, c.now())
	c.detach(s.id)
	c.count(Dropped, 1, 0)
}

// flushInvalidations applies the queued invalidations in Redis.
func (c *Cache) flushInvalidations() {
	if c.redis != nil {
		c.redis.flushInvalidations()
	}
}
