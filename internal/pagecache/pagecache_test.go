package pagecache_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// page is what tests decode bodies into: the body, whose words are the ids that
// it holds.
type page struct{ body string }

func (p page) Tags() []model.ID {
	var ids []model.ID
	for _, word := range strings.Fields(p.body) {
		ids = append(ids, model.ID(word))
	}
	return ids
}

// vendor answers keys with a body, and counts.
type vendor struct {
	mu      sync.Mutex
	batches [][]string
	decoded int
	body    func(name string) pagecache.Loaded // nil: the name
	delay   time.Duration
	gate    chan struct{} // when set, load waits for it to close
}

func (v *vendor) answer(body func(name string) pagecache.Loaded) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.body = body
}

func (v *vendor) calls() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.batches)
}

// asked counts how often these names were asked for, or all.
func (v *vendor) asked(names ...string) (n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, batch := range v.batches {
		for _, name := range batch {
			if len(names) == 0 || slices.Contains(names, name) {
				n++
			}
		}
	}
	return n
}

func (v *vendor) decodings() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.decoded
}

// read asks a cache for pages with these names.
func (v *vendor) read(ctx context.Context, s *pagecache.Scope, names ...string) []pagecache.Answer[page] {
	keys := make([]pagecache.Key, len(names))
	for i, name := range names {
		keys[i] = s.Page("GET", name)
	}
	return pagecache.Read(ctx, s, keys, func(_ int, body []byte) (page, error) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.decoded++
		return page{string(body)}, nil
	}, together(func(ctx context.Context, missing []int) []pagecache.Loaded {
		var batch []string
		for _, i := range missing {
			batch = append(batch, names[i])
		}
		v.mu.Lock()
		v.batches = append(v.batches, batch)
		body := v.body
		v.mu.Unlock()
		loaded := make([]pagecache.Loaded, len(missing))
		if err := v.wait(ctx); err != nil {
			for i := range loaded {
				loaded[i].Err = err
			}
			return loaded
		}
		for i, name := range batch {
			loaded[i].Body = []byte(name)
			if body != nil {
				loaded[i] = body(name)
			}
		}
		return loaded
	}))
}

// together is a load that tells of all its answers at the end.
func together(load func(ctx context.Context, missing []int) []pagecache.Loaded) pagecache.Load {
	return func(ctx context.Context, missing []int, land func(int, pagecache.Loaded)) {
		for place, l := range load(ctx, missing) {
			land(place, l)
		}
	}
}

func (v *vendor) wait(ctx context.Context) error {
	var passed <-chan time.Time
	if v.delay > 0 {
		passed = time.After(v.delay)
	}
	if v.gate == nil && passed == nil {
		return nil
	}
	select {
	case <-ctx.Done():
		return fail(providers.Canceled)
	case <-v.gate:
	case <-passed:
	}
	return nil
}

func (v *vendor) one(ctx context.Context, s *pagecache.Scope, name string) pagecache.Answer[page] {
	return v.read(ctx, s, name)[0]
}

func fail(kind providers.Kind) error { return &providers.Error{Kind: kind} }

func failing(kind providers.Kind) func(string) pagecache.Loaded {
	return func(string) pagecache.Loaded { return pagecache.Loaded{Err: fail(kind)} }
}

// tally counts events.
type tally struct {
	mu    sync.Mutex
	count map[pagecache.EventKind]int
}

func (t *tally) observe(e pagecache.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count == nil {
		t.count = map[pagecache.EventKind]int{}
	}
	t.count[e.Kind] += e.N
}

func (t *tally) of(kind pagecache.EventKind) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count[kind]
}

func open(t testing.TB, config pagecache.Config) *pagecache.Cache {
	t.Helper()
	c, err := pagecache.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func scope(c *pagecache.Cache, credential string) *pagecache.Scope {
	return c.Scope(model.SoftwareOne, "https://api.example", []byte(credential))
}

func want(t testing.TB, got pagecache.Answer[page], body string, source pagecache.Source) {
	t.Helper()
	if got.Err != nil || got.Absent || got.Value.body != body || got.Source != source {
		t.Errorf("got %q from %s (absent %v, error %v); want %q from %s", got.Value.body, got.Source, got.Absent, got.Err, body, source)
	}
}

func wantKind(t testing.TB, got pagecache.Answer[page], kind providers.Kind) {
	t.Helper()
	if providers.KindOf(got.Err) != kind || got.Value.body != "" {
		t.Errorf("got %q, error %v; want kind %v", got.Value.body, got.Err, kind)
	}
}

// bubble runs a test in which time is the test's, with a memory-only cache.
func bubble(t *testing.T, config pagecache.Config, test func(t *testing.T, c *pagecache.Cache)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, err := pagecache.Open(config)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		test(t, c)
	})
}

// pass lets time go by. It must be called in a bubble.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func minute() pagecache.Config {
	return pagecache.Config{Fresh: time.Minute, Stale: 15 * time.Minute, Rand: func() float64 { return 1 }}
}

// eventually waits until something holds that others bring about.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	patience := time.After(10 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-patience:
			t.Fatalf("in 10 s it did not happen that %s", what)
		}
	}
}
