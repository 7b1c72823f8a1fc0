package responsecache_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/responsecache"
)

// backend computes responses and counts them.
type backend struct {
	version atomic.Uint64
	calls   atomic.Int64
	delay   time.Duration
	fresh   time.Duration
	size    int
}

func (b *backend) open(t *testing.T, maxBytes int64) *responsecache.Cache[int64] {
	c := responsecache.New[int64](maxBytes, b.version.Load, time.Now)
	t.Cleanup(c.Close)
	return c
}

// respond returns the number of its call, negative if the context ended.
func (b *backend) respond(ctx context.Context) responsecache.Entry[int64] {
	n := b.calls.Add(1)
	select {
	case <-time.After(b.delay):
	case <-ctx.Done():
		n = -n
	}
	return responsecache.Entry[int64]{Value: n, FreshFor: b.fresh, Size: b.size}
}

func get(t *testing.T, c *responsecache.Cache[int64], b *backend, name string, want int64, from responsecache.Source) responsecache.Entry[int64] {
	t.Helper()
	e, source, err := c.Get(t.Context(), responsecache.NewKey([]byte(name)), b.respond)
	if err != nil || e.Value != want || source != from {
		t.Errorf("%s: got %d, %s, error %v; want %d, %s", name, e.Value, source, err, want, from)
	}
	return e
}

func TestCache_ServesWhileFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backend{delay: time.Second, fresh: time.Minute}
		c := b.open(t, 1<<20)
		get(t, c, b, "a", 1, responsecache.Miss)
		<-time.After(20 * time.Second)
		// The minute counts from the start of the call.
		if e := get(t, c, b, "a", 1, responsecache.Hit); e.FreshFor != 39*time.Second {
			t.Errorf("fresh for %v", e.FreshFor)
		}
		get(t, c, b, "b", 2, responsecache.Miss)
		<-time.After(38 * time.Second)
		get(t, c, b, "a", 3, responsecache.Miss)
	})
}

func TestCache_DiscardsAfterInvalidation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backend{delay: time.Second, fresh: time.Minute}
		c := b.open(t, 1<<20)
		get(t, c, b, "a", 1, responsecache.Miss)
		b.version.Add(1)
		var wg sync.WaitGroup
		wg.Go(func() { get(t, c, b, "a", 2, responsecache.Miss) })
		synctest.Wait()
		b.version.Add(1)
		// The call in flight may hold data from before the invalidation.
		get(t, c, b, "a", 3, responsecache.Miss)
		wg.Wait()
		get(t, c, b, "a", 3, responsecache.Hit)
	})
}

// An invalidation comes when an entry is about to be stored, and another caller has noticed it
// before: the entry is not served to later callers.
func TestCache_InvalidationWhileStoring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backend{fresh: time.Minute}
		var c *responsecache.Cache[int64]
		asked := 0
		c = responsecache.New[int64](1<<20, func() uint64 {
			version := b.version.Load()
			if asked++; asked == 2 { // for "a", before it is stored
				b.version.Add(1)
				get(t, c, b, "b", 2, responsecache.Miss)
			}
			return version
		}, time.Now)
		defer c.Close()
		get(t, c, b, "a", 1, responsecache.Miss)
		get(t, c, b, "a", 3, responsecache.Miss)
	})
}

func TestCache_CoalescesConcurrentGets(t *testing.T) {
	for _, maxBytes := range []int64{0, 1 << 20} {
		synctest.Test(t, func(t *testing.T) {
			b := &backend{delay: time.Second}
			c := b.open(t, maxBytes)
			sources := make([]responsecache.Source, 100)
			var wg sync.WaitGroup
			for i := range sources {
				wg.Go(func() {
					e, source, err := c.Get(t.Context(), responsecache.NewKey([]byte("a")), b.respond)
					if e.Value != 1 || err != nil {
						t.Errorf("got %d, error %v", e.Value, err)
					}
					sources[i] = source
				})
			}
			wg.Wait()
			count := map[responsecache.Source]int{}
			for _, s := range sources {
				count[s]++
			}
			if count[responsecache.Miss] != 1 || count[responsecache.Coalesced] != 99 {
				t.Errorf("%v", count)
			}
			// FreshFor is 0: the response is not cached.
			get(t, c, b, "a", 2, responsecache.Miss)
		})
	}
}

