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

// TestALeaseLastsAsLongAsItsHolderAsks, which is longer than one that nobody
// renews.
func TestALeaseLastsAsLongAsItsHolderAsks(t *testing.T) {
	f := &fakeRedis{}
	config, _ := faked(f)
	bubble(t, config, func(t *testing.T, one *pagecache.Cache) {
		two, events := openFaked(t, f)
		defer two.Close()
		slow, quick := &vendor{delay: 9 * time.Second}, &vendor{}
		pass(time.Second)
		var wg sync.WaitGroup
		wg.Go(func() { slow.one(t.Context(), scope(one, "token"), "a") })
		synctest.Wait()
		want(t, quick.one(t.Context(), scope(two, "token"), "a"), "a", pagecache.FromRedis)
		wg.Wait()
		if events.of(pagecache.LeaseWait) != 1 || quick.calls() != 0 {
			t.Errorf("waited %d times and asked %d times", events.of(pagecache.LeaseWait), quick.calls())
		}
	})
}

// TestALeaseOfTheDeadRunsOut: nobody renews what was leased by a replica that has
// crashed.
func TestALeaseOfTheDeadRunsOut(t *testing.T) {
	f := &fakeRedis{}
	config, _ := faked(f)
	bubble(t, config, func(t *testing.T, one *pagecache.Cache) {
		two, _ := openFaked(t, f)
		defer two.Close()
		slow, quick := &vendor{block: make(chan struct{})}, &vendor{}
		pass(time.Second)
		var wg sync.WaitGroup
		wg.Go(func() { slow.one(t.Context(), scope(one, "token"), "a") })
		synctest.Wait()
		f.refuse("PEXPIRE") // as if it said nothing any more
		began := time.Now()
		want(t, quick.one(t.Context(), scope(two, "token"), "a"), "a", pagecache.FromVendor)
		if took := time.Since(began); took > 3*time.Second+50*time.Millisecond {
			t.Errorf("waited %v; want 3 s", took)
		}
		close(slow.block)
		wg.Wait()
	})
}

// openFaked is another replica at the same Redis, in the same bubble.
func openFaked(t *testing.T, f *fakeRedis) (*pagecache.Cache, *tally) {
	t.Helper()
	config, events := faked(f)
	c, err := pagecache.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return c, events
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
	v.respond(func(name string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(name)} })
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
	if n := events.of(pagecache.SealInvalid); crossed < 10_000 || n < crossed {
		t.Errorf("%d of %d crossed replies counted", n, crossed)
	}
}
