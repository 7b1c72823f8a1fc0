package resolvers_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/providers"
)

// newReplica is a server of its own that shares a Redis with others. It hears
// them when this returns.
func newReplica(t *testing.T, vendors *demo.Vendors, redis *redistest.Server) *stage {
	t.Helper()
	memory := remember(t, pagecache.Config{
		Redis: providers.NewSecret(redis.URL()), Key: providers.NewSecret(strings.Repeat("k", 32)),
		Fresh: time.Minute, Stale: 10 * time.Minute, Timeout: time.Second, // The machine may be busy.
	})
	s := newStageThatRemembers(t, vendors, memory, transport.Options{ResponseBytes: 1 << 20, CacheVersion: memory.cache.Version}, as)
	eventually(t, "a replica hears the others", func() bool { return memory.count(pagecache.Subscribed) > 0 })
	return s
}

// What one replica has read costs another no call, also when it is asked right
// behind the first.
func TestReplica(t *testing.T) {
	vendors, redis := start(t), redistest.Run(t)
	one, two := newReplica(t, vendors, redis), newReplica(t, vendors, redis)
	want, _ := takeTrace(t, one.ask(t, circle, nil))
	if cost := one.asked(); cost == 0 || cost > 12 {
		t.Fatalf("%d calls: %s", cost, want)
	}
	got, trace := takeTrace(t, two.ask(t, circle, nil))
	if !bytes.Equal(got, want) {
		t.Errorf("another answer at the other replica: %s", got)
	}
	if calls := two.asked(); calls != 0 || strings.Count(trace, " REDIS") != strings.Count(trace, "\n")+1 {
		t.Errorf("%d calls; it was had from\n%s", calls, trace)
	}
}

// Clients of two replicas who ask the same at once cost as many calls as one.
func TestStampedeOfReplicas(t *testing.T) {
	vendors := start(t)
	alone := cold(t, vendors)
	want, _ := takeTrace(t, alone.ask(t, circle, nil))
	cost := alone.asked()
	for round := range 3 {
		redis := redistest.Run(t)
		replicas := []*stage{newReplica(t, vendors, redis), newReplica(t, vendors, redis)}
		together(60, func(client int) {
			if got, _ := takeTrace(t, replicas[client%2].ask(t, circle, nil)); !bytes.Equal(got, want) {
				t.Errorf("round %d: another answer: %s", round, got)
			}
		})
		if calls := replicas[0].asked(); calls != cost {
			t.Errorf("round %d: 60 clients of two replicas cost %d calls, one costs %d", round, calls, cost)
		}
	}
}

// What is refreshed or purged at one replica is gone at the other.
func TestReplicaForgets(t *testing.T) {
	const user, users = `{ user(id: "softwareone:User:USR-1000-1234") { name } }`, `{ users(first: 1) { nodes { name } } }`
	vendors, redis := start(t), redistest.Run(t)
	one, two := newReplica(t, vendors, redis), newReplica(t, vendors, redis)
	from := func(s *stage, query string) string {
		_, trace := takeTrace(t, s.ask(t, query, nil))
		return trace[strings.LastIndex(trace, " ")+1:]
	}
	one.ask(t, users, nil)
	two.ask(t, users, nil)
	if source := from(two, users); source != "MEMORY" {
		t.Fatalf("from %s", source)
	}
	one.ask(t, `mutation { refresh(ids: ["softwareone:User:USR-1000-1234"]) }`, nil)
	eventually(t, "the other replica forgets", func() bool { return two.memory.count(pagecache.Invalidated) > 0 })
	if source := from(two, user); source != "REDIS" {
		t.Errorf("the user is from %s, not from what the other has read anew", source)
	}
	if source := from(two, users); source != "VENDOR" {
		t.Errorf("the page is from %s", source)
	}
	one.ask(t, `mutation { purge(provider: "softwareone") }`, nil)
	eventually(t, "the other replica forgets", func() bool { return two.memory.count(pagecache.Dropped) > 0 })
	if source := from(two, users); source != "VENDOR" {
		t.Errorf("the page is from %s after the purge", source)
	}
}
