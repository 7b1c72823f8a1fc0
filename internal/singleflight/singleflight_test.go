package singleflight_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/singleflight"
)

type group = singleflight.Group[string, int]

// counter returns how often it was called, one second after each call.
type counter struct{ calls atomic.Int64 }

func (c *counter) fn(ctx context.Context) int {
	n := int(c.calls.Add(1))
	select {
	case <-time.After(time.Second):
		return n
	case <-ctx.Done():
		return -n
	}
}

func TestDo_CoalescesConcurrentCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		var c counter
		var shared atomic.Int64
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				value, joined, err := g.Do(t.Context(), "a", c.fn)
				if value != 1 || err != nil {
					t.Errorf("got %d, error %v; want 1", value, err)
				}
				if joined {
					shared.Add(1)
				}
			})
		}
		wg.Wait()
		if c.calls.Load() != 1 || shared.Load() != 99 {
			t.Errorf("%d calls, %d shared; want 1 and 99", c.calls.Load(), shared.Load())
		}
	})
}

func TestDo_CallsAgainAfterCompletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		var c counter
		for want := range 3 {
			if value, shared, err := g.Do(t.Context(), "a", c.fn); value != want+1 || shared || err != nil {
				t.Errorf("got %d, shared %v, error %v; want %d", value, shared, err, want+1)
			}
		}
	})
}

func TestDo_SeparatesKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		var c counter
		var wg sync.WaitGroup
		for _, key := range []string{"a", "b", "c"} {
			wg.Go(func() {
				if _, shared, _ := g.Do(t.Context(), key, c.fn); shared {
					t.Errorf("%s: shared", key)
				}
			})
		}
		wg.Wait()
		if c.calls.Load() != 3 {
			t.Errorf("%d calls; want 3", c.calls.Load())
		}
	})
}

func TestDo_FirstCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		var c counter
		first, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if value, _, err := g.Do(first, "a", c.fn); value != 0 || !errors.Is(err, context.Canceled) {
				t.Errorf("first: got %d, error %v; want context.Canceled", value, err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if value, shared, err := g.Do(t.Context(), "a", c.fn); value != 1 || !shared || err != nil {
				t.Errorf("second: got %d, shared %v, error %v; want 1", value, shared, err)
			}
		})
		synctest.Wait()
		cancel()
		wg.Wait()
	})
}

func TestDo_LastCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		cause := errors.New("client disconnected")
		ctx, cancel := context.WithCancelCause(t.Context())
		var ended error
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_, _, _ = g.Do(ctx, "a", func(ctx context.Context) int {
					<-ctx.Done()
					time.Sleep(time.Hour) // The function outlives its waiters.
					ended = context.Cause(ctx)
					return 0
				})
			})
		}
		synctest.Wait()
		cancel(cause)
		wg.Wait()
		if value, shared, err := g.Do(t.Context(), "a", func(context.Context) int { return 7 }); value != 7 || shared || err != nil {
			t.Errorf("a new caller got %d, shared %v, error %v; want a new call", value, shared, err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if !errors.Is(ended, cause) {
			t.Errorf("the call ended with %v; want the cause of the last waiter", ended)
		}
	})
}

type contextKey struct{}

func TestDo_KeepsValuesOfFirstContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), contextKey{}, 5), time.Minute)
		defer cancel()
		value, _, err := g.Do(ctx, "a", func(ctx context.Context) int {
			if _, bounded := ctx.Deadline(); bounded {
				t.Error("the call has the deadline of its first caller")
			}
			return ctx.Value(contextKey{}).(int)
		})
		if value != 5 || err != nil {
			t.Errorf("got %d, error %v; want 5", value, err)
		}
	})
}

func TestDo_PanicReachesAllWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				defer func() {
					if got := recover(); got != "broken" {
						t.Errorf("recovered %v; want broken", got)
					}
				}()
				_, _, _ = g.Do(t.Context(), "a", func(context.Context) int {
					time.Sleep(time.Second)
					panic("broken")
				})
				t.Error("Do returned")
			})
		}
		wg.Wait()
		if value, _, err := g.Do(t.Context(), "a", func(context.Context) int { return 7 }); value != 7 || err != nil {
			t.Errorf("afterwards: got %d, error %v; want 7", value, err)
		}
	})
}

func TestDo_GoexitReachesAllWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_, _, _ = g.Do(t.Context(), "a", func(context.Context) int {
					time.Sleep(time.Second)
					runtime.Goexit()
					return 0
				})
				t.Error("Do returned")
			})
		}
		wg.Wait()
	})
}

// TestDo_ConcurrentCancel lets callers join and leave at random moments.
func TestDo_ConcurrentCancel(t *testing.T) {
	var g group
	var running atomic.Int64
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for n := range 200 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration((i+n)%5)*50*time.Microsecond)
				value, _, err := g.Do(ctx, []string{"a", "b"}[n%2], func(ctx context.Context) int {
					running.Add(1)
					defer running.Add(-1)
					select {
					case <-ctx.Done():
						return -1
					case <-time.After(100 * time.Microsecond):
						return 1
					}
				})
				if err == nil && value != 1 {
					t.Errorf("a waiter got %d; its call ended before it left", value)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	for running.Load() > 0 {
		runtime.Gosched()
	}
}

func BenchmarkDo(b *testing.B) {
	var g group
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if value, _, err := g.Do(ctx, "a", func(context.Context) int { return 1 }); value != 1 || err != nil {
			b.Fatal(value, err)
		}
	}
}
