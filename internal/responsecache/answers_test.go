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

// kitchen makes answers and counts.
type kitchen struct {
	version atomic.Uint64
	made    atomic.Int64
	takes   time.Duration
	fresh   time.Duration
	size    int
}

func (k *kitchen) open(t *testing.T, maxBytes int64) *responsecache.Cache[int64] {
	c := responsecache.New[int64](maxBytes, k.version.Load, time.Now)
	t.Cleanup(c.Close)
	return c
}

// make answers with how often it was asked.
func (k *kitchen) make(ctx context.Context) responsecache.Entry[int64] {
	n := k.made.Add(1)
	select {
	case <-time.After(k.takes):
	case <-ctx.Done():
		n = -n
	}
	return responsecache.Entry[int64]{Value: n, FreshFor: k.fresh, Size: k.size}
}

func get(t *testing.T, c *responsecache.Cache[int64], k *kitchen, name string, want int64, from responsecache.Source) responsecache.Entry[int64] {
	t.Helper()
	m, source, err := c.Get(t.Context(), responsecache.NewKey([]byte(name)), k.make)
	if err != nil || m.Value != want || source != from {
		t.Errorf("%s: got %d, %s, error %v; want %d, %s", name, m.Value, source, err, want, from)
	}
	return m
}

func TestAnAnswerIsGivenOutWhileItIsFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &kitchen{takes: time.Second, fresh: time.Minute}
		c := k.open(t, 1<<20)
		get(t, c, k, "a", 1, responsecache.Miss)
		<-time.After(20 * time.Second)
		// It was fresh for a minute when it was begun.
		if m := get(t, c, k, "a", 1, responsecache.Hit); m.FreshFor != 39*time.Second {
			t.Errorf("fresh for %v", m.FreshFor)
		}
		get(t, c, k, "b", 2, responsecache.Miss)
		<-time.After(38 * time.Second)
		get(t, c, k, "a", 3, responsecache.Miss)
	})
}

func TestAnAnswerIsNotGivenOutAfterSomethingWasForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &kitchen{takes: time.Second, fresh: time.Minute}
		c := k.open(t, 1<<20)
		get(t, c, k, "a", 1, responsecache.Miss)
		k.version.Add(1)
		var wg sync.WaitGroup
		wg.Go(func() { get(t, c, k, "a", 2, responsecache.Miss) })
		synctest.Wait()
		k.version.Add(1)
		// What is being made may have been read before.
		get(t, c, k, "a", 3, responsecache.Miss)
		wg.Wait()
		get(t, c, k, "a", 3, responsecache.Hit)
	})
}

func TestWhoAsksTheSameAtTheSameTimeWaitsForOne(t *testing.T) {
	for _, maxBytes := range []int64{0, 1 << 20} {
		synctest.Test(t, func(t *testing.T) {
			k := &kitchen{takes: time.Second}
			c := k.open(t, maxBytes)
			sources := make([]responsecache.Source, 100)
			var wg sync.WaitGroup
			for i := range sources {
				wg.Go(func() {
					m, source, err := c.Get(t.Context(), responsecache.NewKey([]byte("a")), k.make)
					if m.Value != 1 || err != nil {
						t.Errorf("got %d, error %v", m.Value, err)
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
			// It was not fresh for any time.
			get(t, c, k, "a", 2, responsecache.Miss)
		})
	}
}

func TestWhoGivesUpHarmsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &kitchen{takes: time.Second}
		c := k.open(t, 0)
		first, giveUp := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, _, err := c.Get(first, responsecache.NewKey([]byte("a")), k.make); err == nil {
				t.Error("an answer for who has gone")
			}
		})
		synctest.Wait()
		wg.Go(func() { get(t, c, k, "a", 1, responsecache.Coalesced) })
		synctest.Wait()
		giveUp()
		wg.Wait()
		// The last who goes ends it.
		last, goes := context.WithCancel(t.Context())
		ended := make(chan struct{})
		wg.Go(func() {
			_, _, _ = c.Get(last, responsecache.NewKey([]byte("b")), func(ctx context.Context) responsecache.Entry[int64] {
				defer close(ended)
				<-ctx.Done()
				return responsecache.Entry[int64]{}
			})
		})
		synctest.Wait()
		goes()
		<-ended
		wg.Wait()
		get(t, c, k, "b", 2, responsecache.Miss)
	})
}

func TestAPanicIsEverybodys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &kitchen{}
		c := k.open(t, 1<<20)
		panics := func() (value any) {
			defer func() { value = recover() }()
			_, _, _ = c.Get(t.Context(), responsecache.NewKey([]byte("a")), func(context.Context) responsecache.Entry[int64] {
				<-time.After(time.Second)
				panic("canary")
			})
			return nil
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if got := panics(); got != "canary" {
					t.Errorf("panicked with %v", got)
				}
			})
		}
		wg.Wait()
		get(t, c, k, "a", 1, responsecache.Miss)
	})
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	k := &kitchen{fresh: time.Hour, size: 10_000}
	c := k.open(t, 1<<20)
	for i := range 1000 {
		_, _, _ = c.Get(t.Context(), responsecache.NewKey(fmt.Append(nil, i)), k.make)
	}
	k.fresh = 0 // so that looking drives nothing out
	remembered := 0
	for i := range 1000 {
		if _, source, _ := c.Get(t.Context(), responsecache.NewKey(fmt.Append(nil, i)), k.make); source == responsecache.Hit {
			remembered++
		}
	}
	// A hundred fit, and a few more may be on their way out.
	if remembered == 0 || remembered > 150 {
		t.Errorf("%d of 1,000 answers of 10 kB are remembered in 1 MB", remembered)
	}
	k.fresh, k.size = time.Hour, 200_000
	first := k.made.Load() + 1
	get(t, c, k, "too large", first, responsecache.Miss)
	get(t, c, k, "too large", first+1, responsecache.Miss)
}

func TestKeysOfOtherPartsDiffer(t *testing.T) {
	seen := map[responsecache.Key]string{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"a"}, {"a", ""}, {"", "a"}, {"ab", "c"}, {"a", "bc"}, {"abc"}, {"a", "b", "c"}} {
		bytes := make([][]byte, len(parts))
		for i, p := range parts {
			bytes[i] = []byte(p)
		}
		key := responsecache.NewKey(bytes...)
		if other, found := seen[key]; found {
			t.Errorf("%q has the key of %s", parts, other)
		}
		seen[key] = fmt.Sprintf("%q", parts)
	}
}
