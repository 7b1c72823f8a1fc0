package fair_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/fair"
)

// acquire takes a place or fails the test.
func acquire(t *testing.T, s *fair.Semaphore, caller string) {
	t.Helper()
	if err := s.Acquire(t.Context(), caller, time.Hour, nil); err != nil {
		t.Fatal(err)
	}
}

// queue starts requests of a caller, in order, and appends its name when one has a
// place.
func queue(t *testing.T, s *fair.Semaphore, got *[]string, caller string, n int) {
	for range n {
		go func() {
			if s.Acquire(t.Context(), caller, time.Hour, nil) == nil {
				*got = append(*got, caller)
			}
		}()
		synctest.Wait()
	}
}

func TestSemaphore_HandsOutInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fair.New(fair.Options{Places: 1})
		acquire(t, s, "greedy")
		var got []string
		queue(t, s, &got, "greedy", 4)
		queue(t, s, &got, "a", 2)
		queue(t, s, &got, "b", 1)
		last := "greedy"
		for i := range 7 {
			s.Release(last)
			synctest.Wait()
			last = got[i]
		}
		s.Release(last)
		if want := []string{"greedy", "a", "b", "greedy", "a", "greedy", "greedy"}; !slices.Equal(got, want) {
			t.Errorf("the order is %v, want %v", got, want)
		}
		if stats := s.Stats(); stats != (fair.Stats{}) {
			t.Errorf("left over: %+v", stats)
		}
	})
}

func TestSemaphore_WaitEnds(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	stopped := make(chan struct{})
	close(stopped)
	for name, c := range map[string]struct {
		ctx  context.Context
		stop chan struct{}
		want error
	}{
		"wait":    {t.Context(), nil, fair.ErrWait},
		"context": {canceled, nil, context.Canceled},
		"stop":    {t.Context(), stopped, fair.ErrStopped},
	} {
		t.Run(name, func(t *testing.T) {
			s := fair.New(fair.Options{Places: 1})
			acquire(t, s, "a")
			if err := s.Acquire(c.ctx, "b", time.Millisecond, c.stop); !errors.Is(err, c.want) {
				t.Errorf("the error is %v, want %v", err, c.want)
			}
			s.Release("a")
			acquire(t, s, "c")
		})
	}
}

func TestSemaphore_FullQueueEvictsTheLongestLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fair.New(fair.Options{Places: 1, MaxWaiting: 4})
		acquire(t, s, "greedy")
		var refused []string
		ask := func(caller string) {
			go func() {
				if errors.Is(s.Acquire(t.Context(), caller, time.Hour, nil), fair.ErrFull) {
					refused = append(refused, caller)
				}
			}()
			synctest.Wait()
		}
		for range 5 {
			ask("greedy")
		}
		if !s.Full("greedy") || s.Full("polite") {
			t.Error("the queue is full for greedy, and not for polite")
		}
		ask("polite")
		ask("polite")
		ask("polite")
		if want := []string{"greedy", "greedy", "greedy", "polite"}; !slices.Equal(refused, want) {
			t.Errorf("refused: %v, want %v", refused, want)
		}
		for range 5 {
			s.Release("greedy")
			synctest.Wait()
		}
	})
}

func TestSemaphore_Reserve(t *testing.T) {
	s := fair.New(fair.Options{Places: 8, Reserve: 2})
	taken := 0
	for s.TryAcquire("greedy") {
		taken++
	}
	if taken != 6 || !s.TryAcquire("polite") || !s.TryAcquire("another") || s.TryAcquire("third") {
		t.Errorf("greedy has %d of 8 places, want 6 and two for others", taken)
	}
}

// A caller that is alone takes all places; while another one asks now and then, that one gets a
// place at once.
func TestSemaphore_ReserveWhileOthersAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fair.New(fair.Options{Places: 8, Reserve: 1, ReserveFor: 10 * time.Second})
		takeAll := func() (taken int) {
			for s.TryAcquire("greedy") {
				taken++
			}
			return taken
		}
		release := func(n int) {
			for range n {
				s.Release("greedy")
			}
		}
		if taken := takeAll(); taken != 8 {
			t.Fatalf("alone, greedy has %d of 8 places", taken)
		}
		release(8)
		acquire(t, s, "polite")
		s.Release("polite")
		for range 3 {
			if taken := takeAll(); taken != 7 || !s.TryAcquire("polite") {
				t.Fatalf("greedy has %d of 8 places beside another caller, want 7", taken)
			}
			s.Release("polite")
			release(7)
			<-time.After(5 * time.Second)
		}
		takeAll()
		<-time.After(10 * time.Second)
		if taken := takeAll(); taken != 1 {
			t.Errorf("alone again, greedy got %d more places, want the eighth", taken)
		}
		release(8)
	})
}

func TestSemaphore_SuspendedPlacesAreNotActive(t *testing.T) {
	s := fair.New(fair.Options{Places: 3, Active: 1})
	if !s.TryAcquire("a") || s.TryAcquire("a") {
		t.Fatal("one place is active")
	}
	s.Suspend()
	if !s.TryAcquire("a") {
		t.Fatal("the suspended place counts as active")
	}
	s.Resume()
	if s.TryAcquire("a") || s.Stats() != (fair.Stats{Used: 2, Active: 2}) {
		t.Errorf("after Resume: %+v", s.Stats())
	}
}

func TestSemaphore_ConcurrentUse(t *testing.T) {
	s := fair.New(fair.Options{Places: 3, Active: 2, Reserve: 1, MaxWaiting: 20})
	var mu sync.Mutex
	now := 0
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			caller := fmt.Sprint(i % 7)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%5)*time.Millisecond)
			defer cancel()
			if s.Acquire(ctx, caller, time.Millisecond, nil) != nil {
				return
			}
			mu.Lock()
			if now++; now > 3 {
				t.Errorf("%d places in use", now)
			}
			mu.Unlock()
			s.Suspend()
			s.Resume()
			mu.Lock()
			now--
			mu.Unlock()
			s.Release(caller)
		})
	}
	wg.Wait()
	if stats := s.Stats(); stats != (fair.Stats{}) {
		t.Errorf("left over: %+v", stats)
	}
}
