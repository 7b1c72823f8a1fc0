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
	mu      sync.Mutex
	open    bool
	ctx     context.Context // stops the goroutine
	probe   func() bool
	changed func(up bool)
}

func (b *breaker) closed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.open
}

// fail opens the breaker.
func (b *breaker) fail() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open || b.ctx.Err() != nil {
		return
	}
	b.open = true
	b.changed(false)
	go b.awaitRecovery()
}

// awaitRecovery closes the breaker after a successful probe.
func (b *breaker) awaitRecovery() {
	tick := time.NewTicker(probeInterval)
	defer tick.Stop()
	for {
		select {
		case <-b.ctx.Done():
			return
		case <-tick.C:
		}
		if b.probe() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.open = false
			b.changed(true)
			return
		}
	}
}

// redisChanged counts and logs a change of Redis' availability.
func (c *Cache) redisChanged(up bool) {
	if up {
		c.count(RedisUp, 1, 0)
		c.config.Log.LogAttrs(c.ctx, slog.LevelInfo, "redis available again", slog.String("component", "pagecache"))
		return
	}
	c.count(RedisDown, 1, 0)
	c.config.Log.LogAttrs(c.ctx, slog.LevelWarn, "redis unavailable, using memory cache only", slog.String("component", "pagecache"))
}
