package pagecache_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
)

const tampered = 2500

// TestNothingThatWasTamperedWithIsServed changes ten thousand values in Redis,
// each in one of four ways, and reads them at a replica that has none of them.
func TestNothingThatWasTamperedWithIsServed(t *testing.T) {
	names := make([]string, tampered)
	for i := range names {
		names[i] = fmt.Sprint("page ", i)
	}
	for name, change := range map[string]struct {
		to   func(i int, values [][]byte) []byte
		drop bool
	}{
		"flipped": {to: func(i int, values [][]byte) []byte {
			b := bytes.Clone(values[i])
			b[rand.IntN(len(b))] ^= 1 << rand.IntN(8)
			return b
		}},
		"swapped":   {to: func(i int, values [][]byte) []byte { return values[(i+1)%len(values)] }},
		"truncated": {to: func(i int, values [][]byte) []byte { return values[i][:1+rand.IntN(len(values[i])-1)] }},
		"replayed":  {to: func(i int, values [][]byte) []byte { return values[i] }, drop: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := startRedis(t)
			one, _ := r.replica()
			v := &vendor{}
			v.read(t.Context(), scope(one, name), names...)
			r.holds("p", tampered)
			keys := r.keys("p")
			values := make([][]byte, len(keys))
			for i, key := range keys {
				values[i] = []byte(r.do("GET", key).(string))
			}
			if change.drop {
				scope(one, name).Drop(t.Context())
			}
			for i, key := range keys {
				r.do("SET", key, change.to(i, values), "PX", time.Minute.Milliseconds())
			}
			two, events := r.replica()
			v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte("of the vendor")} })
			for _, got := range v.read(t.Context(), scope(two, name), names...) {
				want(t, got, "of the vendor", pagecache.FromVendor)
			}
			if n := events.of(pagecache.SealInvalid) + events.of(pagecache.Rejected) + events.of(pagecache.WrongEpoch); n != tampered {
				t.Errorf("%d counted; want %d", n, tampered)
			}
		})
	}
}

func TestForeignValuesAreMissesAndDeleted(t *testing.T) {
	for name, put := range map[string]func(r *server, key string){
		"a list":    func(r *server, key string) { r.do("DEL", key); r.do("LPUSH", key, "x") },
		"a hash":    func(r *server, key string) { r.do("DEL", key); r.do("HSET", key, "a", "b") },
		"text":      func(r *server, key string) { r.do("SET", key, "hello") },
		"old":       func(r *server, key string) { r.do("SETRANGE", key, 0, "\x00") },
		"too large": func(r *server, key string) { r.do("SETRANGE", key, 3<<20, "x") },
	} {
		t.Run(name, func(t *testing.T) {
			r := startRedis(t)
			one, _ := r.replica()
			v := &vendor{}
			v.one(t.Context(), scope(one, "token"), "a")
			r.holds("p", 1)
			key := r.keys("p")[0]
			put(r, key)
			two, events := r.replica()
			want(t, v.one(t.Context(), scope(two, "token"), "a"), "a", pagecache.FromVendor)
			if n := events.of(pagecache.SealInvalid) + events.of(pagecache.Rejected); n != 1 {
				t.Errorf("%d counted; want 1", n)
			}
			three, _ := r.replica()
			eventually(t, "the value is good again", func() bool { return r.do("TYPE", key) == "string" && r.do("STRLEN", key).(int64) < 1000 })
			want(t, v.one(t.Context(), scope(three, "token"), "a"), "a", pagecache.FromRedis)
		})
	}
}