func TestCache_CallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backend{delay: time.Second}
		c := b.open(t, 0)
		first, cancelFirst := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, _, err := c.Get(first, responsecache.NewKey([]byte("a")), b.respond); err == nil {
				t.Error("the canceled caller got a response")
			}
		})
		synctest.Wait()
		wg.Go(func() { get(t, c, b, "a", 1, responsecache.Coalesced) })
		synctest.Wait()
		cancelFirst()
		wg.Wait()
		// The last waiter to leave ends the call.
		last, cancelLast := context.WithCancel(t.Context())
		ended := make(chan struct{})
		wg.Go(func() {
			_, _, _ = c.Get(last, responsecache.NewKey([]byte("b")), func(ctx context.Context) responsecache.Entry[int64] {
				defer close(ended)
				<-ctx.Done()
				return responsecache.Entry[int64]{}
			})
		})
		synctest.Wait()
		cancelLast()
		<-ended
		wg.Wait()
		get(t, c, b, "b", 2, responsecache.Miss)
	})
}

func TestCache_PanicReachesAllWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backend{}
		c := b.open(t, 1<<20)
		panics := func() (value any) {
			defer func() { value = recover() }()
			_, _, _ = c.Get(t.Context(), responsecache.NewKey([]byte("a")), func(context.Context) responsecache.Entry[int64] {
				<-time.After(time.Second)
				panic("broken")
			})
			return nil
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if got := panics(); got != "broken" {
					t.Errorf("panicked with %v", got)
				}
			})
		}
		wg.Wait()
		get(t, c, b, "a", 1, responsecache.Miss)
	})
}

func TestCache_BoundsMemory(t *testing.T) {
	b := &backend{fresh: time.Hour, size: 10_000}
	c := b.open(t, 1<<20)
	for i := range 1000 {
		_, _, _ = c.Get(t.Context(), responsecache.NewKey(fmt.Append(nil, i)), b.respond)
	}
	b.fresh = 0 // so that the lookups evict nothing
	hits := 0
	for i := range 1000 {
		if _, source, _ := c.Get(t.Context(), responsecache.NewKey(fmt.Append(nil, i)), b.respond); source == responsecache.Hit {
			hits++
		}
	}
	// A hundred fit, and a few more may not be evicted yet.
	if hits == 0 || hits > 150 {
		t.Errorf("%d of 1,000 responses of 10 kB are cached in 1 MB", hits)
	}
	b.fresh, b.size = time.Hour, 200_000
	first := b.calls.Load() + 1
	get(t, c, b, "too large", first, responsecache.Miss)
	get(t, c, b, "too large", first+1, responsecache.Miss)
}

// A caller with many responses does not evict those of another. Without owners it does.
func TestCache_SharesOfOwners(t *testing.T) {
	for _, withOwners := range []bool{true, false} {
		c := responsecache.New[int](1<<16, func() uint64 { return 0 }, time.Now)
		t.Cleanup(c.Close)
		get := func(owner string, i int) responsecache.Source {
			_, source, err := c.Get(t.Context(), responsecache.NewKey([]byte(owner), fmt.Append(nil, i)), func(context.Context) responsecache.Entry[int] {
				e := responsecache.Entry[int]{FreshFor: time.Hour, Size: 100}
				if withOwners {
					e.Owner = owner
				}
				return e
			})
			if err != nil {
				t.Fatal(err)
			}
			return source
		}
		const responses = 20 // of about 130 that fit
		for i := range responses {
			get("polite", i)
		}
		for range 2 {
			for i := range 1000 {
				get("greedy", i)
			}
		}
		hits := 0
		for i := range responses {
			if get("polite", i) == responsecache.Hit {
				hits++
			}
		}
		if kept := hits == responses; kept != withOwners {
			t.Errorf("with owners %t: %d of %d responses are left", withOwners, hits, responses)
		}
	}
}
