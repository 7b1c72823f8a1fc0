package pagecache_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

// hostileReplies are replies that announce more than they hold, or that no Redis sends.
var hostileReplies = map[string]string{
	"a map of a billion":         "%1000000000\r\n",
	"an array of a billion":      "*1000000000\r\n",
	"a set of a billion":         "~1000000000\r\n",
	"a push of a billion":        ">1000000000\r\n",
	"attributes of a billion":    "|1000000000\r\n",
	"a string of a billion":      "$1000000000\r\n",
	"a verbatim of a billion":    "=1000000000\r\n",
	"a bulk error of a billion":  "!1000000000\r\n",
	"a size beyond 64 bits":      "$99999999999999999999\r\n",
	"a size that wraps":          "*18446744073709551617\r\n",
	"a negative size":            "$-2\r\n",
	"a size with a sign":         "*+1000000000\r\n",
	"a size with zeros":          "*0000000001000000000\r\n",
	"an array below the bound":   "*131073\r\n",
	"many arrays":                strings.Repeat("*100000\r\n", 100),
	"many arrays side by side":   "*1000\r\n" + strings.Repeat("*1000\r\n"+strings.Repeat(":1\r\n", 1000), 200),
	"a deep array":               strings.Repeat("*1\r\n", 1<<20),
	"many attributes":            strings.Repeat("|0\r\n", 1<<20),
	"an endless status":          "+" + strings.Repeat("x", 1<<20),
	"an endless error":           "-" + strings.Repeat("x", 1<<20) + "\r\n",
	"a string with a huge array": "*3\r\n$3\r\nfoo\r\n*1000000000\r\n",
	"no end of line":             "*\n1000000000\n",
	"nothing but lines":          "\r\n\r\n\r\n",
	"another protocol":           "HTTP/1.1 400 Bad Request\r\nContent-Length: 1000000000\r\n\r\n",
	"a number that is too large": "(" + strings.Repeat("9", 1<<20) + "\r\n",
	"a false hello":              "*1000000000\r\n$6\r\nserver\r\n",
	"an error within an array":   "*3\r\n-ERR\r\n%1000000000\r\n:1\r\n",
}

// TestRedis_HostileRepliesAreMisses reads pages while Redis replies to every command with
// bytes that make go-redis allocate up to 11 GB.
func TestRedis_HostileRepliesAreMisses(t *testing.T) {
	for name, reply := range hostileReplies {
		t.Run(name, func(t *testing.T) {
			config, events := faked(hostile(reply), func(c *pagecache.Config) { c.Timeout = 50 * time.Millisecond })
			c := open(t, config)
			allocated := allocations(func() {
				v := &vendor{}
				for i := range 3 {
					want(t, v.one(t.Context(), scope(c, "token"), fmt.Sprint(i)), fmt.Sprint(i), pagecache.FromVendor)
				}
				eventually(t, "the failure is counted", func() bool { return events.of(pagecache.RedisError) > 0 && events.of(pagecache.RedisDown) == 1 })
			})
			if allocated > 16<<20 {
				t.Errorf("%d MB allocated", allocated>>20)
			}
		})
	}
}

// TestRedis_ReplyAllocations lets one command have a reply that announces more than its bound, or
// that exceeds that of its size: hardly more than what is within the bounds is allocated for it.
func TestRedis_ReplyAllocations(t *testing.T) {
	long := redistest.Bulk(strings.Repeat("x", 1<<20))
	for name, c := range map[string]struct{ command, reply string }{
		"elements that are announced": {"SMEMBERS", "*8000000\r\n"},
		"a text that is announced":    {"GETRANGE", "$100000000\r\n"},
		"many texts":                  {"SMEMBERS", "*131072\r\n" + strings.Repeat(redistest.Bulk(strings.Repeat("x", 128)), 1<<17)},
		"long texts in a list":        {"SMEMBERS", "*64\r\n" + strings.Repeat(long, 64)},
		"long texts for a number":     {"PUBLISH", "*64\r\n" + strings.Repeat(long, 64)},
		"long texts of a transaction": {"EXEC", "*64\r\n" + strings.Repeat(long, 64)},
	} {
		command, reply := c.command, c.reply
		t.Run(name, func(t *testing.T) {
			f := new(redistest.Fake)
			var sent atomic.Int64
			f.OnCommand(func(c []string) string {
				if c[0] != command {
					return ""
				}
				sent.Add(1)
				return reply
			})
			config, events := faked(f, func(c *pagecache.Config) { c.Timeout = 200 * time.Millisecond })
			c := open(t, config)
			eventually(t, "it has subscribed", func() bool { return events.of(pagecache.Subscribed) == 1 })
			allocated := allocations(func() {
				s := scope(c, "token")
				want(t, (&vendor{}).one(t.Context(), s, "anna"), "anna", pagecache.FromVendor)
				s.Invalidate(t.Context(), "anna")
			})
			if sent.Load() == 0 || events.of(pagecache.RedisError) == 0 {
				t.Errorf("the command was sent %d times; %d errors", sent.Load(), events.of(pagecache.RedisError))
			}
			// The fake allocates each reply, too.
			if most := uint64(16<<20 + int(sent.Load())*len(reply)*3/2); allocated > most {
				t.Errorf("%d MB allocated, want at most %d", allocated>>20, most>>20)
			}
		})
	}
}

