package pagecache

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// probeInterval is the time between two probes of an unavailable Redis.
const probeInterval = time.Second

// breaker is the circuit breaker for Redis. It opens after one outage. While it is open, one
// goroutine probes Redis, so that no lookup waits for it.
type breaker struct {
	mu    sync.Mutex
	open  bool
	ctx   context.Context // stops the goroutine
	probe func() error
	// changed is called with the failure that opened the breaker, and with nil when Redis is
	// available again.
	changed func(failure error)
	// explain is called with a failure of a probe that has a reason which this outage has not
	// had. The first may be a timeout, and tell nothing.
	explain func(failure error)
}

func (b *breaker) closed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.open
}

// fail opens the breaker.
func (b *breaker) fail(failure error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open || b.ctx.Err() != nil {
		return
	}
	b.open = true
	b.changed(failure)
	go b.awaitRecovery(map[string]bool{reason(failure): true})
}

// awaitRecovery closes the breaker after a successful probe. explained are the reasons that
// are in the log already.
func (b *breaker) awaitRecovery(explained map[string]bool) {
	tick := time.NewTicker(probeInterval)
	defer tick.Stop()
	for {
		select {
		case <-b.ctx.Done():
			return
		case <-tick.C:
		}
		failure := b.probe()
		if failure == nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.open = false
			b.changed(nil)
			return
		}
		if text := reason(failure); !explained[text] && b.ctx.Err() == nil {
			explained[text] = true
			b.explain(failure)
		}
	}
}

// redisChanged counts and logs a change of Redis' availability.
func (c *Cache) redisChanged(failure error) {
	if failure == nil {
		c.count(RedisUp, 1, 0)
		c.config.Log.LogAttrs(c.ctx, slog.LevelInfo, "redis available again", slog.String("component", "pagecache"))
		return
	}
	c.count(RedisDown, 1, 0)
	c.logRedisDown(failure)
}

// logRedisDown logs why Redis is not used.
func (c *Cache) logRedisDown(failure error) {
	c.config.Log.LogAttrs(c.ctx, slog.LevelWarn, "redis unavailable, using memory cache only", slog.String("component", "pagecache"), slog.String("reason", reason(failure)), slog.String("target", RedisTarget(c.config)))
}

// rejectionInterval is the time between two lines of the log about rejected commands.
const rejectionInterval = 10 * time.Minute

// rejections logs commands that Redis rejects while it executes others.
type rejections struct {
	mu     sync.Mutex
	logged map[string]time.Time // by reason
}

// log writes a line unless it has written one for the same reason recently.
func (r *rejections) log(c *Cache, failure error) {
	text := reason(failure)
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.logged[text]; ok && c.now().Sub(last) < rejectionInterval {
		return
	}
	if r.logged == nil {
		r.logged = map[string]time.Time{}
	}
	r.logged[text] = c.now()
	c.config.Log.LogAttrs(c.ctx, slog.LevelWarn, "redis rejects a command", slog.String("component", "pagecache"), slog.String("reason", text))
}
