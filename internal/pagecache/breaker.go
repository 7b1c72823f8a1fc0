package pagecache

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// probeEvery is how long Redis is left alone before it is asked for a sign of
// life, and from one such question to the next.
const probeEvery = time.Second

// breaker leaves Redis alone after a failure. No reader finds out whether it is
// back: that is asked behind them, by one goroutine that lives while the breaker
// is open.
type breaker struct {
	mu      sync.Mutex
	open    bool
	ctx     context.Context // ends the probing
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
	go b.await()
}

func (b *breaker) await() {
	tick := time.NewTicker(probeEvery)
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

// stateChange is the one line that a change of Redis' state is worth.
func (c *Cache) stateChange(up bool) {
	if up {
		c.count(RedisUp, 1, 0)
		c.config.Log.LogAttrs(c.ctx, slog.LevelInfo, "redis is used again", slog.String("component", "pagecache"))
		return
	}
	c.count(RedisDown, 1, 0)
	c.config.Log.LogAttrs(c.ctx, slog.LevelWarn, "redis does not answer and is left alone; pages are remembered in memory only", slog.String("component", "pagecache"))
}
