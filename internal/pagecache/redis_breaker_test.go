package pagecache_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

func TestBreaker_DeadRedisCostsOneTimeout(t *testing.T) {
	f := new(redistest.Fake)
	config, events := faked(f)
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		pass(time.Second)
		began := time.Now()
		v.one(t.Context(), s, "working")
		synctest.Wait()
		if took := time.Since(began); took != 0 || events.of(pagecache.RedisError) != 0 {
			t.Fatalf("with a working redis: %v, %d errors", took, events.of(pagecache.RedisError))
		}
		f.SetSilent(true)
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() { v.one(t.Context(), s, fmt.Sprint("first", i)) })
		}
		wg.Wait()
		if took := time.Since(began); took > 50*time.Millisecond {
			t.Errorf("ten concurrent reads took %v", took)
		}
		// A goroutine probes it once a second; no read waits.
		for i := range 100 {
			began := time.Now()
			v.one(t.Context(), s, fmt.Sprint("later", i))
			if took := time.Since(began); took != 0 {
				t.Fatalf("a read took %v while redis was dead", took)
			}
			pass(100 * time.Millisecond)
		}
		if n := events.of(pagecache.RedisDown); n != 1 || c.Up() {
			t.Errorf("opened %d times", n)
		}
		f.SetSilent(false)
		pass(1100 * time.Millisecond)
		if n := events.of(pagecache.RedisUp); n != 1 || !c.Up() {
			t.Errorf("closed %d times", n)
		}
	})
}

// An outage that began with a timeout is explained when a probe knows more, each reason once.
func TestBreaker_LogsEachReasonOnce(t *testing.T) {
	f := new(redistest.Fake)
	config, events := faked(f)
	var log bytes.Buffer
	config.Log = slog.New(slog.NewTextHandler(&log, nil))
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		pass(time.Second)
		f.SetSilent(true)
		v.one(t.Context(), s, "first")
		pass(3 * time.Second)
		f.SetSilent(false)
		f.OnCommand(func([]string) string { return "-LOADING Redis is loading the dataset in memory\r\n" })
		pass(5 * time.Second)
		for _, reason := range []string{"no reply in time", "Redis is loading its data"} {
			if n := strings.Count(log.String(), `msg="redis unavailable, using memory cache only" component=pagecache reason="`+reason+`"`); n != 1 {
				t.Errorf("%d lines with the reason %q:\n%s", n, reason, &log)
			}
		}
		if n := events.of(pagecache.RedisDown); n != 1 {
			t.Errorf("%d outages were counted", n)
		}
	})
}

// A caller does not wait for Redis beyond its deadline; Redis is invalidated all the same.
func TestDrop_ReturnsWhenCallerLeaves(t *testing.T) {
	f := new(redistest.Fake)
	config, _ := faked(f)
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		v.one(t.Context(), s, "a")
		synctest.Wait()
		before := f.Texts("}:e")
		if len(before) == 0 {
			t.Fatal("the scope has no epoch")
		}
		f.OnCommand(func([]string) string { <-time.After(20 * time.Millisecond); return "" })
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer cancel()
		s.Drop(ctx)
		if took := time.Since(began); took != 5*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		pass(900 * time.Millisecond) // before the next probe begins
		for key, epoch := range f.Texts("}:e") {
			if before[key] == epoch {
				t.Error("Redis was not invalidated")
			}
		}
	})
}
