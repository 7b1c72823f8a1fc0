package upstream_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// The vendor of the tests of overload, and what operations need of it.
const (
	overloadLatency = 300 * time.Millisecond
	overloadPlaces  = 8
	overloadCalls   = 10
	overloadTime    = 10 * time.Second
)

// overloadCapacity is the number of operations that the places allow in a second.
var overloadCapacity = overloadPlaces / (overloadLatency.Seconds() * overloadCalls)

// level is a number of calls that an operation makes at the same time.
type level int

// operate makes the calls of an operation, level after level, and returns the errors.
func operate(t *testing.T, client *upstream.Client, caller string, n int, levels []level) (failed []error) {
	ctx, cancel := context.WithTimeout(t.Context(), overloadTime)
	defer cancel()
	ctx = operation.With(ctx, &operation.Operation{CallerID: caller, Budget: operation.NewCallBudget(50), Jobs: operation.NewJobs()})
	var mu sync.Mutex
	for depth, calls := range levels {
		var wg sync.WaitGroup
		for i := range int(calls) {
			wg.Go(func() {
				if _, err := read(ctx, client, fmt.Sprintf("/%s/%d/%d/%d", caller, n, depth, i)); err != nil {
					mu.Lock()
					defer mu.Unlock()
					failed = append(failed, err)
				}
			})
		}
		wg.Wait()
	}
	return failed
}

// offered is what became of operations that were offered at a constant rate.
type offered struct {
	took     []time.Duration // of those without an error
	refused  []time.Duration // of the others
	mixed    int             // those that got a part of their data
	problems []error         // errors of an unexpected kind
}

func (o *offered) p99() time.Duration {
	if len(o.took) == 0 {
		return 0
	}
	slices.Sort(o.took)
	return o.took[len(o.took)*99/100]
}

// offer starts operations of a caller at a rate, whether or not earlier ones have ended.
func offer(t *testing.T, client *upstream.Client, caller string, rate float64, duration time.Duration, levels []level) *offered {
	o := new(offered)
	calls := 0
	for _, l := range levels {
		calls += int(l)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := time.Now()
	for n := 0; time.Since(start) < duration; n++ {
		wg.Go(func() {
			began := time.Now()
			failed := operate(t, client, caller, n, levels)
			took := time.Since(began)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case len(failed) == 0:
				o.took = append(o.took, took)
			default:
				o.refused = append(o.refused, took)
				if len(failed) < calls {
					o.mixed++
				}
			}
			for _, err := range failed {
				if kind := providers.KindOf(err); kind != providers.Overloaded && kind != providers.Timeout {
					o.problems = append(o.problems, err)
				}
			}
		})
		pass(time.Duration(float64(time.Second) / rate))
	}
	wg.Wait()
	return o
}

// If more operations come than the places of a vendor allow, most of the places are used for
// operations that are finished.
func TestOverload_Goodput(t *testing.T) {
	const duration = time.Minute
	shapes := map[string][]level{
		"one level":   {10},
		"a list":      {1, 9},
		"a long list": {1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		"two pages":   {1, 1, 8},
	}
	for name, levels := range shapes {
		for factor, goodput := range map[float64]float64{1: 0.9, 3: 0.6, 10: 0.4} {
			t.Run(fmt.Sprint(name, ", ", factor, " times"), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := &fakeVendor{delay: overloadLatency}
					m.status.Store(200)
					client := connect(t, upstream.Config{Transport: m, MaxConcurrent: overloadPlaces})
					o := offer(t, client, "a", factor*overloadCapacity, duration, levels)
					part := float64(len(o.took)) / duration.Seconds() / overloadCapacity
					t.Logf("goodput %.0f %%, p99 %v, refused %d, with a part of the data %d", 100*part, o.p99(), len(o.refused), o.mixed)
					if part < goodput {
						t.Errorf("goodput is %.0f %% of what the places allow, want %.0f %%", 100*part, 100*goodput)
					}
					// Those that are finished without the control take nearly all of their 10 s.
					if p99 := o.p99(); p99 > 9*time.Second {
						t.Errorf("the p99 is %v", p99)
					}
					if len(o.problems) > 0 {
						t.Errorf("%d errors like %v", len(o.problems), o.problems[0])
					}
				})
			})
		}
	}
}

