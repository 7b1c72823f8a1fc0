package pagecache_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

// TestLease_IsRenewedDuringLoad loads for longer than the life of a lease.
func TestLease_IsRenewedDuringLoad(t *testing.T) {
	f := new(redistest.Fake)
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
			t.Errorf("waited %d times, %d calls", events.of(pagecache.LeaseWait), quick.calls())
		}
	})
}

func TestLease_ExpiresWithHolder(t *testing.T) {
	f := new(redistest.Fake)
	config, _ := faked(f)
	bubble(t, config, func(t *testing.T, one *pagecache.Cache) {
		two, _ := openFaked(t, f)
		defer two.Close()
		slow, quick := &vendor{block: make(chan struct{})}, &vendor{}
		pass(time.Second)
		var wg sync.WaitGroup
		wg.Go(func() { slow.one(t.Context(), scope(one, "token"), "a") })
		synctest.Wait()
		f.OnCommand(func(command []string) string { // as if the holder had crashed
			if command[0] == "PEXPIRE" {
				return "-ERR refused\r\n"
			}
			return ""
		})
		began := time.Now()
		want(t, quick.one(t.Context(), scope(two, "token"), "a"), "a", pagecache.FromVendor)
		if took := time.Since(began); took > 3*time.Second+50*time.Millisecond {
			t.Errorf("waited %v; want 3 s", took)
		}
		close(slow.block)
		wg.Wait()
	})
}

// openFaked opens another replica at the same Redis, in the same bubble.
func openFaked(t *testing.T, f *redistest.Fake) (*pagecache.Cache, *tally) {
	t.Helper()
	config, events := faked(f)
	c, err := pagecache.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return c, events
}

func TestLease_WaitIsBounded(t *testing.T) {
	f := new(redistest.Fake)
	config, events := faked(f)
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		pass(time.Second)
		// The holder has crashed, and this Redis expires no keys.
		f.OnCommand(func(command []string) string {
			if command[0] == "GETRANGE" {
				f.Put(strings.Replace(command[1], "}:p:", "}:l:", 1), "1")
			}
			return ""
		})
		began := time.Now()
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
		if took := time.Since(began); took < 10*time.Second || took > 10100*time.Millisecond {
			t.Errorf("waited %v; want 10 s", took)
		}
		if events.of(pagecache.LeaseWait) != 1 {
			t.Error("the replica did not wait")
		}
	})
}

func TestLease_OneReplicaLoads(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	two, _ := r.replica()
	v := &vendor{}
	for round := range 20 {
		var wg sync.WaitGroup
		name := fmt.Sprint(round)
		for i := range 200 {
			c := one
			if i%2 == 0 {
				c = two
			}
			wg.Go(func() {
				if got := v.one(t.Context(), scope(c, "token"), name); got.Value.body != name {
					t.Errorf("got %q, error %v", got.Value.body, got.Err)
				}
			})
		}
		wg.Wait()
	}
	if v.loaded() != 20 {
		t.Errorf("%d loads for 20 keys by two replicas", v.loaded())
	}
}

// TestLease_OneReplicaGetsAllKeys: two replicas that miss the same objects do not split them,
// which would make more calls to a vendor that returns many objects per call.
func TestLease_OneReplicaGetsAllKeys(t *testing.T) {
	r := startRedis(t)
	replicas := make([]*pagecache.Cache, 2)
	for i := range replicas {
		replicas[i], _ = r.replica()
	}
	for round := range 20 {
		v := &vendor{}
		names := make([]string, 300)
		for i := range names {
			names[i] = fmt.Sprint(round, " ", i)
		}
		var wg sync.WaitGroup
		for _, c := range replicas {
			wg.Go(func() {
				for i, got := range v.read(t.Context(), scope(c, "token"), names...) {
					if got.Value.body != names[i] {
						t.Errorf("got %q, error %v", got.Value.body, got.Err)
					}
				}
			})
		}
		wg.Wait()
		if v.calls() != 1 {
			t.Fatalf("round %d: %d calls; want 1", round, v.calls())
		}
	}
}

func TestLease_OtherReplicaWaits(t *testing.T) {
	for _, outcome := range []string{"value", "error", "expired"} {
		t.Run(outcome, func(t *testing.T) {
			r := startRedis(t)
			one, _ := r.replica()
			two, events := r.replica()
			slow, quick := &vendor{block: make(chan struct{})}, &vendor{}
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() { slow.one(ctx, scope(one, "token"), "a") })
			r.holds("l", 1)
			source := map[string]pagecache.Source{"value": pagecache.FromRedis}[outcome]
			if source == "" {
				source = pagecache.FromVendor
			}
			wg.Go(func() {
				if got := quick.one(t.Context(), scope(two, "token"), "a"); got.Value.body != "a" || got.Source != source {
					t.Errorf("got %q from %s, error %v; want it from %s", got.Value.body, got.Source, got.Err, source)
				}
			})
			eventually(t, "the other waits", func() bool { return events.of(pagecache.LeaseWait) == 1 })
			switch outcome {
			case "value":
				close(slow.block)
			case "error":
				cancel()
			case "expired":
				r.do("DEL", r.keys("l")[0]) // As if it had expired.
				eventually(t, "the other loads", func() bool { return quick.calls() == 1 })
				close(slow.block)
			}
			wg.Wait()
			cancel()
			if calls := quick.calls(); (calls == 0) != (outcome == "value") {
				t.Errorf("the other replica made %d calls", calls)
			}
			r.holds("l", 0)
		})
	}
}

func TestClose_ReleasesLeases(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	slow := &vendor{block: make(chan struct{})}
	var wg sync.WaitGroup
	wg.Go(func() { slow.one(t.Context(), scope(one, "token"), "a") })
	// Redis has the lease before the replica knows that it holds it.
	eventually(t, "the vendor is called", func() bool { return slow.calls() == 1 })
	one.Close()
	if leases := r.keys("l"); len(leases) != 0 {
		t.Errorf("%d leases are held after Close", len(leases))
	}
	close(slow.block)
	wg.Wait()
}
