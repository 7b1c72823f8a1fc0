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

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// fakeVendor responds with a settable status, after a delay, and counts calls.
type fakeVendor struct {
	status atomic.Int64
	calls  atomic.Int64
	delay  time.Duration
}

func (m *fakeVendor) RoundTrip(r *http.Request) (*http.Response, error) {
	m.calls.Add(1)
	select {
	case <-time.After(m.delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return reply(int(m.status.Load()), "{}"), nil
}

func TestBreaker_OpensAndCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := new(fakeVendor)
		m.status.Store(500)
		client := connect(t, upstream.Config{Transport: m})
		for range 5 {
			_, err := read(t.Context(), client, "/p")
			wantKind(t, err, providers.Unavailable)
		}
		before := m.calls.Load()
		_, err := read(t.Context(), client, "/p")
		if e := wantKind(t, err, providers.CircuitOpen); e.RetryAfter != 5*time.Second {
			t.Errorf("RetryAfter is %v, want 5s", e.RetryAfter)
		}
		pass(4999 * time.Millisecond)
		_, err = read(t.Context(), client, "/p")
		wantKind(t, err, providers.CircuitOpen)
		if m.calls.Load() != before {
			t.Fatal("the vendor was called through an open circuit")
		}

		pass(time.Millisecond)
		_, err = read(t.Context(), client, "/p")
		wantKind(t, err, providers.Unavailable)
		_, err = read(t.Context(), client, "/p")
		wantKind(t, err, providers.CircuitOpen)
		if m.calls.Load() != before+1 {
			t.Fatalf("%d probes, want 1", m.calls.Load()-before)
		}

		pass(5 * time.Second)
		m.status.Store(200)
		for range 30 {
			if _, err := read(t.Context(), client, "/p"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestBreaker_HalfOpenAdmitsOneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: time.Second}
		m.status.Store(500)
		client := connect(t, upstream.Config{Transport: m})
		open(t, client)
		pass(5 * time.Second)
		m.status.Store(200)
		before := m.calls.Load()
		var wg sync.WaitGroup
		var good atomic.Int64
		for i := range 20 {
			wg.Go(func() {
				if _, err := read(t.Context(), client, fmt.Sprint("/", i)); err == nil {
					good.Add(1)
				}
			})
		}
		wg.Wait()
		// Eight of twenty have a permit at once. Seven are rejected and release it to
		// others, which are rejected, too.
		if m.calls.Load() != before+1 || good.Load() != 1 {
			t.Errorf("%d probes, %d answers, want one of each", m.calls.Load()-before, good.Load())
		}
		if _, err := read(t.Context(), client, "/p"); err != nil {
			t.Error(err)
		}
	})
}

func TestBreaker_AbandonedProbeCompletes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: time.Second}
		m.status.Store(500)
		client := connect(t, upstream.Config{Transport: m})
		open(t, client)
		pass(5 * time.Second)
		m.status.Store(200)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		_, err := read(ctx, client, "/p")
		wantKind(t, err, providers.Canceled)
		pass(time.Second)
		if _, err := read(t.Context(), client, "/p"); err != nil {
			t.Error(err)
		}
	})
}

func open(t *testing.T, client *upstream.Client) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() { _, _ = read(t.Context(), client, fmt.Sprint("/", i)) })
	}
	wg.Wait()
	_, err := read(t.Context(), client, "/p")
	wantKind(t, err, providers.CircuitOpen)
}

func TestBreaker_CountsOutagesOnly(t *testing.T) {
	for _, code := range []int{400, 401, 403, 404, 429, 302, 204} {
		synctest.Test(t, func(t *testing.T) {
			m := new(fakeVendor)
			m.status.Store(int64(code))
			client := connect(t, upstream.Config{Transport: m})
			for range 50 {
				_, err := read(t.Context(), client, "/p")
				if providers.KindOf(err) == providers.CircuitOpen {
					t.Fatalf("%d opened the circuit", code)
				}
			}
		})
	}
}

