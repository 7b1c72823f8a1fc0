package pagecache_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

func TestAnotherReplicaFindsTheValueInRedis(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	two, events := r.replica()
	v := &vendor{}
	want(t, v.one(t.Context(), scope(one, "token"), "a"), "a", pagecache.FromVendor)
	r.holds("p", 1)
	got := v.one(t.Context(), scope(two, "token"), "a")
	want(t, got, "a", pagecache.FromRedis)
	if got.FreshFor <= 50*time.Second || got.FreshFor > time.Minute || got.Stale {
		t.Errorf("fresh for %v, stale %v", got.FreshFor, got.Stale)
	}
	want(t, v.one(t.Context(), scope(two, "token"), "a"), "a", pagecache.FromMemory)
	want(t, v.one(t.Context(), scope(two, "other"), "a"), "a", pagecache.FromVendor)
	if v.calls() != 2 || events.of(pagecache.HitRedis) != 1 {
		t.Errorf("%d calls, %d hits in redis", v.calls(), events.of(pagecache.HitRedis))
	}
	three, _ := r.replica(func(c *pagecache.Config) { c.Key = providers.NewSecret("another-key-of-32-bytes-for-test") })
	want(t, v.one(t.Context(), scope(three, "token"), "a"), "a", pagecache.FromVendor)
}

func TestAStaleValueOfRedisIsRefreshedBehind(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	v := &vendor{}
	v.one(t.Context(), scope(one, "token"), "a")
	r.holds("p", 1)
	two, _ := r.replica(later(2 * time.Minute))
	v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte("new")} })
	got := v.one(t.Context(), scope(two, "token"), "a")
	want(t, got, "a", pagecache.FromStale)
	if !got.Stale {
		t.Error("not marked stale")
	}
	eventually(t, "the value is refreshed", func() bool { return v.one(t.Context(), scope(two, "token"), "a").Value.body == "new" })
	if v.calls() != 2 {
		t.Errorf("%d calls; want 2", v.calls())
	}
	three, _ := r.replica(later(20 * time.Minute))
	want(t, v.one(t.Context(), scope(three, "token"), "b"), "new", pagecache.FromVendor)
}

