// Package responsecache remembers finished answers for as long as all that they were
// made of stays fresh, and has everyone who asks the same at the same time wait
// for one.
//
// It knows neither GraphQL nor HTTP: an answer is a value and how long it may be
// kept, and what makes two questions the same is in the key.
package responsecache

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// Key names a question: everything that its answer depends on, with whom it is
// for.
type Key [sha256.Size]byte

// NewKey is the key of these parts. Other parts have another key.
func NewKey(parts ...[]byte) Key {
	h := sha256.New()
	var length [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(length[:], uint64(len(p)))
		h.Write(length[:])
		h.Write(p)
	}
	return Key(h.Sum(nil))
}

// Entry is an answer. It is handed to everyone who asks, so that it must not be
// changed.
type Entry[T any] struct {
	Value T
	// FreshFor is how long it may be given to others; 0 for not at all, except to
	// those who asked before it was made.
	FreshFor time.Duration
	// Size in bytes, for how much is remembered.
	Size int
}

// Source tells where an answer came from.
type Source string

// The values of Source.
const (
	// Miss is an answer that was made for who got it.
	Miss Source = "executed"
	// Coalesced is one that was being made for somebody else already.
	Coalesced Source = "shared"
	// Hit is one that had been made before.
	Hit Source = "remembered"
)

const (
	// largestShare of what is remembered that one answer may take.
	largestShare = 8
	// overhead is what an answer costs beside its bytes: the key, the table, this
	// package's structs.
	overhead = 400
)

// Cache is safe for concurrent use.
type Cache[T any] struct {
	kept    *otter.Cache[Key, kept[T]]
	max     int64
	version func() uint64
	now     func() time.Time
	// seen is the version when somebody asked last.
	seen atomic.Uint64

	mu     sync.Mutex
	flying map[flightKey]*flight[T]
}

// kept is a remembered answer: good until a time, and while the version is what it
// was before it was made.
type kept[T any] struct {
	Entry[T]
	version uint64
	until   time.Time
}

// flightKey is a question and the version when it was asked: who asks after
// something was forgotten does not get what was read before.
type flightKey struct {
	key     Key
	version uint64
}

type flight[T any] struct {
	landed   chan struct{}
	made     Entry[T]
	panicked any
	waiting  int
	cancel   context.CancelFunc
}

// New remembers up to maxBytes, nothing when 0. version changes whenever what
// answers are made of is forgotten; an answer that was begun under another is not
// given out.
func New[T any](maxBytes int64, version func() uint64, now func() time.Time) *Cache[T] {
	c := &Cache[T]{max: maxBytes, version: version, now: now, flying: map[flightKey]*flight[T]{}}
	if maxBytes <= 0 {
		return c
	}
	c.kept = otter.Must(&otter.Options[Key, kept[T]]{
		MaximumWeight: uint64(maxBytes),
		// Tidying up is little work, and who has just made an answer does it.
		Executor: func(f func()) { f() },
		Weigher: func(_ Key, k kept[T]) uint32 {
			return uint32(min(weight(k.Entry), math.MaxUint32))
		},
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[Key, kept[T]]) time.Duration {
			return max(time.Nanosecond, e.Value.until.Sub(now()))
		}),
	})
	return c
}

// Close ends what runs behind; nothing is remembered any more.
func (c *Cache[T]) Close() {
	if c.kept != nil {
		c.kept.InvalidateAll()
		c.kept.StopAllGoroutines()
	}
}

func weight[T any](m Entry[T]) int64 { return int64(m.Size) + overhead }

// Get returns the answer to a question, with how long it stays fresh from now on.
// make is called once for all who ask at the same time, with the values of the
// first one's context; that context ends when nobody waits any more. A panic in it
// is a panic of everyone who waits. The error is why ctx ended.
func (c *Cache[T]) Get(ctx context.Context, key Key, make func(ctx context.Context) Entry[T]) (Entry[T], Source, error) {
	asked := flightKey{key, c.version()}
	c.clear(asked.version)
	if m, ok := c.recall(asked); ok {
		return m, Hit, nil
	}
	f, source := c.board(ctx, asked, make)
	defer c.leave(asked, f)
	select {
	case <-f.landed:
	case <-ctx.Done():
		return Entry[T]{}, source, ctx.Err()
	}
	if f.panicked != nil {
		panic(f.panicked)
	}
	return f.made, source, nil
}

// clear removes what was remembered under another version.
func (c *Cache[T]) clear(version uint64) {
	if c.kept != nil && c.seen.Load() != version && c.seen.Swap(version) != version {
		c.kept.InvalidateAll()
	}
}

func (c *Cache[T]) recall(asked flightKey) (m Entry[T], ok bool) {
	if c.kept == nil {
		return m, false
	}
	k, ok := c.kept.GetIfPresent(asked.key)
	if !ok || k.version != asked.version {
		return m, false
	}
	m = k.Entry
	m.FreshFor = k.until.Sub(c.now())
	return m, m.FreshFor > 0
}

// board joins the flight of a question, or begins one.
func (c *Cache[T]) board(ctx context.Context, asked flightKey, make func(ctx context.Context) Entry[T]) (*flight[T], Source) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.flying[asked]; f != nil {
		f.waiting++
		return f, Coalesced
	}
	f := newFlight[T]()
	// It may have landed since the first look.
	if m, ok := c.recall(asked); ok {
		f.made = m
		close(f.landed)
		return f, Hit
	}
	ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	c.flying[asked] = f
	go c.fly(ctx, asked, f, make)
	return f, Miss
}

func newFlight[T any]() *flight[T] {
	return &flight[T]{landed: make(chan struct{}), waiting: 1, cancel: func() {}}
}

// fly makes an answer, and remembers it before others can begin to make it again.
func (c *Cache[T]) fly(ctx context.Context, asked flightKey, f *flight[T], make func(ctx context.Context) Entry[T]) {
	defer func() {
		f.panicked = recover()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.forget(asked, f)
		close(f.landed)
	}()
	began := c.now()
	f.made = make(ctx)
	fits := c.kept != nil && weight(f.made) <= c.max/largestShare
	if fits && f.made.FreshFor > 0 && c.version() == asked.version {
		c.kept.Set(asked.key, kept[T]{f.made, asked.version, began.Add(f.made.FreshFor)})
	}
}

// leave is called once by everyone who waited; the last one ends the flight.
func (c *Cache[T]) leave(asked flightKey, f *flight[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		c.forget(asked, f)
		f.cancel()
	}
}

// forget has nobody join a flight any more.
func (c *Cache[T]) forget(asked flightKey, f *flight[T]) {
	if c.flying[asked] == f {
		delete(c.flying, asked)
	}
}
