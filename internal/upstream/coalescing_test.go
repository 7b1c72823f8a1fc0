package upstream_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

func TestRead_FirstCallerLeaves(t *testing.T) {
	for _, leave := range []string{"cancel", "deadline"} {
		t.Run(leave, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &fakeVendor{delay: 2 * time.Second}
				m.status.Store(200)
				client := connect(t, upstream.Config{Transport: m})

				leader, cancel := context.WithCancel(t.Context())
				if leave == "deadline" {
					leader, cancel = context.WithTimeout(t.Context(), time.Second)
				}
				defer cancel()
				var wg sync.WaitGroup
				wg.Go(func() {
					_, err := read(leader, client, "/p")
					wantOneOf(t, err, providers.Canceled, providers.Timeout)
				})
				synctest.Wait()
				var served, shared atomic.Int64
				for range 50 {
					wg.Go(func() {
						ctx, trace := withBudget(t.Context(), 0)
						if got, err := read(ctx, client, "/p"); err == nil && got == "{}" {
							served.Add(1)
						}
						if calls := trace.Calls(); len(calls) == 1 && calls[0].Source == upstream.Coalesced && calls[0].Status == 200 {
							shared.Add(1)
						}
					})
				}
				synctest.Wait()
				pass(time.Second)
				cancel()
				wg.Wait()
				if served.Load() != 50 || shared.Load() != 50 || m.calls.Load() != 1 {
					t.Errorf("%d served, %d shared, %d calls; want 50, 50, 1", served.Load(), shared.Load(), m.calls.Load())
				}
			})
		})
	}
}

func TestRead_LastCallerCancelsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int64
		client := connect(t, upstream.Config{Transport: vendor(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			ended.Add(1)
			return nil, r.Context().Err()
		})})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				_, err := read(ctx, client, "/p")
				wantKind(t, err, providers.Canceled)
			})
		}
		synctest.Wait()
		cancel()
		wg.Wait()
		// A new reader must not join the call that is ending.
		again, cancelAgain := context.WithTimeout(t.Context(), time.Second)
		defer cancelAgain()
		_, err := read(again, client, "/p")
		wantKind(t, err, providers.Timeout)
		synctest.Wait()
		if ended.Load() != 2 {
			t.Errorf("%d calls ended, want 2", ended.Load())
		}
	})
}

func TestRead_CoalescesEqualRequestsOnly(t *testing.T) {
	requests := []upstream.Request{
		{Path: "/p"}, {Path: "/p", Query: "a=1"}, {Path: "/pa=1"}, {Path: "/p2"}, {Path: "/p", Query: "a=2"},
		{Path: "/p", Header: http.Header{"A": {"1"}}},
		{Path: "/p", Header: http.Header{"A": {"2"}}},
		{Path: "/p", Header: http.Header{"A": {"1", "2"}}},
		{Path: "/p", Header: http.Header{"A": {"1"}, "B": {"2"}}},
		{Path: "/p", Header: http.Header{"A": {}, "B": {"1", "2"}}},
		{Path: "/p", Header: http.Header{"A": {"11:B"}}},
		{Path: "/p", Header: http.Header{"A": {"1", "B", "2"}}},
	}
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: time.Second}
		m.status.Store(200)
		one := connect(t, upstream.Config{Transport: m, MaxConcurrent: 100})
		other := connect(t, upstream.Config{Transport: m, MaxConcurrent: 100})
		var wg sync.WaitGroup
		for _, client := range []*upstream.Client{one, other} {
			for _, r := range requests {
				for range 3 {
					wg.Go(func() {
						if _, err := upstream.Read(t.Context(), client, r, text); err != nil {
							t.Error(err)
						}
					})
				}
			}
		}
		wg.Wait()
		if want := int64(2 * len(requests)); m.calls.Load() != want {
			t.Errorf("%d calls, want %d", m.calls.Load(), want)
		}
		if _, err := read(t.Context(), one, "/p"); err != nil || m.calls.Load() != int64(2*len(requests)+1) {
			t.Errorf("a finished call was shared: %v", err)
		}
	})
}

func TestRead_CoalescedErrorsAreCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: time.Second}
		m.status.Store(404)
		client := connect(t, upstream.Config{Transport: m})
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = read(t.Context(), client, "/p") })
		}
		wg.Wait()
		wantKind(t, errs[0], providers.NotFound).Detail = "changed"
		if e := wantKind(t, errs[1], providers.NotFound); e.Detail != "" {
			t.Error("two readers share one error")
		}
	})
}

