package pagecache_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

// readTogether reads pages of two scopes, each with a lookup, all at the same time.
func readTogether(t *testing.T, c *pagecache.Cache, v *vendor, pages int, source pagecache.Source) *sync.WaitGroup {
	var wg sync.WaitGroup
	for i := range pages {
		for _, token := range []string{"one", "two"} {
			wg.Go(func() { want(t, v.one(t.Context(), scope(c, token), fmt.Sprint(i)), fmt.Sprint(i), source) })
		}
	}
	return &wg
}

// TestReads_ShareAPipeline begins 80 lookups before Redis replies to the first.
func TestReads_ShareAPipeline(t *testing.T) {
	f := new(redistest.Fake)
	config, _ := faked(f)
	bubble(t, config, func(t *testing.T, one *pagecache.Cache) {
		v := &vendor{}
		pass(time.Second)
		readTogether(t, one, v, 40, pagecache.FromVendor).Wait()
		pass(time.Second)
		two, events := openFaked(t, f)
		defer two.Close()
		pass(time.Second)
		var epochs atomic.Int64
		replies := make(chan struct{})
		f.OnCommand(func(command []string) string {
			if command[0] == "GET" {
				epochs.Add(1)
				<-replies
			}
			return ""
		})
		wg := readTogether(t, two, v, 40, pagecache.FromRedis)
		synctest.Wait()
		close(replies)
		wg.Wait()
		if n := events.of(pagecache.HitRedis); n != 80 {
			t.Errorf("%d values from Redis; want 80", n)
		}
		// Each pipeline reads the epoch of each of its scopes once.
		if n, most := epochs.Load(), int64(runtime.GOMAXPROCS(0)+12); n > most {
			t.Errorf("the epochs were read %d times; want at most %d", n, most)
		}
	})
}

// TestReads_UnresponsiveRedisCostsOneTimeout begins lookups that wait for others, which Redis does
// not reply to.
func TestReads_UnresponsiveRedisCostsOneTimeout(t *testing.T) {
	f := new(redistest.Fake)
	config, _ := faked(f)
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		v := &vendor{}
		pass(time.Second + time.Second/2)
		f.SetSilent(true)
		began := time.Now()
		readTogether(t, c, v, 200, pagecache.FromVendor).Wait()
		if took := time.Since(began); took > 50*time.Millisecond {
			t.Errorf("the lookups took %v; want the timeout of one command", took)
		}
	})
}
