package pagecache_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// rows returns 20 kB of JSON like a vendor page.
func rows() []byte {
	type row struct{ ID, Name, Email, Status, Created string }
	var all []row
	for i := range 155 {
		all = append(all, row{
			ID: fmt.Sprintf("USR-%04d-%04d", i*7919%9999, i*31%9999), Name: fmt.Sprintf("Person %x", i*i*7919),
			Email: fmt.Sprintf("person.%d@example.org", i), Status: "Active", Created: "2026-01-02T03:04:05Z",
		})
	}
	body, _ := json.Marshal(all)
	return body
}

func BenchmarkMemoryHit(b *testing.B) {
	c := open(b, minute())
	s, v := scope(c, "token"), &vendor{}
	v.one(b.Context(), s, "a")
	b.ReportAllocs()
	for b.Loop() {
		if got := v.one(b.Context(), s, "a"); got.Source != pagecache.FromMemory {
			b.Fatal(got.Source)
		}
	}
}

func BenchmarkRedisHit(b *testing.B) {
	r := startRedis(b)
	body := string(rows())
	v := &vendor{body: func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(body)} }}
	// Memory holds no entry: every read goes to Redis.
	c, _ := r.replica(func(c *pagecache.Config) { c.MaxBytes = 1 })
	s := scope(c, "token")
	v.one(b.Context(), s, "a")
	r.holds("p", 1)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if got := v.one(b.Context(), s, "a"); got.Source != pagecache.FromRedis {
			b.Fatal(got.Source, got.Err)
		}
	}
}

// BenchmarkRedisObjects reads 250 objects of 600 bytes in one lookup.
func BenchmarkRedisObjects(b *testing.B) {
	r := startRedis(b)
	body := string(rows()[:600])
	v := &vendor{body: func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(body)} }}
	c, _ := r.replica(func(c *pagecache.Config) { c.MaxBytes = 1 })
	s := scope(c, "token")
	names := make([]string, 250)
	for i := range names {
		names[i] = fmt.Sprint("object ", i)
	}
	v.read(b.Context(), s, names...)
	r.holds("p", len(names))
	b.ReportAllocs()
	for b.Loop() {
		for _, got := range v.read(b.Context(), s, names...) {
			if got.Source != pagecache.FromRedis {
				b.Fatal(got.Source, got.Err)
			}
		}
	}
}

// BenchmarkDrop and BenchmarkInvalidate invalidate ten thousand pages in memory and Redis.
func BenchmarkDrop(b *testing.B) {
	invalidatePages(b, func(s *pagecache.Scope) { s.Drop(b.Context()) })
}

func BenchmarkInvalidate(b *testing.B) {
	invalidatePages(b, func(s *pagecache.Scope) { s.Invalidate(b.Context(), "anna") })
}

func invalidatePages(b *testing.B, invalidate func(*pagecache.Scope)) {
	r := startRedis(b)
	c, _ := r.replica()
	s, v := scope(c, "token"), &vendor{}
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprint("anna ", i)
	}
	for b.Loop() {
		b.StopTimer()
		v.read(b.Context(), s, names...)
		eventually(b, "most pages are in Redis", func() bool { return len(r.keys("p")) > len(names)/2 })
		for _, kind := range []string{"p", "t", "e"} {
			for _, key := range r.keys(kind) {
				if r.do("PTTL", key).(int64) < 0 {
					b.Fatalf("%s does not expire", key)
				}
			}
		}
		before := v.loaded()
		b.StartTimer()
		invalidate(s)
		b.StopTimer()
		v.read(b.Context(), s, names...)
		if got := v.loaded() - before; got != len(names) {
			b.Fatalf("%d of %d pages were invalidated", got, len(names))
		}
		s.Drop(b.Context())
		b.StartTimer()
	}
}

func BenchmarkScope(b *testing.B) {
	c := open(b, minute())
	for b.Loop() {
		scope(c, "token")
	}
}

// BenchmarkDecodedSize measures the heap that a decoded row takes per byte of its JSON: the
// factor by which memory weighs bodies.
func BenchmarkDecodedSize(b *testing.B) {
	type row struct{ ID, Name, Email, Status, Created string }
	body := rows()
	const pages = 200
	for b.Loop() {
		held := make([][]*model.User, pages)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range held {
			var decoded []row
			if err := json.Unmarshal(body, &decoded); err != nil {
				b.Fatal(err)
			}
			for _, r := range decoded {
				held[i] = append(held[i], user(r.ID, r.Name, r.Email, r.Created))
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(pages*len(body)), "bytes/byte")
		runtime.KeepAlive(held)
	}
}

func user(id, name, email, created string) *model.User {
	at, _ := time.Parse(time.RFC3339, created)
	return &model.User{Entity: model.Entity{ID: model.NewID("provider", model.TypeUser, id), VendorID: id}, Name: &name, Email: &email, CreatedAt: &at}
}
