package pagecache_test

import (
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// TestRevalidate_HotKey reads one key 2,000 times a second for a minute, by 20 readers. The
// vendor gets one call for each time that the entry was fresh, and no reader waits for it
// but for the first call.
func TestRevalidate_HotKey(t *testing.T) {
	config := minute()
	config.Fresh, config.Stale = 2*time.Second, 10*time.Second
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		v := &vendor{delay: 300 * time.Millisecond}
		var mu sync.Mutex
		var calls []time.Time
		v.respond(func(name string) pagecache.Loaded {
			mu.Lock()
			defer mu.Unlock()
			calls = append(calls, time.Now())
			return pagecache.Loaded{Body: []byte(name)}
		})
		s := scope(c, "token")
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
		began := time.Now()
		const readers, interval, length = 20, 10 * time.Millisecond, time.Minute
		var wg sync.WaitGroup
		for i := range readers {
			wg.Go(func() {
				<-time.After(time.Duration(i) * interval / readers)
				for time.Since(began) < length {
					start := time.Now()
					if got := v.one(t.Context(), s, "a"); got.Err != nil || time.Since(start) > 0 {
						t.Errorf("%v after %v", got.Err, time.Since(start))
					}
					<-time.After(interval)
				}
			})
		}
		wg.Wait()
		mu.Lock()
		defer mu.Unlock()
		// An entry is fresh for at least 80 % of Fresh, from when its call began.
		const shortest = 1600 * time.Millisecond
		for i := range calls[1:] {
			if d := calls[i+1].Sub(calls[i]); d < shortest {
				t.Errorf("two calls within %v", d)
			}
		}
		if most := int(length/shortest) + 2; len(calls) > most || len(calls) < 20 {
			t.Errorf("%d calls, want at most %d", len(calls), most)
		}
		t.Logf("%d reads, %d calls", readers*int(length/interval), len(calls))
	})
}
