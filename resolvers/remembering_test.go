package resolvers_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// remembering is a cache whose clock the test moves.
type remembering struct {
	cache *pagecache.Cache

	mu    sync.Mutex
	ahead time.Duration
	seen  map[pagecache.EventKind]int
}

// remember opens a cache that ends with the test.
func remember(t *testing.T, c pagecache.Config) *remembering {
	t.Helper()
	r := &remembering{seen: map[pagecache.EventKind]int{}}
	c.Now, c.Observe = r.now, r.observe
	var err error
	if r.cache, err = pagecache.Open(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.cache.Close)
	return r
}

func (r *remembering) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.ahead)
}

// later moves the clock.
func (r *remembering) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ahead += d
}

func (r *remembering) observe(e pagecache.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[e.Kind] += e.N
}

func (r *remembering) count(kind pagecache.EventKind) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen[kind]
}

// settle waits until everything that was answered stale has been asked for anew,
// however that went.
func (r *remembering) settle(t *testing.T) {
	t.Helper()
	eventually(t, "what is stale was asked for anew", func() bool {
		return r.count(pagecache.Refreshed)+r.count(pagecache.RefreshFailed) >= r.count(pagecache.HitStale)
	})
}

// patience bounds every wait. What is waited for takes milliseconds, but the
// machine may be busy.
const patience = 20 * time.Second

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	eventuallyWithin(t, patience, what, holds)
}

func eventuallyWithin(t *testing.T, patience time.Duration, what string, holds func() bool) {
	t.Helper()
	tick, bound := time.NewTicker(2*time.Millisecond), time.After(patience)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-bound:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// rememberFor opens the cache that a story wants, nil where it wants none.
func rememberFor(t *testing.T, story *txtar.Archive) *remembering {
	t.Helper()
	for _, section := range story.Files {
		if section.Name != "cache" {
			continue
		}
		var fresh, stale string
		if _, err := fmt.Sscanf(string(section.Data), "fresh %s stale %s", &fresh, &stale); err != nil {
			t.Fatalf("not a cache: %q", section.Data)
		}
		return remember(t, pagecache.Config{Fresh: duration(t, fresh), Stale: duration(t, stale)})
	}
	return nil
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// distance orders sources by how far away they are.
var distance = []upstream.Source{pagecache.FromInFlight, pagecache.FromMemory, pagecache.FromStale, pagecache.FromRedis, pagecache.FromVendor}

// takeTrace takes the trace out of an answer and tells it: each call once, with
// the farthest place that it was had from, since what a call is for may be wanted
// twice in an operation.
func takeTrace(t *testing.T, answer []byte) (rest []byte, trace string) {
	t.Helper()
	cut := strings.LastIndex(string(answer), `,"extensions":{"upstream":`)
	if cut < 0 {
		t.Fatalf("no trace: %s", answer)
	}
	var a struct {
		Extensions struct {
			Upstream []struct {
				Provider, Method, Path string
				Source                 upstream.Source
			}
		}
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		t.Fatal(err)
	}
	farthest := map[string]int{}
	for _, row := range a.Extensions.Upstream {
		call := row.Provider + " " + row.Method + " " + row.Path
		farthest[call] = max(farthest[call], slices.Index(distance, row.Source))
	}
	var lines []string
	for call, source := range farthest {
		lines = append(lines, call+" "+string(distance[source]))
	}
	slices.Sort(lines)
	return append(answer[:cut:cut], '}'), strings.Join(lines, "\n")
}
