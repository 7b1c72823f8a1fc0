package pagecache_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
)

func faked(f *fakeRedis, change ...func(*pagecache.Config)) (pagecache.Config, *tally) {
	events, config := &tally{}, minute()
	config.Observe = events.observe
	f.config(&config)
	for _, c := range change {
		c(&config)
	}
	return config, events
}

func TestADeadRedisCostsOneTimeout(t *testing.T) {
	f := &fakeRedis{}
	config, events := faked(f)
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		pass(time.Second)
		began := time.Now()
		v.one(t.Context(), s, "alive")
		synctest.Wait()
		if took := time.Since(began); took != 0 || events.of(pagecache.RedisError) != 0 {
			t.Fatalf("a living redis took %v, %d errors", took, events.of(pagecache.RedisError))
		}
		f.hush(true)
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() { v.one(t.Context(), s, fmt.Sprint("first", i)) })
		}
		wg.Wait()
		if took := time.Since(began); took > 50*time.Millisecond {
			t.Errorf("ten reads at once took %v", took)
		}
		// It is asked for a sign of life once a second, by no reader.
		for i := range 100 {
			began := time.Now()
			v.one(t.Context(), s, fmt.Sprint("later", i))
			if took := time.Since(began); took != 0 {
				t.Fatalf("a read took %v while redis was dead", took)
			}
			pass(100 * time.Millisecond)
		}
		if n := events.of(pagecache.RedisDown); n != 1 || c.Up() {
			t.Errorf("left alone %d times", n)
		}
		f.hush(false)
		pass(1100 * time.Millisecond)
		if n := events.of(pagecache.RedisUp); n != 1 || !c.Up() {
			t.Errorf("used again %d times", n)
		}
	})
}

func TestALeaseThatNobodyGivesBackIsNotWaitedForForEver(t *testing.T) {
	f := &fakeRedis{}
	config, events := faked(f)
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		pass(time.Second)
		// Whoever took the lease is gone, and this redis lets nothing run out.
		f.answer = func(key, value string) string {
			f.held[strings.Replace(key, "}:p:", "}:l:", 1)] = "1"
			return value
		}
		began := time.Now()
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
		if took := time.Since(began); took < 10*time.Second || took > 10100*time.Millisecond {
			t.Errorf("waited %v; want 10 s", took)
		}
		if events.of(pagecache.LeaseWait) != 1 {
			t.Error("nobody waited")
		}
	})
}

// TestNoReplyIsTakenForAnother has Redis answer with the values of other keys, as
// a connection does that has lost count.
func TestNoReplyIsTakenForAnother(t *testing.T) {
	f := &fakeRedis{}
	config, events := faked(f, func(c *pagecache.Config) { c.MaxBytes, c.Timeout = 1, time.Second })
	c := open(t, config)
	eventually(t, "it hears others", func() bool { return events.of(pagecache.Subscribed) == 1 })
	scopes := []*pagecache.Scope{scope(c, "one"), scope(c, "two")}
	names := make([]string, 500)
	for i := range names {
		names[i] = fmt.Sprint("page ", i)
	}
	v := &vendor{}
	for _, s := range scopes {
		v.read(t.Context(), s, names...)
	}
	var all map[string]string
	eventually(t, "the values are there", func() bool {
		all = f.values()
		return len(all) == len(names)*len(scopes)
	})
	f.mu.Lock()
	crossed := 0
	f.answer = func(key, _ string) string {
		for other, value := range all { // In another order each time.
			if other != key {
				crossed++
			}
			return value
		}
		return ""
	}
	f.mu.Unlock()
	v.answer(func(name string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(name)} })
	for range 10 {
		for _, s := range scopes {
			for i, got := range v.read(t.Context(), s, names...) {
				if got.Err != nil || got.Value.body != names[i] {
					t.Fatalf("got %q for %q, error %v", got.Value.body, names[i], got.Err)
				}
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := events.of(pagecache.AuthFailed); crossed < 10_000 || n < crossed {
		t.Errorf("%d of %d crossed replies counted", n, crossed)
	}
}