func TestNothingIsReadableInRedis(t *testing.T) {
	r := startRedis(t)
	heard := r.monitor()
	c, _ := r.replica()
	const credential = "CANARY-TOKEN-0c1d2e3f"
	s := c.Scope(model.ActivePlatform, "https://canary-host.example/v1", []byte(credential))
	canaries := []string{credential, "canary-host", "CANARY", "canary@example.org", "/users", "api_token", "provider:User:", "canary-id"}
	v := &vendor{}
	v.respond(func(string) pagecache.Loaded {
		return pagecache.Loaded{Body: []byte("canary@example.org provider:User:canary-id CANARY " + strings.Repeat("CANARY ", 100))}
	})
	for i := range 50 {
		v.one(t.Context(), s, fmt.Sprintf("/users?email=canary@example.org&api_token=%s&n=%d", credential, i))
	}
	r.holds("p", 50)
	if n := len(r.keys("t")); n != 3 {
		t.Errorf("%d tags; want 3", n)
	}
	for _, key := range r.keys("") {
		ttl := r.do("PTTL", key).(int64)
		if ttl <= 0 || ttl > (25*time.Hour).Milliseconds() {
			t.Errorf("%s lives for %d ms", key, ttl)
		}
	}
	r.do("SAVE")
	dump, err := os.ReadFile(filepath.Join(r.folder, "dump.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	s.Invalidate(t.Context(), "provider:User:canary-id")
	s.Drop(t.Context())
	r.do("PUBLISH", "end", "END")
	said := heard()
	if !strings.Contains(strings.ToLower(said), "getrange") || !strings.Contains(strings.ToLower(said), "publish") {
		t.Fatal("MONITOR heard nothing")
	}
	for _, canary := range canaries {
		if strings.Contains(said, canary) || strings.Contains(string(dump), canary) {
			t.Errorf("%q is readable", canary)
		}
	}
}

func TestForgetReachesBothLevelsAndOtherReplicas(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	two, events := r.replica()
	v := &vendor{}
	names := []string{"anna", "anna bert", "bert"}
	v.read(t.Context(), scope(one, "token"), names...)
	r.holds("p", 3)
	v.read(t.Context(), scope(two, "token"), names...)
	scope(one, "token").Invalidate(t.Context(), "anna")
	r.holds("p", 1)
	eventually(t, "the other replica forgets", func() bool { return events.of(pagecache.Invalidated) == 2 })
	for i, source := range []pagecache.Source{pagecache.FromVendor, pagecache.FromVendor, pagecache.FromMemory} {
		want(t, v.one(t.Context(), scope(two, "token"), names[i]), names[i], source)
	}
}

// TestForgetOutrunsReaders: whoever reads what is being forgotten, after memory has
// forgotten it and before Redis has, brings nothing back.
func TestForgetOutrunsReaders(t *testing.T) {
	f := &fakeRedis{}
	config, events := faked(f, func(c *pagecache.Config) { c.Timeout = time.Second })
	c := open(t, config)
	eventually(t, "it hears others", func() bool { return events.of(pagecache.Subscribed) == 1 })
	s, v := scope(c, "token"), &vendor{}
	v.one(t.Context(), s, "anna")
	eventually(t, "redis has it", func() bool { return len(f.values()) == 1 })
	read := sync.OnceFunc(func() { v.one(t.Context(), s, "anna") })
	f.mu.Lock()
	f.before = func(command string) {
		if strings.EqualFold(command, "SMEMBERS") {
			read()
		}
	}
	f.mu.Unlock()
	s.Invalidate(t.Context(), "anna")
	want(t, v.one(t.Context(), s, "anna"), "anna", pagecache.FromVendor)
}

func TestDropReachesOtherReplicasWithinASecond(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	two, _ := r.replica()
	v := &vendor{}
	v.one(t.Context(), scope(one, "token"), "a")
	v.one(t.Context(), scope(one, "other"), "a")
	r.holds("p", 2)
	want(t, v.one(t.Context(), scope(two, "token"), "a"), "a", pagecache.FromRedis)
	want(t, v.one(t.Context(), scope(two, "other"), "a"), "a", pagecache.FromRedis)
	v.respond(failing(providers.Unauthenticated))
	wantKind(t, v.one(t.Context(), scope(one, "token"), "b"), providers.Unauthenticated)
	began := time.Now()
	eventually(t, "the other replica forgets", func() bool {
		return v.one(t.Context(), scope(two, "token"), "a").Err != nil
	})
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
	want(t, v.one(t.Context(), scope(two, "other"), "a"), "a", pagecache.FromMemory)
}

func TestALostSubscriptionEmptiesTheFirstLevel(t *testing.T) {
	r := startRedis(t)
	c, events := r.replica()
	v := &vendor{}
	v.one(t.Context(), scope(c, "token"), "a")
	r.holds("p", 1)
	r.do("CLIENT", "KILL", "TYPE", "pubsub")
	eventually(t, "the subscription is renewed", func() bool { return events.of(pagecache.Subscribed) == 2 })
	want(t, v.one(t.Context(), scope(c, "token"), "a"), "a", pagecache.FromRedis)
}

func TestForgedNewsIsIgnored(t *testing.T) {
	r := startRedis(t)
	c, events := r.replica()
	v := &vendor{}
	v.one(t.Context(), scope(c, "token"), "a")
	for _, text := range []string{"", "x", strings.Repeat("x", 1000), `{"from":"","scope":""}`} {
		r.do("PUBLISH", "accountgraph:v1:news", text)
	}
	eventually(t, "the news is refused", func() bool { return events.of(pagecache.SealInvalid) == 4 })
	want(t, v.one(t.Context(), scope(c, "token"), "a"), "a", pagecache.FromMemory)
}

func TestADropThatRedisDidNotHearIsMadeGood(t *testing.T) {
	r := startRedis(t)
	one, events := r.replica(impatient)
	two, _ := r.replica()
	v := &vendor{}
	s := scope(one, "token")
	v.one(t.Context(), s, "a")
	r.holds("p", 1)
	r.stop()
	s.Drop(t.Context())
	v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte("new")} })
	want(t, v.one(t.Context(), s, "a"), "new", pagecache.FromVendor)
	r.resume()
	eventually(t, "redis is used again", func() bool { return events.of(pagecache.RedisUp) == 1 && one.Up() })
	want(t, v.one(t.Context(), s, "b"), "new", pagecache.FromVendor)
	eventually(t, "the other replica does not find the old value", func() bool {
		return v.one(t.Context(), scope(two, "token"), "a").Value.body == "new"
	})
}