// A caller whose operations need more than the places allow does not slow another one.
func TestOverload_PoliteCaller(t *testing.T) {
	const duration = 20 * time.Second
	for name, connections := range map[string]int{"alone": 0, "beside 128 connections": 128} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &fakeVendor{delay: 40 * time.Millisecond}
				m.status.Store(200)
				client := connect(t, upstream.Config{Transport: m, MaxConcurrent: overloadPlaces})
				start := time.Now()
				var wg sync.WaitGroup
				finished := make([]int, connections)
				for c := range connections {
					wg.Go(func() {
						for n := 0; time.Since(start) < duration; n++ {
							if len(operate(t, client, "greedy", n*connections+c, []level{49})) == 0 {
								finished[c]++
							}
						}
					})
				}
				pass(time.Second)
				o := offer(t, client, "polite", 10, duration-2*time.Second, []level{1})
				wg.Wait()
				total := 0
				for _, n := range finished {
					total += n
				}
				t.Logf("the polite caller: %d, p99 %v; the greedy one: %d operations", len(o.took), o.p99(), total)
				if o.p99() > 60*time.Millisecond || len(o.refused) > 0 {
					t.Errorf("p99 %v instead of 40 ms, %d failed", o.p99(), len(o.refused))
				}
				if connections > 0 && total < 60 {
					t.Errorf("the greedy caller got %d operations", total)
				}
			})
		})
	}
}

// The operations that fail were not begun, and say when to come again; those that share a call
// with one of them make it themselves.
func TestOverload_Refusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: 4 * time.Second}
		m.status.Store(200)
		client := connect(t, upstream.Config{Transport: m, MaxConcurrent: 1, PlaceWait: time.Second})
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() { operate(t, client, "a", 0, []level{1}) })
		synctest.Wait()
		wg.Go(func() {
			began := time.Now()
			failed := operate(t, client, "a", 1, []level{3, 1})
			if took := time.Since(began); took > time.Second || took < 700*time.Millisecond {
				t.Errorf("the second operation failed after %v, want about the second of PlaceWait", took)
			}
			for _, err := range failed {
				if e := wantKind(t, err, providers.Overloaded); e.RetryAfter < time.Second {
					t.Errorf("RetryAfter is %v", e.RetryAfter)
				}
			}
			if len(failed) != 4 {
				t.Errorf("%d of 4 calls failed", len(failed))
			}
		})
		pass(500 * time.Millisecond)
		// It joins calls of the second operation, and belongs to another caller.
		ctx := operation.With(t.Context(), &operation.Operation{CallerID: "b", Jobs: operation.NewJobs()})
		slow, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		began := time.Now()
		_, err := read(slow, client, "/a/1/0/0")
		if kind := providers.KindOf(err); kind != providers.Overloaded || time.Since(began) < 700*time.Millisecond {
			t.Errorf("the operation of another caller got %v after %v; want its own wait", err, time.Since(began))
		}
		if got := m.calls.Load(); got != 1 {
			t.Errorf("%d calls, want one", got)
		}
	})
}

// A call that cannot end before the deadline of its operation is not made.
func TestOverload_TooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: overloadLatency}
		m.status.Store(200)
		client := connect(t, upstream.Config{Transport: m})
		if _, err := read(t.Context(), client, "/1"); err != nil {
			t.Fatal(err)
		}
		for left, calls := range map[time.Duration]int64{overloadLatency / 2: 0, 2 * overloadLatency: 1} {
			before := m.calls.Load()
			ctx, cancel := context.WithTimeout(t.Context(), left)
			_, err := read(ctx, client, fmt.Sprint("/", left))
			cancel()
			if got := m.calls.Load() - before; got != calls || (calls == 0) != (providers.KindOf(err) == providers.Timeout) {
				t.Errorf("with %v left: %d calls, error %v; want %d calls", left, got, err, calls)
			}
		}
		// What is known of the vendor's speed expires.
		pass(time.Minute)
		if kind, took := readWithin(t, client, overloadLatency/2); kind != providers.Timeout || took != overloadLatency/2*9/10 {
			t.Errorf("a minute later: %v after %v", kind, took)
		}
	})
}

// readWithin reads with a deadline, and returns the kind of the error and the time that it took.
func readWithin(t *testing.T, client *upstream.Client, left time.Duration) (providers.Kind, time.Duration) {
	ctx, cancel := context.WithTimeout(t.Context(), left)
	defer cancel()
	start := time.Now()
	_, err := read(ctx, client, "/later")
	return providers.KindOf(err), time.Since(start)
}

// An operation that fails because too many wait does so after a delay: a client that repeats it at
// once would otherwise only be refused, as fast as the server can.
func TestOverload_LossesAreDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeVendor{delay: 2 * time.Second}
		m.status.Store(200)
		client := connect(t, upstream.Config{Transport: m, MaxConcurrent: 1, MaxWaiting: 1, PlaceWait: 4 * time.Second})
		took := make([]time.Duration, 3)
		var wg sync.WaitGroup
		for n := range took {
			wg.Go(func() {
				began := time.Now()
				if failed := operate(t, client, "a", n, []level{1}); len(failed) > 0 && providers.KindOf(failed[0]) != providers.Overloaded {
					t.Errorf("operation %d: %v", n, failed[0])
				}
				took[n] = time.Since(began)
			})
			synctest.Wait()
		}
		wg.Wait()
		if took[0] != 2*time.Second || took[1] != 200*time.Millisecond || took[2] < 3*time.Second {
			t.Errorf("the operations took %v; the second one makes room for the third", took)
		}
	})
}
