package upstream_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// readFor reads a path as an operation with a deadline of 10 s, of which a read leaves a tenth,
// and returns the kind of
// its error and the time that it took.
func readFor(t *testing.T, client *upstream.Client, path string) (providers.Kind, time.Duration) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	start := time.Now()
	_, err := read(ctx, client, path)
	return providers.KindOf(err), time.Since(start)
}

// A vendor that hangs costs one reader a deadline or two; then reads fail at once.
func TestBreaker_HangingVendor(t *testing.T) {
	for _, readers := range []int{1, 2, 8, 40} {
		t.Run(fmt.Sprint(readers, " readers"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &fakeVendor{delay: time.Hour}
				client := connect(t, upstream.Config{Transport: m})
				start := time.Now()
				var wg sync.WaitGroup
				var slow, fast, before atomic.Int64
				time.AfterFunc(15*time.Second, func() { before.Store(m.calls.Load()) })
				for reader := range readers {
					wg.Go(func() {
						for i := 0; time.Since(start) < 3*time.Minute; i++ {
							began := time.Since(start)
							kind, took := readFor(t, client, fmt.Sprint("/", reader, "/", i))
							switch {
							case began < 15*time.Second:
							case kind != providers.CircuitOpen || took > 0:
								slow.Add(1)
							default:
								fast.Add(1)
							}
							pass(200 * time.Millisecond)
						}
					})
				}
				wg.Wait()
				if slow.Load() > 0 || fast.Load() < 800 {
					t.Errorf("after 15 s, %d reads waited for the vendor and %d did not", slow.Load(), fast.Load())
				}
				if got := m.calls.Load() - before.Load(); got == 0 || got > 165/5 {
					t.Errorf("%d probes in 165 s, want at most one in 5 s", got)
				}
				pass(10 * time.Second)
			})
		})
	}
}

// The read that starts the probe of a vendor that failed waits for its result, unless the
// vendor hangs by now.
func TestBreaker_FailingVendorHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := new(fakeVendor)
		m.status.Store(500)
		client := connect(t, upstream.Config{Transport: m})
		open(t, client)
		pass(5 * time.Second)
		m.delay = time.Hour
		if kind, took := readFor(t, client, "/1"); kind != providers.CircuitOpen || took != 2500*time.Millisecond {
			t.Errorf("the read with the probe: %v after %v", kind, took)
		}
		for range 3 {
			pass(5 * time.Second)
			if kind, took := readFor(t, client, "/2"); kind != providers.CircuitOpen || took != 0 {
				t.Errorf("a later read: %v after %v", kind, took)
			}
		}
		pass(10 * time.Second)
	})
}

// A response ends the outage of a hanging vendor, also one to a call that began before the
// circuit opened.
func TestBreaker_HangingVendorRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var delay atomic.Int64
		delay.Store(int64(time.Hour))
		client := connect(t, upstream.Config{Transport: vendor(func(r *http.Request) (*http.Response, error) {
			select {
			case <-time.After(time.Duration(delay.Load())):
				return reply(200, "{}"), nil
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		})})
		if kind, took := readFor(t, client, "/1"); kind != providers.Timeout || took != 9*time.Second {
			t.Fatalf("the first read: %v after %v", kind, took)
		}
		delay.Store(int64(4 * time.Second))
		if kind, took := readFor(t, client, "/2"); kind != providers.CircuitOpen || took != 2500*time.Millisecond {
			t.Fatalf("the second read: %v after %v", kind, took)
		}
		if kind, _ := readFor(t, client, "/3"); kind != providers.CircuitOpen {
			t.Fatalf("the third read: %v", kind)
		}
		pass(1501 * time.Millisecond)
		if kind, _ := readFor(t, client, "/4"); kind != 0 {
			t.Errorf("after the response to the second read: %v", kind)
		}
	})
}

// A vendor that takes long and responds is not cut off.
func TestBreaker_SlowVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: 8 * time.Second}
		m.status.Store(200)
		client := connect(t, upstream.Config{Transport: m})
		var wg sync.WaitGroup
		for reader := range 8 {
			wg.Go(func() {
				for i := range 5 {
					if kind, _ := readFor(t, client, fmt.Sprint("/", reader, "/", i)); kind != 0 {
						t.Errorf("the read failed: %v", kind)
					}
				}
			})
		}
		wg.Wait()
	})
}

// Calls that wait for a permit behind calls that hang count as well.
func TestBreaker_CountsCallsThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := connect(t, upstream.Config{Timeout: time.Minute, MaxConcurrent: 1, Transport: &fakeVendor{delay: time.Hour}})
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() { readFor(t, client, fmt.Sprint("/", i)) })
		}
		wg.Wait()
		synctest.Wait() // the calls are counted after their readers have left
		if kind, took := readFor(t, client, "/p"); kind != providers.CircuitOpen || took != 0 {
			t.Errorf("the next read: %v after %v", kind, took)
		}
		pass(time.Minute)
	})
}
