package pagecache_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
)

func TestOutage_AtStart(t *testing.T) {
	r := startRedis(t)
	r.kill()
	var log bytes.Buffer
	var mu sync.Mutex
	began := time.Now()
	c, events := r.openReplica(func(c *pagecache.Config) {
		c.Log = slog.New(slog.NewTextHandler(locked{&mu, &log}, nil))
	})
	v := &vendor{}
	for i := range 100 {
		want(t, v.one(t.Context(), scope(c, "token"), fmt.Sprint(i)), fmt.Sprint(i), pagecache.FromVendor)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("opening and 100 reads took %v", took)
	}
	if c.Up() {
		t.Error("up without redis")
	}
	r.start()
	began = time.Now()
	eventually(t, "redis is available", func() bool { return events.of(pagecache.RedisUp) == 1 })
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("redis was available after %v", took)
	}
	eventually(t, "the cache is up", c.Up)
	eventually(t, "values are stored in redis", func() bool {
		v.one(t.Context(), scope(c, "token"), rand.Text())
		return len(r.keys("p")) > 0
	})
	mu.Lock()
	defer mu.Unlock()
	if lines := strings.Count(log.String(), "\n"); lines != 2 {
		t.Errorf("%d lines in the log; want one per change:\n%s", lines, log.String())
	}
}

// Without a request, too, an outage is noticed.
func TestOutage_Idle(t *testing.T) {
	r := startRedis(t)
	c, events := r.replica()
	want(t, (&vendor{}).one(t.Context(), scope(c, "token"), "a"), "a", pagecache.FromVendor)
	r.kill()
	eventually(t, "the outage is noticed", func() bool { return !c.Up() && events.of(pagecache.RedisDown) == 1 })
	r.start()
	eventually(t, "the cache is up", c.Up)
}

// locked is a writer for concurrent use.
type locked struct {
	mu *sync.Mutex
	to *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

func TestOutage_DuringReads(t *testing.T) {
	r := startRedis(t)
	c, events := r.replica()
	s, v := scope(c, "token"), &vendor{}
	done := make(chan struct{})
	var reads, failed atomic.Int64
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				name := fmt.Sprint(worker, i)
				if got := v.one(t.Context(), s, name); got.Value.body != name {
					failed.Add(1)
				}
				reads.Add(1)
			}
		})
	}
	for round := range 3 {
		before := reads.Load()
		eventually(t, "reads continue", func() bool { return reads.Load() > before+50 })
		r.kill()
		eventually(t, "the breaker opens", func() bool { return events.of(pagecache.RedisDown) == round+1 })
		before = reads.Load()
		eventually(t, "reads continue", func() bool { return reads.Load() > before+50 })
		r.start()
		eventually(t, "the breaker closes", func() bool { return events.of(pagecache.RedisUp) == round+1 })
	}
	close(done)
	wg.Wait()
	if failed.Load() != 0 {
		t.Errorf("%d of %d reads failed", failed.Load(), reads.Load())
	}
}

func TestOutage_UnresponsiveRedisCostsOneTimeout(t *testing.T) {
	r := startRedis(t)
	c, events := r.replica(defaultTimeout)
	s, v := scope(c, "token"), &vendor{}
	v.one(t.Context(), s, "warm")
	r.holds("p", 1)
	r.stop()
	defer r.resume()
	timed := func(name string) time.Duration {
		began := time.Now()
		want(t, v.one(t.Context(), s, name), name, pagecache.FromVendor)
		return time.Since(began)
	}
	first := timed("first")
	next := make([]time.Duration, 1000)
	for i := range next {
		next[i] = timed(fmt.Sprint(i))
	}
	slices.Sort(next)
	median := next[len(next)/2]
	t.Logf("the first read took %v, half of the next thousand up to %v", first, median)
	// 60 ms and 1 ms are documented; a busy machine may exceed the first.
	if first > 150*time.Millisecond || median > time.Millisecond {
		t.Errorf("the first read took %v, half of the next thousand up to %v", first, median)
	}
	if n := events.of(pagecache.RedisDown); n != 1 {
		t.Errorf("the breaker opened %d times; want 1", n)
	}
	r.resume()
	eventually(t, "the breaker closes", func() bool { return events.of(pagecache.RedisUp) == 1 && c.Up() })
	other, _ := r.replica()
	want(t, v.one(t.Context(), scope(other, "token"), "warm"), "warm", pagecache.FromRedis)
}

