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

// page is a decoded body. Its words are the ids of the objects that it holds.
type page struct{ body string }

func (p page) Tags() []model.ID {
	var ids []model.ID
	for _, word := range strings.Fields(p.body) {
		ids = append(ids, model.ID(word))
	}
	return ids
}

// vendor responds to loads, and records them.
type vendor struct {
	mu      sync.Mutex
	batches [][]string
	decoded int
	body    func(name string) pagecache.Loaded // nil: the name
	delay   time.Duration
	block   chan struct{} // if set, loads wait until it is closed
}

func (v *vendor) respond(body func(name string) pagecache.Loaded) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.body = body
}

func (v *vendor) calls() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.batches)
}

// loaded returns how often these names were loaded, or without names, all.
func (v *vendor) loaded(names ...string) (n int) {
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

// iterations returns n, or a tenth of it with -short, as the race detector runs.
func iterations(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// read gets the pages with these names, in their order.
func (v *vendor) read(ctx context.Context, s *pagecache.Scope, names ...string) []pagecache.Answer[page] {
	keys := make([]pagecache.Key, len(names))
	byKey := make(map[pagecache.Key]string, len(names))
	for i, name := range names {
		keys[i] = pageKey(s, name)
		byKey[keys[i]] = name
	}
	return pagecache.GetMulti(ctx, s, keys, v.decode, v.load(func(key pagecache.Key) string { return byKey[key] }))
}

// one gets the page with this name.
func (v *vendor) one(ctx context.Context, s *pagecache.Scope, name string) pagecache.Answer[page] {
	return pagecache.Get(ctx, s, pageKey(s, name), v.decode, v.load(func(pagecache.Key) string { return name }))
}

func pageKey(s *pagecache.Scope, name string) pagecache.Key { return s.Page("GET", name) }

func (v *vendor) decode(_ pagecache.Key, body []byte) (page, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.decoded++
	return page{string(body)}, nil
}

// load delivers all keys of a load together.
func (v *vendor) load(nameOf func(pagecache.Key) string) pagecache.Load {
	return func(ctx context.Context, keys []pagecache.Key, deliver func(pagecache.Key, pagecache.Loaded)) {
		var batch []string
		for _, key := range keys {
			batch = append(batch, nameOf(key))
		}
		v.mu.Lock()
		v.batches = append(v.batches, batch)
		body := v.body
		v.mu.Unlock()
		err := v.wait(ctx)
		for i, key := range keys {
			switch {
			case err != nil:
				deliver(key, pagecache.Loaded{Err: err})
			case body != nil:
				deliver(key, body(batch[i]))
			default:
				deliver(key, pagecache.Loaded{Body: []byte(batch[i])})
			}
		}
	}
}

func (v *vendor) wait(ctx context.Context) error {
	var passed <-chan time.Time
	if v.delay > 0 {
		passed = time.After(v.delay)
	}
	if v.block == nil && passed == nil {
		return nil
	}
	select {
	case <-ctx.Done():
		return fail(providers.Canceled)
	case <-v.block:
	case <-passed:
	}
	return nil
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

// bubble runs a test with a cache in a synctest bubble.
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

// pass advances the clock. It must be called in a bubble.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func minute() pagecache.Config {
	return pagecache.Config{Fresh: time.Minute, Stale: 15 * time.Minute, Rand: func() float64 { return 1 }}
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(10 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("after 10 s, it is not true that %s", what)
		}
	}
}
