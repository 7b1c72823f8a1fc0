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
	"github.com/accountgraph/accountgraph/providers"
)

func TestRedisMayBeMissingAtTheStart(t *testing.T) {
	r := startRedis(t)
	r.kill()
	var log bytes.Buffer
	var mu sync.Mutex
	began := time.Now()
	c, events := r.deafReplica(func(c *pagecache.Config) {
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
		t.Error("up, without redis")
	}
	r.start()
	began = time.Now()
	eventually(t, "redis is used", func() bool { return events.of(pagecache.RedisUp) == 1 })
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("redis was used after %v", took)
	}
	eventually(t, "it is up", c.Up)
	eventually(t, "values are put there", func() bool {
		v.one(t.Context(), scope(c, "token"), rand.Text())
		return len(r.keys("p")) > 0
	})
	mu.Lock()
	defer mu.Unlock()
	if lines := strings.Count(log.String(), "\n"); lines != 2 {
		t.Errorf("%d lines in the log; want one a change:\n%s", lines, log.String())
	}
}

type locked struct {
	mu *sync.Mutex
	to *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

func TestRedisMayBeKilledInFlight(t *testing.T) {
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
		eventually(t, "reads go on", func() bool { return reads.Load() > before+50 })
		r.kill()
		eventually(t, "redis is left alone", func() bool { return events.of(pagecache.RedisDown) == round+1 })
		before = reads.Load()
		eventually(t, "reads go on", func() bool { return reads.Load() > before+50 })
		r.start()
		eventually(t, "redis is used again", func() bool { return events.of(pagecache.RedisUp) == round+1 })
	}
	close(done)
	wg.Wait()
	if failed.Load() != 0 {
		t.Errorf("%d of %d reads failed", failed.Load(), reads.Load())
	}
}

func TestABlackHoleCostsOnce(t *testing.T) {
	r := startRedis(t)
	c, events := r.replica(impatient)
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
	// 60 ms and 1 ms are promised; a busy machine may take some more, once.
	if first > 150*time.Millisecond || median > time.Millisecond {
		t.Errorf("the first read took %v, half of the next thousand up to %v", first, median)
	}
	if n := events.of(pagecache.RedisDown); n != 1 {
		t.Errorf("left alone %d times; want 1", n)
	}
	r.resume()
	eventually(t, "redis is used again", func() bool { return events.of(pagecache.RedisUp) == 1 && c.Up() })
	other, _ := r.replica()
	want(t, v.one(t.Context(), scope(other, "token"), "warm"), "warm", pagecache.FromRedis)
}

func TestWhatRedisRefusesIsAMiss(t *testing.T) {
	for name, test := range map[string]struct {
		options []string
		refuse  func(r *server)
		down    bool // left alone
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
				eventually(t, "redis is left alone", func() bool { return events.of(pagecache.RedisDown) > 0 })
			}
			if errors := events.of(pagecache.RedisError); (errors == 0) != (name == "FLUSHALL") {
				t.Errorf("%d errors counted", errors)
			}
		})
	}
}

func TestNothingOfBeforeComesBackAfterAFlush(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	v := &vendor{}
	v.one(t.Context(), scope(one, "token"), "a")
	r.holds("p", 1)
	// Redis loses the epoch, as an eviction may have it, and keeps the value.
	r.do("DEL", r.keys("e")[0])
	two, events := r.replica()
	want(t, v.one(t.Context(), scope(two, "token"), "a"), "a", pagecache.FromVendor)
	if n := events.of(pagecache.WrongEpoch); n != 1 {
		t.Errorf("%d outdated; want 1", n)
	}
}

func TestAStampedeAsksOnceWithRedis(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	two, _ := r.replica()
	v := &vendor{}
	for round := range 20 {
		var wg sync.WaitGroup
		name := fmt.Sprint(round)
		for i := range 200 {
			c := one
			if i%2 == 0 {
				c = two
			}
			wg.Go(func() {
				if got := v.one(t.Context(), scope(c, "token"), name); got.Value.body != name {
					t.Errorf("got %q, error %v", got.Value.body, got.Err)
				}
			})
		}
		wg.Wait()
	}
	if v.loaded() != 20 {
		t.Errorf("asked %d times for 20 keys from two replicas", v.loaded())
	}
}

// Replicas that want the same objects at once do not share them out: a vendor
// that can be asked for a hundred objects would be asked for fewer more often.
func TestReplicasAskTogether(t *testing.T) {
	r := startRedis(t)
	replicas := make([]*pagecache.Cache, 2)
	for i := range replicas {
		replicas[i], _ = r.replica()
	}
	for round := range 20 {
		v := &vendor{}
		names := make([]string, 300)
		for i := range names {
			names[i] = fmt.Sprint(round, " ", i)
		}
		var wg sync.WaitGroup
		for _, c := range replicas {
			wg.Go(func() {
				for i, got := range v.read(t.Context(), scope(c, "token"), names...) {
					if got.Value.body != names[i] {
						t.Errorf("got %q, error %v", got.Value.body, got.Err)
					}
				}
			})
		}
		wg.Wait()
		if v.calls() != 1 {
			t.Fatalf("round %d: %d calls for what one can bring", round, v.calls())
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, config := range map[string]pagecache.Config{
		"another scheme":     {Redis: providers.NewSecret("http://user:CANARY@host:1")},
		"no scheme":          {Redis: providers.NewSecret("CANARY:6379")},
		"no host":            {Redis: providers.NewSecret("redis://user:CANARY@a:1,,b:2")},
		"a parameter":        {Redis: providers.NewSecret("rediss://user:CANARY@a:1?skip_verify=true")},
		"a bad database":     {Redis: providers.NewSecret("redis://user:CANARY@a:1/x")},
		"a cluster database": {Redis: providers.NewSecret("redis://user:CANARY@a:1,b:2/3")},
		"a bad port":         {Redis: providers.NewSecret("redis://user:CANARY@a:b:c")},
		"a bad key":          {Key: providers.NewSecret("CANARY")},
		"a short key":        {Key: providers.NewSecret("Q0FOQVJZ")},
		"more than a day":    {Fresh: 23 * time.Hour, Stale: 2 * time.Hour},
		"negative time":      {Fresh: -1},
		"negative bytes":     {MaxBytes: -1},
		"negative timeout":   {Timeout: -1},
		"a long timeout":     {Timeout: time.Second + 1},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := pagecache.Open(config)
			if err == nil {
				c.Close()
				t.Fatal("accepted")
			}
			if strings.Contains(err.Error(), "CANARY") {
				t.Errorf("the error holds a secret: %v", err)
			}
		})
	}
	for _, url := range []string{"redis://a:1", "rediss://user:p%40ss@a:1/2", "redis://a:1,b:2", "redis://a:1,b:2,c:3/0", "redis://a:1,b:2/4?master=main"} {
		c, err := pagecache.Open(pagecache.Config{Redis: providers.NewSecret(url)})
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		c.Close()
	}
}