// TestRedis_LongValues reads as many values together as one pipeline has, whose replies would
// exceed the bound of their size.
func TestRedis_LongValues(t *testing.T) {
	r := startRedis(t)
	patient := func(c *pagecache.Config) { c.Timeout = time.Second }
	one, _ := r.replica(patient)
	two, events := r.replica(patient)
	bodies := map[string]string{}
	var names []string
	for i := range 64 {
		body := make([]byte, []int{64<<10 - 8*i, 450_000}[i%2])
		rand.Read(body)
		names = append(names, fmt.Sprint(i))
		bodies[names[i]] = base64.RawURLEncoding.EncodeToString(body)
	}
	v := &vendor{body: func(name string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(bodies[name])} }}
	for chunk := range slices.Chunk(names, 4) {
		v.read(t.Context(), scope(one, "token"), chunk...)
	}
	r.holds("p", len(names))
	for i, got := range v.read(t.Context(), scope(two, "token"), names...) {
		if got.Err != nil || got.Value.body != bodies[names[i]] || got.Source != pagecache.FromRedis {
			t.Errorf("%d: %d bytes from %s, %v; want %d from Redis", i, len(got.Value.body), got.Source, got.Err, len(bodies[names[i]]))
		}
	}
	if n := events.of(pagecache.RedisError); n > 0 {
		t.Errorf("%d errors", n)
	}
}

// TestRedis_MalformedMessagesEndTheSubscription sends messages for which go-redis panics.
func TestRedis_MalformedMessagesEndTheSubscription(t *testing.T) {
	for name, message := range map[string]string{
		"no elements":         "*0\r\n",
		"no count":            "*2\r\n" + redistest.Bulk("subscribe") + redistest.Bulk("news"),
		"a count that is not": "*3\r\n" + redistest.Bulk("subscribe") + redistest.Bulk("news") + redistest.Bulk("1"),
		"a number as kind":    "*1\r\n:1\r\n",
		"a list as channel":   "*3\r\n" + redistest.Bulk("message") + "*0\r\n" + redistest.Bulk("text"),
		"numbers as payload":  "*3\r\n" + redistest.Bulk("message") + redistest.Bulk("news") + "*1\r\n:1\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := new(redistest.Fake)
			f.OnCommand(func(command []string) string {
				if command[0] == "SUBSCRIBE" {
					return message
				}
				return ""
			})
			config, events := faked(f, func(c *pagecache.Config) { c.Timeout = time.Second })
			c := open(t, config)
			eventually(t, "the subscription is renewed", func() bool { return events.of(pagecache.RedisError) >= 2 })
			want(t, (&vendor{}).one(t.Context(), scope(c, "token"), "a"), "a", pagecache.FromVendor)
		})
	}
}

// FuzzRedis_Reply gives the client replies of any bytes.
func FuzzRedis_Reply(f *testing.F) {
	for _, reply := range hostileReplies {
		if len(reply) < 1<<12 {
			f.Add(reply)
		}
	}
	f.Add("*3\r\n" + strings.Repeat("$1048576\r\n"+strings.Repeat("x", 1<<10), 3))
	for _, reply := range []string{"+OK\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n", redistest.Bulk("value"), "*2\r\n" + redistest.Bulk("a") + ":1\r\n", "*2\r\n*1\r\n:1\r\n*0\r\n", "-ERR\r\n"} {
		f.Add(reply)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		if reply == "" {
			return
		}
		config, _ := faked(hostile(reply), func(c *pagecache.Config) { c.Timeout = 5 * time.Millisecond })
		allocated := allocations(func() {
			c, err := pagecache.Open(config)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			v := &vendor{}
			want(t, v.one(t.Context(), scope(c, "token"), "a"), "a", pagecache.FromVendor)
			scope(c, "token").Invalidate(t.Context(), "a")
		})
		if allocated > 32<<20 {
			t.Errorf("%d MB allocated for %d bytes", allocated>>20, len(reply))
		}
	})
}

// allocations returns how many bytes f, and whatever runs beside it, allocates.
func allocations(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
