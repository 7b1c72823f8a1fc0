package resolvers_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// testCache is a cache with a clock that the test sets, and counted events.
type testCache struct {
	*pagecache.Cache

	mu     sync.Mutex
	offset time.Duration
	events map[pagecache.EventKind]int
}

// newTestCache opens a cache, and closes it with the test.
func newTestCache(t *testing.T, c pagecache.Config) *testCache {
	t.Helper()
	cache := &testCache{events: map[pagecache.EventKind]int{}}
	c.Now, c.Observe = cache.now, cache.observe
	var err error
	if cache.Cache, err = pagecache.Open(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cache.Close)
	return cache
}

func (c *testCache) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// advance sets the clock forward.
func (c *testCache) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

func (c *testCache) observe(e pagecache.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events[e.Kind] += e.N
}

func (c *testCache) count(kind pagecache.EventKind) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.events[kind]
}

// waitForRevalidation waits until every stale hit has been revalidated, successfully
// or not.
func (c *testCache) waitForRevalidation(t *testing.T) {
	t.Helper()
	waitFor(t, "stale entries are revalidated", func() bool {
		return c.count(pagecache.Refreshed)+c.count(pagecache.RefreshFailed) >= c.count(pagecache.HitStale)
	})
}

// waitTimeout bounds each wait. It is long, because the machine may be busy.
const waitTimeout = 20 * time.Second

func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	waitAtMost(t, waitTimeout, what, condition)
}

func waitAtMost(t *testing.T, timeout time.Duration, what string, condition func() bool) {
	t.Helper()
	tick, expired := time.NewTicker(2*time.Millisecond), time.After(timeout)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-expired:
			t.Fatalf("not within %v: %s", timeout, what)
		}
	}
}

// sources are the sources of values, the nearest first.
var sources = []pagecache.Source{pagecache.FromInFlight, pagecache.FromMemory, pagecache.FromStale, pagecache.FromRedis, pagecache.FromVendor}

// splitTrace returns a response without its trace, and the trace as text: each
// distinct call with its farthest source.
func splitTrace(t *testing.T, body []byte) (response []byte, trace string) {
	t.Helper()
	cut := strings.LastIndex(string(body), `,"extensions":{"upstream":`)
	if cut < 0 {
		t.Fatalf("no trace: %s", body)
	}
	var traced struct {
		Extensions struct {
			Upstream []struct {
				Provider, Method, Path string
				Source                 pagecache.Source
			}
		}
	}
	if err := json.Unmarshal(body, &traced); err != nil {
		t.Fatal(err)
	}
	farthest := map[string]int{}
	for _, row := range traced.Extensions.Upstream {
		call := row.Provider + " " + row.Method + " " + row.Path
		farthest[call] = max(farthest[call], slices.Index(sources, row.Source))
	}
	var lines []string
	for call, source := range farthest {
		lines = append(lines, call+" "+string(sources[source]))
	}
	slices.Sort(lines)
	return append(body[:cut:cut], '}'), strings.Join(lines, "\n")
}