func TestBreaker_FailureRate(t *testing.T) {
	for failures, want := range map[int]providers.Kind{4: 0, 5: providers.CircuitOpen} {
		synctest.Test(t, func(t *testing.T) {
			m := new(fakeVendor)
			client := connect(t, upstream.Config{Transport: m})
			for i := range 10 {
				m.status.Store(200)
				if i >= 10-failures {
					m.status.Store(500)
				}
				_, _ = read(t.Context(), client, "/p")
			}
			m.status.Store(200)
			if _, err := read(t.Context(), client, "/p"); providers.KindOf(err) != want {
				t.Errorf("after %d of 10: %v", failures, err)
			}
		})
	}
}

// Calls that operations abandon open the circuit if the vendor had a quarter of the
// timeout, and not before.
func TestBreaker_AbandonedCalls(t *testing.T) {
	for limit, want := range map[time.Duration]providers.Kind{
		3 * time.Second: providers.CircuitOpen, 2 * time.Second: providers.Timeout,
	} {
		synctest.Test(t, func(t *testing.T) {
			client := connect(t, upstream.Config{Transport: &fakeVendor{delay: time.Hour}})
			ask := func() error {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				_, err := read(ctx, client, fmt.Sprint("/", time.Now().UnixNano(), &ctx))
				return err
			}
			var wg sync.WaitGroup
			for range 16 {
				wg.Go(func() { wantOneOf(t, ask(), providers.Timeout, providers.CircuitOpen) })
			}
			wg.Wait()
			synctest.Wait()
			for range 8 {
				wg.Go(func() { _ = ask() })
			}
			wg.Wait()
			synctest.Wait()
			wantKind(t, ask(), want)
			if status := client.Status(); (want == providers.CircuitOpen) != (status == model.ProviderDown) {
				t.Errorf("the status is %s", status)
			}
			pass(10 * time.Second) // calls in flight when the circuit opened
		})
	}
}

func wantOneOf(t *testing.T, err error, kinds ...providers.Kind) {
	t.Helper()
	for _, k := range kinds {
		if providers.KindOf(err) == k {
			return
		}
	}
	t.Errorf("the error is %v", err)
}

func TestBulkhead_LimitsConcurrency(t *testing.T) {
	for bound, want := range map[int]int64{0: 8, 3: 3} {
		synctest.Test(t, func(t *testing.T) {
			var now, most atomic.Int64
			client := connect(t, upstream.Config{MaxConcurrent: bound, Transport: vendor(func(*http.Request) (*http.Response, error) {
				most.Store(max(most.Load(), now.Add(1)))
				pass(time.Second)
				now.Add(-1)
				return reply(200, "{}"), nil
			})})
			var wg sync.WaitGroup
			for i := range 40 {
				wg.Go(func() {
					// The wait for a permit is not limited by Timeout.
					if _, err := read(t.Context(), client, fmt.Sprint("/", i)); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if most.Load() != want {
				t.Errorf("%d calls at once, want %d", most.Load(), want)
			}
		})
	}
}

func TestBulkhead_WaitEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: 5 * time.Second}
		m.status.Store(200)
		client := connect(t, upstream.Config{MaxConcurrent: 1, Transport: m})
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = read(t.Context(), client, "/first") })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := read(ctx, client, "/second")
		wantKind(t, err, providers.Timeout)
		wg.Wait()
		if m.calls.Load() != 1 || client.Status() != model.ProviderUp {
			t.Errorf("%d calls, status %s", m.calls.Load(), client.Status())
		}
	})
}

func TestObserve_OncePerCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []operation.Call
		calls := 0
		client := connect(t, upstream.Config{
			Transport: script(&calls, reset, reset, status(200), status(404)), Rand: func() float64 { return 0 },
			Observe: func(c operation.Call) {
				seen = append(seen, c)
				panic("observer")
			},
		})
		for range 2 {
			_, _ = upstream.Read(t.Context(), client, upstream.Request{Path: "/p", Query: "q=1"}, text)
		}
		want := []operation.Call{
			{Provider: "acme", Method: "GET", Path: "/p", Source: upstream.Vendor, Status: 200, Elapsed: 100 * time.Millisecond},
			{Provider: "acme", Method: "GET", Path: "/p", Source: upstream.Vendor, Status: 404, Kind: providers.NotFound},
		}
		if fmt.Sprint(seen) != fmt.Sprint(want) {
			t.Errorf("seen\n%v, want\n%v", seen, want)
		}
	})
}
