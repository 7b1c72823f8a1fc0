package pagecache

import (
	"context"
	"reflect"

	"github.com/redis/go-redis/v9"
)

// FirstHeld returns the index of the first of n keys whose value, of type T, is fresh in memory;
// without one, of the first whose value is stale in memory, or whose lookup is in flight; without
// one, of the first that Redis has a value of, which may be invalid. It calls no vendor, and returns
// 0 if there is none.
func FirstHeld[T any](s *Scope, n int, key func(i int) Key) int {
	c, typ := s.cache, reflect.TypeFor[T]()
	now, g := c.now(), c.memory.generations.of(s.id)
	keys := make([]Key, 0, n)
	usable := -1
	for i := range n {
		k := typedKey{key(i), typ}
		e := c.memory.get(k, g, now)
		switch {
		case e != nil && now.Before(e.freshUntil):
			return i
		case usable < 0 && (e != nil || c.calls.InFlight(k)):
			usable = i
		}
		keys = append(keys, k.key)
	}
	if usable >= 0 || c.redis == nil || c.disabled() {
		return max(usable, 0)
	}
	defer s.wait()()
	return c.redis.firstOf(s.id, keys)
}

// firstOf returns the index of the first key with a value, valid or not; 0 if there is none.
func (s *redisStore) firstOf(scope scopeID, keys []Key) int {
	if !s.readable(scope) {
		return 0
	}
	commands := make([]*redis.IntCmd, len(keys))
	if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		for i, key := range keys {
			commands[i] = p.Exists(ctx, key.redisKey("p"))
		}
	}) {
		return 0
	}
	for i, command := range commands {
		if command.Val() > 0 {
			return i
		}
	}
	return 0
}
