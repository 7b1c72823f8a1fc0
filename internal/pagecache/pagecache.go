// Package pagecache remembers what vendors answered, decoded in memory and as
// sealed bytes in Redis, and has everyone who asks for the same wait for one
// call.
//
// What is remembered belongs to a Scope: one credential at one vendor. Nothing
// crosses scopes, and no key is made without one. Values are answered for a while
// without asking (fresh), then while being asked for anew behind the answer
// (stale), and then no more.
//
// Redis is the second level, shared by all replicas. It may be slow, full, empty,
// wrong or dead at any time: then there is less to remember, and no error. It is
// trusted with nothing: its keys are keyed hashes, and its values open only as
// what they were sealed as.
//
// The package knows neither HTTP nor what is in a page, and no vendor.
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

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
	"github.com/accountgraph/accountgraph/providers"
)

// Config is what Open needs. Its zero value remembers nothing and lets callers
// wait for each other.
type Config struct {
	// Redis is a redis:// or rediss:// URL, "" for memory only. Several hosts,
	// "redis://a:1,b:2", are a Cluster; with "?master=NAME" they are Sentinels.
	Redis providers.Secret
	// Key is 32 bytes, the same at all replicas. Without it what is in
	// Redis is sealed with a key that everybody knows.
	Key providers.Secret
	// Fresh is how long a value is answered without asking, Stale how long
	// afterwards it is answered while it is refreshed. Each value gets 80 to 100 %
	// of Fresh, so that what was read together is not refreshed together. Both
	// together may not exceed 24 hours.
	Fresh, Stale time.Duration
	// MaxBytes bounds the first level; 64 MiB when 0.
	MaxBytes int64
	// Timeout bounds a command to Redis, from waiting for a connection to the last
	// byte; 50 ms when 0, and at most a second.
	Timeout time.Duration
	// Log takes one line for each change of Redis' state; nil logs nothing.
	Log *slog.Logger
	// Observe is called for everything that happens, from any goroutine; it must not
	// wait. It may be nil.
	Observe func(Event)
	// Now is time.Now when nil, Rand returns a number in [0, 1).
	Now  func() time.Time
	Rand func() float64
	// Dial replaces how connections to Redis are made, TLS included; it may be nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

const (
	defaultBytes = 64 << 20
	// defaultTimeout: on a local network Redis answers within one millisecond, so
	// that what takes 50 is better asked of the vendor.
	defaultTimeout = 50 * time.Millisecond
	maxTimeout     = time.Second
	// absentFor is how long it is remembered that there is nothing.
	absentFor = 5 * time.Second
)

// Cache is both levels. Safe for concurrent use.
type Cache struct {
	config   Config
	keys     keyring
	memory   *memory
	flights  flights
	backoffs *otter.Cache[slot, backoff]
	redis    *store // nil without Redis
	ctx      context.Context
	cancel   context.CancelFunc
}

// Open checks the configuration and builds a cache; it does not wait for Redis.
// Its errors hold no secret.
func Open(config Config) (*Cache, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	c := &Cache{config: config}
	if c.keys, err = newKeyring(config.Key, !config.Redis.Empty()); err != nil {
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
	if c.redis, err = c.openStore(); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c Config) checked() (Config, error) {
	if c.Fresh < 0 || c.Stale < 0 || c.Fresh+c.Stale > envelope.MaxLife {
		return c, errors.New("pagecache: Fresh and Stale must be between 0 and 24 hours together")
	}
	if c.MaxBytes < 0 {
		return c, errors.New("pagecache: MaxBytes must not be negative")
	}
	// A lease must outlive the command that gives it back.
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

// Close ends what runs behind answers and lets go of Redis. Reads that go on
// afterwards ask vendors.
func (c *Cache) Close() {
	c.cancel()
	if c.redis != nil {
		c.redis.close()
	}
	c.memory.close()
	c.backoffs.StopAllGoroutines()
}

// Up reports whether both levels are in use: true without Redis, and false while
// Redis is left alone because it failed.
func (c *Cache) Up() bool { return c.redis == nil || c.redis.breaker.closed() }

// Version changes whenever something was forgotten, of any scope: what is made of
// remembered values is no older than them while the version is what it was before
// they were read. To drop a scope of which nothing was remembered changes nothing:
// a credential that a vendor never took costs others no answer.
func (c *Cache) Version() uint64 { return c.memory.forgets.Load() }

func (c *Cache) now() time.Time { return c.config.Now() }

// forgetful reports whether nothing is to be remembered.
func (c *Cache) forgetful() bool { return c.config.Fresh+c.config.Stale == 0 }

func (c *Cache) count(kind EventKind, n, bytes int) {
	if n > 0 {
		c.config.Observe(Event{Kind: kind, N: n, Bytes: bytes})
	}
}

func (c *Cache) newEntry(value any, tags []model.ID, size int, fetched time.Time) *entry {
	fresh := time.Duration(float64(c.config.Fresh) * (0.8 + 0.2*c.config.Rand()))
	e := &entry{value: value, fetched: fetched, freshUntil: fetched.Add(fresh), tags: tags, size: size}
	e.gone = e.freshUntil.Add(c.config.Stale)
	return e
}

func (c *Cache) newAbsence(now time.Time) *entry {
	until := now.Add(min(absentFor, c.config.Fresh))
	return &entry{absent: true, fetched: now, freshUntil: until, gone: until}
}

// outcome is how an entry answers; source tells where it was found.
func (e *entry) outcome(source Source, now time.Time) outcome {
	o := outcome{value: e.value, absent: e.absent, fetched: e.fetched, freshUntil: e.freshUntil, source: source}
	if source != FromVendor && !now.Before(e.freshUntil) {
		o.stale, o.source = true, FromStale
	}
	return o
}