func TestAReplicaWaitsForWhatAnotherAsks(t *testing.T) {
	for _, gives := range []string{"value", "error", "nothing"} {
		t.Run(gives, func(t *testing.T) {
			r := startRedis(t)
			one, _ := r.replica()
			two, events := r.replica()
			slow, quick := &vendor{block: make(chan struct{})}, &vendor{}
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() { slow.one(ctx, scope(one, "token"), "a") })
			r.holds("l", 1)
			source := map[string]pagecache.Source{"value": pagecache.FromRedis}[gives]
			if source == "" {
				source = pagecache.FromVendor
			}
			wg.Go(func() {
				if got := quick.one(t.Context(), scope(two, "token"), "a"); got.Value.body != "a" || got.Source != source {
					t.Errorf("got %q from %s, error %v; want it from %s", got.Value.body, got.Source, got.Err, source)
				}
			})
			eventually(t, "the other waits", func() bool { return events.of(pagecache.LeaseWait) == 1 })
			switch gives {
			case "value":
				close(slow.block)
			case "error":
				cancel()
			case "nothing":
				r.do("DEL", r.keys("l")[0]) // As if it had run out.
				eventually(t, "the other asks", func() bool { return quick.calls() == 1 })
				close(slow.block)
			}
			wg.Wait()
			cancel()
			if calls := quick.calls(); (calls == 0) != (gives == "value") {
				t.Errorf("the other asked %d times", calls)
			}
			r.holds("l", 0)
		})
	}
}

// TestALeaseIsGivenBackAtTheEnd: a replica that is stopped while it asks has no
// other wait for it.
func TestALeaseIsGivenBackAtTheEnd(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	slow := &vendor{block: make(chan struct{})}
	var wg sync.WaitGroup
	wg.Go(func() { slow.one(t.Context(), scope(one, "token"), "a") })
	r.holds("l", 1)
	one.Close()
	if leases := r.keys("l"); len(leases) != 0 {
		t.Errorf("%d leases are held after the end", len(leases))
	}
	close(slow.block)
	wg.Wait()
}

// TestEpochsEnd: an epoch outlives what was put under it by an hour, so that those
// of made-up credentials do not fill Redis.
func TestEpochsEnd(t *testing.T) {
	r := startRedis(t)
	c, _ := r.replica()
	life := func() time.Duration {
		t.Helper()
		keys := r.keys("e")
		if len(keys) != 1 {
			t.Fatalf("%d epochs", len(keys))
		}
		return time.Duration(r.do("PTTL", keys[0]).(int64)) * time.Millisecond
	}
	const longest = 16*time.Minute + time.Hour // a value's, and an hour
	refused := &vendor{}
	refused.respond(failing(providers.Unavailable))
	refused.one(t.Context(), scope(c, "token"), "a")
	if l := life(); l > longest || l < longest-time.Minute {
		t.Errorf("an epoch lives for %v", l)
	}
	r.do("PEXPIRE", r.keys("e")[0], 60_000)
	(&vendor{}).one(t.Context(), scope(c, "token"), "b")
	r.holds("p", 1)
	if l := life(); l < longest-time.Minute {
		t.Errorf("an epoch under which something was put lives for %v", l)
	}
}
