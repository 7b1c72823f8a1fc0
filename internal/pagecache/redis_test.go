package pagecache_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

func TestRedis_SharesValuesBetweenReplicas(t *testing.T) {
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

func TestRedis_RevalidatesStaleValues(t *testing.T) {
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
	eventually(t, "the value is revalidated", func() bool { return v.one(t.Context(), scope(two, "token"), "a").Value.body == "new" })
	if v.calls() != 2 {
		t.Errorf("%d calls; want 2", v.calls())
	}
	three, _ := r.replica(later(20 * time.Minute))
	want(t, v.one(t.Context(), scope(three, "token"), "b"), "new", pagecache.FromVendor)
}

func TestRedis_StoresNoPlaintext(t *testing.T) {
	r := startRedis(t)
	commands := r.monitor()
	c, _ := r.replica()
	const credential = "SECRET-TOKEN-0c1d2e3f"
	s := c.Scope(model.ActivePlatform, "https://secret-host.example/v1", []byte(credential))
	secrets := []string{credential, "secret-host", "SECRET", "secret@example.org", "/users", "api_token", "provider:User:", "secret-id"}
	v := &vendor{}
	v.respond(func(string) pagecache.Loaded {
		return pagecache.Loaded{Body: []byte("secret@example.org provider:User:secret-id SECRET " + strings.Repeat("SECRET ", 100))}
	})
	for i := range 50 {
		v.one(t.Context(), s, fmt.Sprintf("/users?email=secret@example.org&api_token=%s&n=%d", credential, i))
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
	s.Invalidate(t.Context(), "provider:User:secret-id")
	s.Drop(t.Context())
	r.do("PUBLISH", "end", "END")
	log := commands()
	if !strings.Contains(strings.ToLower(log), "getrange") || !strings.Contains(strings.ToLower(log), "publish") {
		t.Fatal("MONITOR recorded nothing")
	}
	for _, secret := range secrets {
		if strings.Contains(log, secret) || strings.Contains(string(dump), secret) {
			t.Errorf("%q is readable", secret)
		}
	}
}

func TestInvalidate_ReachesRedisAndOtherReplicas(t *testing.T) {
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
	eventually(t, "the other replica applies the invalidation", func() bool { return events.of(pagecache.Invalidated) == 2 })
	for i, source := range []pagecache.Source{pagecache.FromVendor, pagecache.FromVendor, pagecache.FromMemory} {
		want(t, v.one(t.Context(), scope(two, "token"), names[i]), names[i], source)
	}
}

// TestInvalidate_ConcurrentRead reads a value after it was invalidated in memory and before it
// is invalidated in Redis.
func TestInvalidate_ConcurrentRead(t *testing.T) {
	f := new(redistest.Fake)
	config, events := faked(f, func(c *pagecache.Config) { c.Timeout = time.Second })
	c := open(t, config)
	eventually(t, "it has subscribed", func() bool { return events.of(pagecache.Subscribed) == 1 })
	s, v := scope(c, "token"), &vendor{}
	v.one(t.Context(), s, "anna")
	eventually(t, "the value is stored", func() bool { return len(values(f)) == 1 })
	read := sync.OnceFunc(func() { v.one(t.Context(), s, "anna") })
	f.OnCommand(func(command []string) string {
		if command[0] == "SMEMBERS" {
			read()
		}
		return ""
	})
	s.Invalidate(t.Context(), "anna")
	want(t, v.one(t.Context(), s, "anna"), "anna", pagecache.FromVendor)
}

func TestDrop_ReachesOtherReplicasWithinASecond(t *testing.T) {
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
	eventually(t, "the other replica applies the invalidation", func() bool {
		return v.one(t.Context(), scope(two, "token"), "a").Err != nil
	})
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
	want(t, v.one(t.Context(), scope(two, "other"), "a"), "a", pagecache.FromMemory)
}

func TestInvalidation_LostSubscriptionClearsMemory(t *testing.T) {
	r := startRedis(t)
	c, events := r.replica()
	v := &vendor{}
	v.one(t.Context(), scope(c, "token"), "a")
	r.holds("p", 1)
	r.do("CLIENT", "KILL", "TYPE", "pubsub")
	eventually(t, "the subscription is renewed", func() bool { return events.of(pagecache.Subscribed) == 2 })
	want(t, v.one(t.Context(), scope(c, "token"), "a"), "a", pagecache.FromRedis)
}

func TestInvalidation_ForgedMessageIgnored(t *testing.T) {
	r := startRedis(t)
	c, events := r.replica()
	v := &vendor{}
	v.one(t.Context(), scope(c, "token"), "a")
	forged := []string{"", "x", strings.Repeat("x", 1000), `{"from":"","scope":""}`, `{"from":"","scope":"AAAAAAAAAAAAAAAAAAAAAA=="}`}
	for _, text := range forged {
		r.do("PUBLISH", "accountgraph:v1:news", text)
	}
	eventually(t, "the messages are rejected", func() bool { return events.of(pagecache.SealInvalid) == len(forged) })
	want(t, v.one(t.Context(), scope(c, "token"), "a"), "a", pagecache.FromMemory)
}

func TestDrop_RetriedAfterRedisOutage(t *testing.T) {
	r := startRedis(t)
	one, events := r.replica(defaultTimeout)
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
	eventually(t, "the breaker closes", func() bool { return events.of(pagecache.RedisUp) == 1 && one.Up() })
	want(t, v.one(t.Context(), s, "b"), "new", pagecache.FromVendor)
	eventually(t, "the other replica does not find the old value", func() bool {
		return v.one(t.Context(), scope(two, "token"), "a").Value.body == "new"
	})
}

// TestEpoch_Expires: an epoch outlives its values by an hour, so that the epochs of invalid
// credentials do not fill Redis.
func TestEpoch_Expires(t *testing.T) {
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
	const longest = 16*time.Minute + time.Hour // the life of a value, and an hour
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
		t.Errorf("an epoch with a new value lives for %v", l)
	}
}
