package singleflight_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/singleflight"
)

func TestJoin_CompletesByKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		began := time.Now()
		started, joined := g.Join(t.Context(), []string{"a", "b", "a"}, func(ctx context.Context, calls []*singleflight.Call[string, int]) {
			for i, call := range calls {
				time.Sleep(time.Second)
				call.Complete(i + 1)
				call.Complete(-1) // Only the first value counts.
			}
			<-ctx.Done() // Completed calls are not in flight, even while the function runs.
		})
		if got := keysOf(started); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("started %v; want a and b", got)
		}
		if got := keysOf(joined); !slices.Equal(got, []string{"a"}) {
			t.Errorf("joined %v; want a", got)
		}
		for _, test := range []struct {
			call  *singleflight.Call[string, int]
			value int
			took  time.Duration
		}{{started[0], 1, time.Second}, {joined[0], 1, time.Second}, {started[1], 2, 2 * time.Second}} {
			if value, err := test.call.Wait(t.Context()); value != test.value || err != nil || time.Since(began) != test.took {
				t.Errorf("%s: got %d, error %v after %v; want %d after %v", test.call.Key(), value, err, time.Since(began), test.value, test.took)
			}
		}
		if _, ok, _ := g.Wait(t.Context(), "b"); ok {
			t.Error("b is still in flight")
		}
	})
}

func keysOf(calls []*singleflight.Call[string, int]) (keys []string) {
	for _, call := range calls {
		keys = append(keys, call.Key())
	}
	return keys
}

func TestJoin_OverlappingKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		all := func(value int) func(context.Context, []*singleflight.Call[string, int]) {
			return func(_ context.Context, calls []*singleflight.Call[string, int]) {
				time.Sleep(time.Second)
				for _, call := range calls {
					call.Complete(value)
				}
			}
		}
		first, _ := g.Join(t.Context(), []string{"a", "b"}, all(1))
		second, shared := g.Join(t.Context(), []string{"b", "c"}, all(2))
		got := map[string]int{}
		for _, call := range slices.Concat(shared, first, second) {
			value, err := call.Wait(t.Context())
			if err != nil {
				t.Error(err)
			}
			got[call.Key()] = value
		}
		if got["a"] != 1 || got["b"] != 1 || got["c"] != 2 {
			t.Errorf("got %v; want b from the first call", got)
		}
	})
}

func TestJoin_ContextEndsWithLastWaiterOfAllKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		var ended atomic.Bool
		ctx, cancel := context.WithCancel(t.Context())
		started, _ := g.Join(ctx, []string{"a", "b"}, func(ctx context.Context, calls []*singleflight.Call[string, int]) {
			calls[0].Complete(1)
			<-ctx.Done()
			ended.Store(true)
		})
		if value, err := started[0].Wait(ctx); value != 1 || err != nil {
			t.Errorf("a: got %d, error %v; want 1", value, err)
		}
		synctest.Wait()
		if ended.Load() {
			t.Error("the context ended while a caller waits for b")
		}
		cancel()
		if _, err := started[1].Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("b: error %v; want context.Canceled", err)
		}
		synctest.Wait()
		if !ended.Load() {
			t.Error("the context did not end with the last waiter")
		}
	})
}

func TestJoin_IncompleteCallGetsZeroValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		started, _ := g.Join(t.Context(), []string{"a"}, func(context.Context, []*singleflight.Call[string, int]) {})
		if value, err := started[0].Wait(t.Context()); value != 0 || err != nil {
			t.Errorf("got %d, error %v; want 0", value, err)
		}
	})
}

func TestJoin_PanicSparesCompletedCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		started, _ := g.Join(t.Context(), []string{"a", "b"}, func(_ context.Context, calls []*singleflight.Call[string, int]) {
			calls[0].Complete(1)
			panic("broken")
		})
		if value, err := started[0].Wait(t.Context()); value != 1 || err != nil {
			t.Errorf("a: got %d, error %v; want 1", value, err)
		}
		defer func() {
			if got := recover(); got != "broken" {
				t.Errorf("b: recovered %v; want broken", got)
			}
		}()
		_, _ = started[1].Wait(t.Context())
	})
}

func TestStart_IgnoresWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		var c counter
		start := func() {
			g.Start(t.Context(), []string{"a"}, func(ctx context.Context, calls []*singleflight.Call[string, int]) {
				calls[0].Complete(c.fn(ctx))
			})
		}
		start()
		start() // It is in flight.
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, ok, err := g.Wait(ctx, "a"); !ok || !errors.Is(err, context.Canceled) {
			t.Errorf("ok %v, error %v; want a canceled wait", ok, err)
		}
		if value, ok, err := g.Wait(t.Context(), "a"); value != 1 || !ok || err != nil {
			t.Errorf("got %d, ok %v, error %v; want 1", value, ok, err)
		}
		if _, ok, err := g.Wait(t.Context(), "a"); ok || err != nil {
			t.Errorf("ok %v, error %v; want no call in flight", ok, err)
		}
	})
}

func TestStart_EndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		ctx, cancel := context.WithCancel(t.Context())
		g.Start(ctx, []string{"a"}, func(ctx context.Context, calls []*singleflight.Call[string, int]) {
			<-ctx.Done()
			calls[0].Complete(7)
		})
		time.AfterFunc(time.Second, cancel)
		if value, ok, err := g.Wait(t.Context(), "a"); value != 7 || !ok || err != nil {
			t.Errorf("got %d, ok %v, error %v; want 7", value, ok, err)
		}
	})
}

func TestDetach_NewCallersStartNewCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		var c counter
		var wg sync.WaitGroup
		do := func(key string, want int, wantShared bool) {
			wg.Go(func() {
				if value, shared, err := g.Do(t.Context(), key, c.fn); value != want || shared != wantShared || err != nil {
					t.Errorf("%s: got %d, shared %v, error %v; want %d, %v", key, value, shared, err, want, wantShared)
				}
			})
			synctest.Wait()
		}
		do("a", 1, false)
		do("b", 2, false)
		g.Detach(func(key string) bool { return key == "a" })
		do("a", 3, false)
		do("a", 3, true) // The detached call does not remove its successor.
		do("b", 2, true)
		wg.Wait()
	})
}
