// Package pagecache is a two-level cache of vendor responses: decoded values in memory, and
// sealed bytes in Redis. Concurrent lookups of one key are coalesced.
//
// Entries belong to a Scope: one credential at one vendor. No entry is visible in another
// scope, and every key has a scope. An entry is fresh at first; then it is stale, and
// served while it is revalidated in the background; then it expires.
//
// Redis is the second level, which all replicas share. It may be slow, full, empty, corrupt
// or down at any time: that causes cache misses, never errors. Redis is not trusted: its keys
// are keyed hashes, and a value opens only under the key that it was sealed for.
//
// The package knows neither HTTP nor vendors, and does not look into pages.
package pagecache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
	"github.com/accountgraph/accountgraph/providers"
)

// Config configures Open. The zero value caches nothing and only coalesces.
type Config struct {
	// Redis is a redis:// or rediss:// URL, "" for memory only. Several hosts,
	// "redis://a:1,b:2", are a Cluster; with "?master=NAME" they are Sentinels.
	Redis providers.Secret
	// Key is 32 bytes, the same at all replicas. Without it, values in Redis are sealed with
	// a public key constant.
	Key providers.Secret
	// Fresh is how long a value is fresh, Stale how long after that it is served while it
	// is revalidated. Each value gets 80 to 100 % of Fresh at random, so that values that were
	// fetched together are not revalidated together. The sum may not exceed 24 hours.
	Fresh, Stale time.Duration
	// MaxBytes bounds the memory level; 0 means 64 MiB.
	MaxBytes int64
	// Timeout bounds a Redis command, from waiting for a connection to the last byte. 0
	// means 50 ms; the maximum is one second.
	Timeout time.Duration
	// Log gets one line whenever Redis becomes unavailable, with the reason, or available, and
	// lines about commands that Redis rejects; nil logs nothing.
	Log *slog.Logger
	// Observe is called for each event, from any goroutine; it must not block. It may be nil.
	Observe func(Event)
	// Now replaces time.Now, and Rand, which returns a number in [0, 1), rand.Float64. They
	// may be nil.
	Now  func() time.Time
	Rand func() float64
	// Dial replaces the dialer of connections to Redis, including TLS; it may be nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

const (
	defaultBytes = 64 << 20
	// defaultTimeout: on a local network Redis responds within one millisecond. If it takes
	// 50, a vendor call is the better choice.
	defaultTimeout = 50 * time.Millisecond
	maxTimeout     = time.Second
)

// Cache is safe for concurrent use.
type Cache struct {
	config   Config
	keys     keys
	memory   *memory
	calls    calls
	backoffs *otter.Cache[typedKey, backoff]
	redis    *redisStore // nil without Redis
	ctx      context.Context
	cancel   context.CancelFunc
}

// Open validates the configuration and returns a cache; it does not wait for Redis. Its
// errors hold no secret.
func Open(config Config) (*Cache, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Cache{config: config}
	if c.keys, err = newKeys(config.Key, !config.Redis.Empty()); err != nil {
		return nil, err
	}
	if c.memory, err = newMemory(config.MaxBytes, config.Now, config.Observe); err != nil {
		return nil, fmt.Errorf("pagecache: %w", err)
	}
	if c.backoffs, err = newBackoffs(); err != nil {
		return nil, fmt.Errorf("pagecache: %w", err)
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if config.Redis.Empty() {
		return c, nil
	}
	if c.redis, err = c.openRedis(); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// withDefaults validates c and fills in defaults.
func (c Config) withDefaults() (Config, error) {
	if c.Fresh < 0 || c.Stale < 0 || c.Fresh+c.Stale > envelope.MaxLife {
		return c, errors.New("pagecache: Fresh and Stale must be between 0 and 24 hours together")
	}
	if c.MaxBytes < 0 {
		return c, errors.New("pagecache: MaxBytes must not be negative")
	}
	// A lease must outlive the command that releases it.
	if c.Timeout < 0 || c.Timeout > maxTimeout {
		return c, errors.New("pagecache: Timeout must be between 0 and 1 second")
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultBytes
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observe == nil {
		c.Observe = func(Event) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	return c, nil
}

// Close cancels revalidations, releases leases and closes the connections to Redis. Later
// reads call vendors.
func (c *Cache) Close() {
	c.cancel()
	if c.redis != nil {
		c.redis.close()
	}
	c.memory.close()
	c.backoffs.StopAllGoroutines()
}

// Up reports whether both levels are in use: true without Redis, false while the circuit
// breaker for Redis is open.
func (c *Cache) Up() bool { return c.redis == nil || c.redis.breaker.closed() }

// Bytes is the memory that is counted for what is cached in memory.
func (c *Cache) Bytes() int64 { return int64(c.memory.cache.WeightedSize()) }

// Version changes with every invalidation in any scope. Data derived from cached values is
// valid while the version is the one from before they were read. Dropping a scope without
// entries, of which nothing was kept elsewhere, does not change it, so that a credential that the vendor rejects does not
// invalidate the data of others.
func (c *Cache) Version() uint64 { return c.memory.invalidations.Load() }

func (c *Cache) now() time.Time { return c.config.Now() }

// Stores reports whether the cache stores anything.
func (c *Cache) Stores() bool { return !c.disabled() }

// StoresBodies reports whether the cache stores what values are decoded from: in Redis.
func (c *Cache) StoresBodies() bool { return c.redis != nil && c.Stores() }

// disabled reports whether nothing is cached.
func (c *Cache) disabled() bool { return c.config.Fresh+c.config.Stale == 0 }

func (c *Cache) count(kind EventKind, n, bytes int) {
	if n > 0 {
		c.config.Observe(Event{Kind: kind, N: n, Bytes: bytes})
	}
}
