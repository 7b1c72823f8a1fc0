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

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// withBudget carries an operation with this many vendor calls.
func withBudget(ctx context.Context, calls int) (context.Context, *operation.Trace) {
	op := &operation.Operation{Budget: operation.NewCallBudget(calls), Trace: operation.NewTrace()}
	return operation.With(ctx, op), op.Trace
}

func TestTrace_ListsCallsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		client := connect(t, upstream.Config{
			Transport: script(&calls, status(200), status(503), status(500), status(404)), Rand: func() float64 { return 0 },
		})
		ctx, trace := withBudget(t.Context(), 9)
		for i, query := range []string{"api_token=" + "x", "", "a=1"} {
			_, _ = upstream.Read(ctx, client, upstream.Request{Path: fmt.Sprint("/", i), Query: query}, text)
		}
		want := []operation.Call{
			{Provider: "acme", Method: "GET", Path: "/0", Source: upstream.Vendor, Status: 200},
			{Provider: "acme", Method: "GET", Path: "/1", Source: upstream.Vendor, Status: 404, Kind: providers.NotFound, Elapsed: 100 * time.Millisecond},
			{Provider: "acme", Method: "GET", Path: "/2", Source: upstream.Vendor, Status: 200, Start: 100 * time.Millisecond},
		}
		if got := trace.Calls(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the calls are\n%v, want\n%v", got, want)
		}
		trace.Calls()[0].Path = "changed"
		if trace.Calls()[0].Path != "/0" {
			t.Error("a reader changed the trace")
		}
	})
}

func TestCallBudget_ConcurrentReads(t *testing.T) {
	for _, budget := range []int{0, 1, 50} {
		synctest.Test(t, func(t *testing.T) {
			var asked, refused atomic.Int64
			client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
				asked.Add(1)
				return reply(200, "{}"), nil
			})})
			ctx, trace := withBudget(t.Context(), budget)
			var wg sync.WaitGroup
			for i := range 400 {
				wg.Go(func() {
					_, err := read(ctx, client, fmt.Sprint("/", i))
					if err != nil {
						wantKind(t, err, providers.BudgetExceeded)
						refused.Add(1)
					}
				})
			}
			wg.Wait()
			if asked.Load() != int64(budget) || refused.Load() != int64(400-budget) || len(trace.Calls()) != budget {
				t.Errorf("budget %d: %d asked, %d refused, %d rows", budget, asked.Load(), refused.Load(), len(trace.Calls()))
			}
		})
	}
}

func TestCallBudget_CoalescedReadsAreFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: time.Second}
		m.status.Store(200)
		client := connect(t, upstream.Config{Transport: m})
		ctx, trace := withBudget(t.Context(), 1)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := read(ctx, client, "/p"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		sources := map[upstream.Source]int{}
		for _, c := range trace.Calls() {
			sources[c.Source]++
		}
		if sources[upstream.Vendor] != 1 || sources[upstream.Coalesced] != 19 {
			t.Errorf("the sources are %v", sources)
		}
		_, err := read(ctx, client, "/p")
		wantKind(t, err, providers.BudgetExceeded)
	})
}

// One vendor that is down must not use up what the others need.
func TestCallBudget_OpenCircuitIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := new(fakeVendor)
		m.status.Store(500)
		client := connect(t, upstream.Config{Transport: m})
		open(t, client)
		ctx, trace := withBudget(t.Context(), 1)
		for range 3 {
			_, err := read(ctx, client, "/p")
			wantKind(t, err, providers.CircuitOpen)
		}
		pass(5 * time.Second)
		m.status.Store(200)
		if _, err := read(ctx, client, "/p"); err != nil {
			t.Error(err)
		}
		if n := len(trace.Calls()); n != 4 {
			t.Errorf("%d rows, want 4", n)
		}
	})
}

func TestTrace_AbandonedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := connect(t, upstream.Config{Transport: &fakeVendor{delay: time.Hour}})
		ctx, trace := withBudget(t.Context(), 1)
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		time.AfterFunc(time.Millisecond, func() {
			if calls := trace.Calls(); len(calls) != 1 || calls[0].Kind != providers.Canceled {
				t.Errorf("under way, the rows are %v", calls)
			}
		})
		_, err := read(ctx, client, "/p")
		wantKind(t, err, providers.Timeout)
		synctest.Wait() // the call ends at the same time as its caller
		if calls := trace.Calls(); len(calls) != 1 || calls[0].Kind != providers.Timeout || calls[0].Elapsed != 900*time.Millisecond {
			t.Errorf("the rows are %v", calls)
		}
	})
}

func TestRead_CanceledContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := new(fakeVendor)
		client := connect(t, upstream.Config{Transport: m})
		ctx, trace := withBudget(t.Context(), 1)
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		_, err := read(ctx, client, "/p")
		wantKind(t, err, providers.Canceled)
		synctest.Wait()
		if m.calls.Load() != 0 || len(trace.Calls()) != 0 {
			t.Errorf("%d calls, rows %v", m.calls.Load(), trace.Calls())
		}
	})
}
