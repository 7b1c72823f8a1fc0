package pagecache_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

func TestMemory_EvictsBySize(t *testing.T) {
	events := &tally{}
	config := minute()
	config.MaxBytes, config.Observe = 1<<20, events.observe
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		body := strings.Repeat("x", 10_000)
		v.respond(func(name string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(body)} })
		hot := 0
		for i := range 1000 {
			v.one(t.Context(), s, fmt.Sprint(i))
			if v.one(t.Context(), s, "hot").Source == pagecache.FromMemory {
				hot++
			}
		}
		synctest.Wait()
		// 1 MiB holds about 30 pages of 10 kB, which count three times their size.
		if n := events.of(pagecache.Evicted); n < 960 {
			t.Errorf("evicted %d of 1001; want all but about 30", n)
		}
		if hot < 950 {
			t.Errorf("the hot key hit %d times of 1000", hot)
		}
	})
}

func TestMemory_RejectsLargeValues(t *testing.T) {
	config := minute()
	config.MaxBytes = 1 << 20
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		// A decoded value takes three times its body, and a quarter of memory at most.
		for size, source := range map[int]pagecache.Source{80_000: pagecache.FromMemory, 90_000: pagecache.FromVendor} {
			v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Body: make([]byte, size)} })
			name := fmt.Sprint(size)
			v.one(t.Context(), s, name)
			if got := v.one(t.Context(), s, name); got.Source != source {
				t.Errorf("%d bytes came from %s; want %s", size, got.Source, source)
			}
		}
	})
}

// packed is a value that holds its body.
type packed []byte

func (packed) IsPacked() bool { return true }

// A packed value takes no more than its body.
func TestMemory_WeighsPackedValues(t *testing.T) {
	config := minute()
	config.MaxBytes = 1 << 20
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s := scope(c, "token")
		for size, source := range map[int]pagecache.Source{250_000: pagecache.FromMemory, 270_000: pagecache.FromVendor} {
			key := s.Page(fmt.Sprint(size))
			get := func() pagecache.Answer[packed] {
				return pagecache.Get(t.Context(), s, key,
					func(_ pagecache.Key, body []byte) (packed, error) { return body, nil },
					func(_ context.Context, _ []pagecache.Key, deliver func(pagecache.Key, pagecache.Loaded)) {
						deliver(key, pagecache.Loaded{Body: make([]byte, size)})
					})
			}
			get()
			if got := get(); got.Source != source || len(got.Value) != size {
				t.Errorf("%d bytes came from %s; want %s", size, got.Source, source)
			}
		}
	})
}

// The entries of a scope are invisible as soon as it is dropped, before they are freed.
func TestDrop_IsImmediate(t *testing.T) {
	c := open(t, minute())
	s, v := scope(c, "token"), &vendor{}
	names := make([]string, 20_000)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	v.read(t.Context(), s, names...)
	s.Drop(t.Context())
	before := v.loaded()
	v.read(t.Context(), s, names...)
	if got := v.loaded() - before; got != len(names) {
		t.Errorf("%d of %d values were loaded again", got, len(names))
	}
}

func TestDrop_FreesMemory(t *testing.T) {
	c := open(t, minute())
	s := scope(c, "token")
	value := primed(s)
	s.Drop(t.Context())
	eventually(t, "the value of the dropped scope is freed", func() bool {
		runtime.GC()
		return value.Value() == nil
	})
}

func primed(s *pagecache.Scope) weak.Pointer[[1000]byte] {
	value := new([1000]byte)
	pagecache.Prime(s, s.Page("a"), value, 1000, time.Now())
	return weak.Make(value)
}

func TestVersion_ChangesWithInvalidations(t *testing.T) {
	c := open(t, minute())
	v := &vendor{}
	good, bad := scope(c, "good"), scope(c, "bad")
	changes := func(what string, want bool, do func()) {
		t.Helper()
		before := c.Version()
		do()
		if changed := c.Version() != before; changed != want {
			t.Errorf("%s: changed %v, want %v", what, changed, want)
		}
	}
	changes("read", false, func() { v.one(t.Context(), good, "anna") })
	changes("read again", false, func() { v.one(t.Context(), good, "anna") })
	changes("invalidate an object", true, func() { good.Invalidate(t.Context(), "anna") })
	changes("drop", true, func() {
		v.one(t.Context(), good, "anna")
		good.Drop(t.Context())
	})
	changes("drop again", false, func() { good.Drop(t.Context()) })
	v.respond(failing(providers.Unauthenticated))
	changes("refused credential without entries", false, func() { v.one(t.Context(), bad, "anna") })
	v.respond(nil)
	v.one(t.Context(), good, "anna")
	v.respond(failing(providers.Unauthenticated))
	changes("refused credential with entries", true, func() { v.one(t.Context(), good, "bert") })
}

// reader is a caller that reads.
type reader string

func (r reader) ReaderID() string  { return string(r) }
func (reader) BeginWait()          {}
func (reader) EndWait()            {}
func (reader) MayRevalidate() bool { return true }

// A caller that reads a lot does not evict what another has read. Without shares, which
// readers without an identity do not have, it does.
func TestMemory_SharesOfCallers(t *testing.T) {
	for _, c := range []struct {
		greedy, polite reader
		fair           bool
	}{{"greedy", "polite", true}, {"", "", false}} {
		config := minute()
		config.MaxBytes = 1 << 20
		bubble(t, config, func(t *testing.T, cache *pagecache.Cache) {
			v := &vendor{}
			v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Body: make([]byte, 2000)} })
			s := scope(cache, "token")
			greedy, polite := s.For(c.greedy), s.For(c.polite)
			const pages = 20 // of about 160 that fit
			for i := range pages {
				v.one(t.Context(), polite, fmt.Sprint("polite ", i))
			}
			for range 2 {
				for i := range 1000 {
					v.one(t.Context(), greedy, fmt.Sprint("greedy ", i))
				}
			}
			synctest.Wait()
			hits := 0
			for i := range pages {
				if v.one(t.Context(), polite, fmt.Sprint("polite ", i)).Source == pagecache.FromMemory {
					hits++
				}
			}
			if kept := hits == pages; kept != c.fair {
				t.Errorf("with shares %t: %d of %d pages are left", c.fair, hits, pages)
			}
		})
	}
}
