package pagecache_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

// TestRedis_TamperedValuesAreNotServed changes 10,000 values in Redis, each in one of four
// ways, and reads them at a replica with an empty memory.
func TestRedis_TamperedValuesAreNotServed(t *testing.T) {
	tampered := iterations(2500)
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
			v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte("from the vendor")} })
			for _, got := range v.read(t.Context(), scope(two, name), names...) {
				want(t, got, "from the vendor", pagecache.FromVendor)
			}
			if n := events.of(pagecache.SealInvalid) + events.of(pagecache.Rejected) + events.of(pagecache.WrongEpoch); n != tampered {
				t.Errorf("%d counted; want %d", n, tampered)
			}
		})
	}
}

func TestRedis_ForeignValuesAreDeleted(t *testing.T) {
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
			eventually(t, "the value is valid again", func() bool { return r.do("TYPE", key) == "string" && r.do("STRLEN", key).(int64) < 1000 })
			want(t, v.one(t.Context(), scope(three, "token"), "a"), "a", pagecache.FromRedis)
		})
	}
}

// TestRedis_CrossedRepliesAreNotServed lets Redis reply with the values of other keys, like a
// connection whose replies are out of step.
func TestRedis_CrossedRepliesAreNotServed(t *testing.T) {
	f := new(redistest.Fake)
	config, events := faked(f, func(c *pagecache.Config) { c.MaxBytes, c.Timeout = 1, time.Second })
	c := open(t, config)
	eventually(t, "it has subscribed", func() bool { return events.of(pagecache.Subscribed) == 1 })
	scopes := []*pagecache.Scope{scope(c, "one"), scope(c, "two")}
	names := make([]string, 500)
	for i := range names {
		names[i] = fmt.Sprint("page ", i)
	}
	v := &vendor{}
	for _, s := range scopes {
		v.read(t.Context(), s, names...)
	}
	var all map[string]string
	eventually(t, "the values are stored", func() bool {
		all = values(f)
		return len(all) == len(names)*len(scopes)
	})
	var crossed atomic.Int64
	f.OnCommand(func(command []string) string {
		if command[0] != "GETRANGE" {
			return ""
		}
		for other, value := range all { // In random order.
			if other != command[1] {
				crossed.Add(1)
			}
			return redistest.Bulk(value)
		}
		return ""
	})
	v.respond(func(name string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(name)} })
	for range iterations(10) {
		for _, s := range scopes {
			for i, got := range v.read(t.Context(), s, names...) {
				if got.Err != nil || got.Value.body != names[i] {
					t.Fatalf("got %q for %q, error %v", got.Value.body, names[i], got.Err)
				}
			}
		}
	}
	n := events.of(pagecache.SealInvalid)
	if crossed := int(crossed.Load()); crossed < iterations(10_000) || n < crossed {
		t.Errorf("%d of %d crossed replies counted", n, crossed)
	}
}