func TestRedis_RefusedCommandsAreMisses(t *testing.T) {
	for name, test := range map[string]struct {
		options []string
		refuse  func(r *server)
		down    bool // the breaker opens
	}{
		"OOM":      {refuse: func(r *server) { r.do("CONFIG", "SET", "maxmemory", "1") }},
		"READONLY": {refuse: func(r *server) { r.do("REPLICAOF", "127.0.0.1", "1") }},
		"NOAUTH": {down: true, refuse: func(r *server) {
			r.do("CONFIG", "SET", "requirepass", "changed")
			_ = r.admin.Do(r.t.Context(), "CLIENT", "KILL", "TYPE", "normal").Err() // It may end its own connection.
		}},
		"MASTERDOWN": {down: true, refuse: func(r *server) {
			r.do("CONFIG", "SET", "replica-serve-stale-data", "no")
			r.do("REPLICAOF", "127.0.0.1", "1")
		}},
		"CLUSTERDOWN": {down: true, options: []string{"--cluster-enabled", "yes"}, refuse: func(*server) {}},
		"FLUSHALL":    {refuse: func(r *server) { r.do("FLUSHALL") }},
	} {
		t.Run(name, func(t *testing.T) {
			r := startRedis(t, test.options...)
			c, events := r.replica()
			s, v := scope(c, "token"), &vendor{}
			v.one(t.Context(), s, "before")
			test.refuse(r)
			for i := range 20 {
				want(t, v.one(t.Context(), s, fmt.Sprint(i)), fmt.Sprint(i), pagecache.FromVendor)
				want(t, v.one(t.Context(), s, fmt.Sprint(i)), fmt.Sprint(i), pagecache.FromMemory)
			}
			s.Invalidate(t.Context(), "3")
			want(t, v.one(t.Context(), s, "3"), "3", pagecache.FromVendor)
			s.Drop(t.Context())
			want(t, v.one(t.Context(), s, "4"), "4", pagecache.FromVendor)
			if test.down {
				eventually(t, "the breaker opens", func() bool { return events.of(pagecache.RedisDown) > 0 })
			}
			if errors := events.of(pagecache.RedisError); (errors == 0) != (name == "FLUSHALL") {
				t.Errorf("%d errors counted", errors)
			}
		})
	}
}

func TestEpoch_LostEpochInvalidatesValues(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	v := &vendor{}
	v.one(t.Context(), scope(one, "token"), "a")
	r.holds("p", 1)
	// Redis evicts the epoch and keeps the value.
	r.do("DEL", r.keys("e")[0])
	two, events := r.replica()
	want(t, v.one(t.Context(), scope(two, "token"), "a"), "a", pagecache.FromVendor)
	if n := events.of(pagecache.WrongEpoch); n != 1 {
		t.Errorf("%d values of another epoch; want 1", n)
	}
}

// A Redis that accepts no writes, but reads, does not serve what was invalidated.
func TestDrop_WhileRedisIsReadOnly(t *testing.T) {
	r := startRedis(t)
	c, _ := r.replica()
	s, v := scope(c, "token"), &vendor{}
	v.one(t.Context(), s, "a")
	r.holds("p", 1)
	r.do("CONFIG", "SET", "maxmemory", "1")
	s.Drop(t.Context())
	v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte("new")} })
	want(t, v.one(t.Context(), s, "a"), "new", pagecache.FromVendor)
	r.do("CONFIG", "SET", "maxmemory", "0")
	want(t, v.one(t.Context(), s, "b"), "new", pagecache.FromVendor)
	other, _ := r.replica()
	if a := v.one(t.Context(), scope(other, "token"), "a"); a.Value.body != "new" {
		t.Errorf("another replica reads %q from %s", a.Value.body, a.Source)
	}
}
