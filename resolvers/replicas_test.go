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

// newReplica starts a server that shares a Redis with others, and has subscribed to
// their invalidations.
func newReplica(t *testing.T, simulated *demo.Vendors, redis *redistest.Server) *testServer {
	t.Helper()
	cache := newTestCache(t, pagecache.Config{
		Redis: providers.NewSecret(redis.URL()), Key: providers.NewSecret(strings.Repeat("k", 32)),
		Fresh: time.Minute, Stale: 10 * time.Minute, Timeout: time.Second, // long, because the machine may be busy
	})
	s := newTestServer(t, serverConfig{
		vendors: simulated, cache: cache, options: transport.Options{ResponseBytes: 1 << 20, CacheVersion: cache.Version},
	})
	waitFor(t, "the replica has subscribed", func() bool { return cache.count(pagecache.Subscribed) > 0 })
	return s
}

// TestReplicas_ShareReads sends a query to a second replica right after the first.
func TestReplicas_ShareReads(t *testing.T) {
	simulated, redis := startVendors(t), redistest.Run(t)
	first, second := newReplica(t, simulated, redis), newReplica(t, simulated, redis)
	want, _ := first.queryWithTrace(t, circleQuery, nil)
	if cost := first.countCalls(); cost == 0 || cost > 12 {
		t.Fatalf("%d calls: %s", cost, want)
	}
	got, trace := second.queryWithTrace(t, circleQuery, nil)
	if !bytes.Equal(got, want) {
		t.Errorf("other response from the second replica: %s", got)
	}
	if calls := second.countCalls(); calls != 0 || strings.Count(trace, " REDIS") != strings.Count(trace, "\n")+1 {
		t.Errorf("%d calls; trace:\n%s", calls, trace)
	}
}

// TestReplicas_IdenticalQueries sends a query to two replicas at once. It costs as
// many calls as once.
func TestReplicas_IdenticalQueries(t *testing.T) {
	simulated := startVendors(t)
	single := newColdServer(t, simulated)
	want, _ := single.queryWithTrace(t, circleQuery, nil)
	cost := single.countCalls()
	for round := range 3 {
		redis := redistest.Run(t)
		replicas := []*testServer{newReplica(t, simulated, redis), newReplica(t, simulated, redis)}
		concurrently(60, func(client int) {
			if got, _ := replicas[client%2].queryWithTrace(t, circleQuery, nil); !bytes.Equal(got, want) {
				t.Errorf("round %d: other response: %s", round, got)
			}
		})
		if calls := replicas[0].countCalls(); calls != cost {
			t.Errorf("round %d: 60 clients of two replicas cost %d calls, one costs %d", round, calls, cost)
		}
	}
}

// TestReplicas_Invalidation refreshes and purges at one replica.
func TestReplicas_Invalidation(t *testing.T) {
	const user, users = `{ user(id: "softwareone:User:USR-1000-1234") { name } }`, `{ users(first: 1) { nodes { name } } }`
	simulated, redis := startVendors(t), redistest.Run(t)
	first, second := newReplica(t, simulated, redis), newReplica(t, simulated, redis)
	source := func(s *testServer, query string) string {
		_, trace := s.queryWithTrace(t, query, nil)
		return trace[strings.LastIndex(trace, " ")+1:]
	}
	first.query(t, users, nil)
	second.query(t, users, nil)
	if got := source(second, users); got != "MEMORY" {
		t.Fatalf("source %s", got)
	}
	first.query(t, `mutation { refresh(ids: ["softwareone:User:USR-1000-1234"]) }`, nil)
	waitFor(t, "the second replica invalidates the user", func() bool { return second.cache.count(pagecache.Invalidated) > 0 })
	if got := source(second, user); got != "REDIS" {
		t.Errorf("the user comes from %s, not from what the first replica has fetched", got)
	}
	if got := source(second, users); got != "VENDOR" {
		t.Errorf("the page comes from %s", got)
	}
	first.query(t, `mutation { purge(provider: "softwareone") }`, nil)
	waitFor(t, "the second replica drops the scope", func() bool { return second.cache.count(pagecache.Dropped) > 0 })
	if got := source(second, users); got != "VENDOR" {
		t.Errorf("the page comes from %s after the purge", got)
	}
}
