package process_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/redistest"
)

// Redis crashes and restarts ten times under a load of 100 requests per second, without
// an error in any response.
func TestServe_RedisCrashes(t *testing.T) {
	t.Parallel()
	redis := redistest.Run(t)
	// Short lifetimes, so that Redis and the vendors are called throughout.
	cache := fmt.Sprintf("cache: {redis: %s, fresh: 1s, stale: 1s}\n", redis.URL())
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+cache+startVendors(t).Config()))
	queries := []string{
		`{"query": "{ users(first: 3) { nodes { id name email status } } }"}`,
		`{"query": "{ user(id: \"softwareone:User:USR-1000-1234\") { name } }"}`,
		`{"query": "{ users(first: 5, filter: {providers: [\"activeplatform\"]}) { nodes { name memberships { nodes { role } } } } }"}`,
		`{"query": "{ accounts(first: 2, filter: {providers: [\"softwareone\"]}) { nodes { name groups(first: 2) { nodes { name users(first: 2) { nodes { email } } } } } } }"}`,
	}

	stop := make(chan struct{})
	var served atomic.Int64
	var requests sync.WaitGroup
	requests.Go(func() {
		c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 20}, Timeout: waitTimeout}
		defer c.CloseIdleConnections()
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			requests.Go(func() {
				status, a, err := post(c, p.address, queries[i%len(queries)])
				if err != nil || status != http.StatusOK || len(a.Errors) > 0 || len(a.Data) == 0 {
					t.Errorf("request %d: %d, %v\n%.500s", i, status, err, a.text)
				}
				served.Add(1)
			})
		}
	})
	await := func(what string, more int64) {
		t.Helper()
		more += served.Load()
		waitFor(t, what, func() bool { return served.Load() >= more })
	}
	began := time.Now()
	for range 10 {
		await("requests succeed", 50)
		redis.Kill()
		await("requests succeed without Redis", 50)
		redis.Start()
	}
	await("requests succeed", 50)
	close(stop)
	requests.Wait()
	t.Logf("%d requests in %v", served.Load(), time.Since(began).Round(time.Millisecond))

	waitFor(t, "Redis is used again", func() bool {
		p.query(`{ users(first: 1) { nodes { id } } }`)
		n, _ := p.metric(`accountgraph_cache_events_total{event="redis_up"}`)
		return n > 0
	})
	for _, event := range []string{"redis_down", "redis_up", "miss", "hit_memory"} {
		if n, _ := p.metric(fmt.Sprintf("accountgraph_cache_events_total{event=%q}", event)); n == 0 {
			t.Errorf("no cache event %q", event)
		}
	}
}