// The deadline of the reader that started a call bounds its retry delay.
func TestRetry_DelayFitsFirstCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
			pass(time.Second)
			if calls++; calls == 1 {
				return reply(429, "{}", "Retry-After: 4"), nil
			}
			return reply(200, "{}"), nil
		})})
		var wg sync.WaitGroup
		for _, c := range []struct {
			limit time.Duration
			want  providers.Kind
		}{{9 * time.Second, 0}, {3 * time.Second, providers.Timeout}, {9 * time.Second, 0}} {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), c.limit)
				defer cancel()
				if _, err := read(ctx, client, "/p"); providers.KindOf(err) != c.want {
					t.Errorf("within %v: %v", c.limit, err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
	})
}

// Readers join and leave at every moment of a call; each gets a value or a timeout.
func TestRead_ConcurrentCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: 3 * time.Millisecond}
		m.status.Store(200)
		client := connect(t, upstream.Config{Transport: m})
		var wg sync.WaitGroup
		for i := range 3000 {
			wg.Go(func() {
				pass(time.Duration(i%97) * time.Millisecond / 7)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%11)*time.Millisecond)
				defer cancel()
				got, err := read(ctx, client, fmt.Sprint("/", i%5))
				if err == nil && got != "{}" {
					t.Errorf("read %q", got)
				}
				if err != nil && providers.KindOf(err) != providers.Timeout {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

var rounds = flag.Int("rounds", 5, "how often TestRead_Stampede repeats what it does")

// A thousand readers of one page that is not cached cause one call for each credential,
// whether or not the reader that started the call leaves.
func TestRead_Stampede(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		t.Run(fmt.Sprint("the first one leaves: ", leaves), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &echoVendor{delay: func(string) time.Duration { return time.Second }}
				_, as := withCache(t, m)
				clients := []*upstream.Client{as("a"), as("b")}
				for round := range *rounds {
					path := fmt.Sprint("/", round)
					first, cancel := context.WithCancel(t.Context())
					var served atomic.Int64
					var wg sync.WaitGroup
					for i := range 1000 {
						ctx := t.Context()
						if i < len(clients) {
							ctx = first
						}
						wg.Go(func() {
							if got, err := read(ctx, clients[i%2], path); err == nil && got == string("ab"[i%2]) {
								served.Add(1)
							}
						})
						if i < len(clients) {
							synctest.Wait()
						}
					}
					synctest.Wait()
					want := int64(1000)
					if leaves {
						cancel()
						want -= int64(len(clients))
					}
					wg.Wait()
					cancel()
					if seen := m.takeSeen(); served.Load() != want || seen != "a b" {
						t.Fatalf("round %d: %d readers served, want %d; the vendor saw %q", round, served.Load(), want, seen)
					}
				}
			})
		})
	}
}

// A reader of a whole list uses the pages that are fresh in memory, says when they were
// fetched, and stores none.
func TestRead_Uncached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{}
		m.status.Store(200)
		cache, err := pagecache.Open(pagecache.Config{Fresh: time.Minute, Stale: time.Hour, Rand: func() float64 { return 1 }})
		if err != nil {
			t.Fatal(err)
		}
		defer cache.Close()
		client := connect(t, upstream.Config{Transport: m, Cache: cache})
		fetched := func(c *upstream.Client, path string) time.Duration {
			t.Helper()
			reply, err := upstream.Read(t.Context(), c, upstream.Request{Path: path}, text)
			if err != nil {
				t.Fatal(err)
			}
			return time.Since(reply.Freshness.FetchedAt)
		}
		fetched(client, "/seen")
		pass(30 * time.Second)
		for range 2 {
			if age := fetched(client.Uncached(), "/seen"); age != 30*time.Second {
				t.Errorf("a page that is fresh in memory was fetched %v ago", age)
			}
			fetched(client.Uncached(), "/new")
		}
		if n := m.calls.Load(); n != 3 {
			t.Errorf("%d calls, want one for the page seen before and two for the other", n)
		}
		pass(31 * time.Second)
		if age := fetched(client.Uncached(), "/seen"); age != 0 {
			t.Errorf("a page that is stale in memory was read, fetched %v ago", age)
		}
	})
}
