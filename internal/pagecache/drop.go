package pagecache

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Drop forgets everything that this credential could see: here at once, and when
// it returns also in Redis and, within a second, at other replicas. Where Redis
// does not answer, this process reads nothing of the scope from it until it has
// been told.
func (s *Scope) Drop(context.Context) {
	s.cache.dropLocally(s)
	s.cache.dropElsewhere()
}

// Invalidate forgets these objects and every page that holds one of them, as far as
// the decoded values told by a method Tags() []model.ID what they hold: here at
// once, and when it returns also in Redis and, within a second, at other
// replicas. Where Redis does not answer, it forgets the whole scope there.
func (s *Scope) Invalidate(_ context.Context, ids ...model.ID) {
	c := s.cache
	c.flights.detach(s.id)
	c.count(Forgotten, c.memory.forget(s.id, ids, c.now()), 0)
	if c.redis == nil || len(ids) == 0 {
		return
	}
	if !c.redis.forget(s, ids) {
		c.redis.oweDrop(s.id)
	}
	// Somebody may have read them from Redis since.
	c.flights.detach(s.id)
	c.memory.forget(s.id, ids, c.now())
	c.dropElsewhere()
}

// dropLocally makes the scope invisible in this process, and has it dropped in
// Redis by the next dropElsewhere.
func (c *Cache) dropLocally(s *Scope) {
	if c.redis != nil {
		c.redis.oweDrop(s.id)
	}
	c.memory.drop(s.id, c.now())
	c.flights.detach(s.id)
	c.count(Dropped, 1, 0)
}

// dropElsewhere pays the drops that Redis has not heard of.
func (c *Cache) dropElsewhere() {
	if c.redis != nil {
		c.redis.payDrops()
	}
}
