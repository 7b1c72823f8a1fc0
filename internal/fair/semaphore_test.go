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

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/fair"
)

// acquire takes a place or fails the test.
func acquire(t *testing.T, s *fair.Semaphore, caller string) {
	t.Helper()
	if err := s.Acquire(t.Context(), caller, nil, time.Hour, nil); err != nil {
		t.Fatal(err)
	}
}

// queue starts requests of a caller, in order, and appends its name when one has a
// place.
func queue(t *testing.T, s *fair.Semaphore, got *[]string, caller string, n int) {
	for range n {
		go func() {
			if s.Acquire(t.Context(), caller, nil, time.Hour, nil) == nil {
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
			if err := s.Acquire(c.ctx, "b", nil, time.Millisecond, c.stop); !errors.Is(err, c.want) {
				t.Errorf("the error is %v, want %v", err, c.want)
			}
			s.Release("a")
			acquire(t, s, "c")
		})
	}
}

// Requests of a short queue wait ten times as long, and in a long one the only request of a caller without a place.
func TestSemaphore_ShortQueueWaitsLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fair.New(fair.Options{Places: 1, ShortQueue: 2})
		acquire(t, s, "a")
		var mu sync.Mutex
		got := map[string][]time.Duration{}
		for _, caller := range []string{"a", "b", "b", "b", "alone"} {
			go func() {
				start := time.Now()
				err := s.Acquire(t.Context(), caller, nil, time.Second, nil)
				mu.Lock()
				defer mu.Unlock()
				if !errors.Is(err, fair.ErrWait) {
					t.Errorf("the error is %v", err)
				}
				got[caller] = append(got[caller], time.Since(start))
			}()
			<-time.After(time.Millisecond)
		}
		<-time.After(time.Minute)
		mu.Lock()
		defer mu.Unlock()
		want := map[string][]time.Duration{"a": {time.Second}, "b": {time.Second, time.Second, 10 * time.Second}, "alone": {10 * time.Second}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("waits (-want +got):\n%s", diff)
		}
	})
}

func TestSemaphore_FullQueueEvictsTheLongestLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fair.New(fair.Options{Places: 1, MaxWaiting: 4})
		acquire(t, s, "greedy")
		var refused []string
		ask := func(caller string) {
			go func() {
				if errors.Is(s.Acquire(t.Context(), caller, nil, time.Hour, nil), fair.ErrFull) {
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
	for s.TryAcquire("greedy", nil) {
		taken++
	}
	if taken != 6 || !s.TryAcquire("polite", nil) || !s.TryAcquire("another", nil) || s.TryAcquire("third", nil) {
		t.Errorf("greedy has %d of 8 places, want 6 and two for others", taken)
	}
}

// A caller that is alone takes all places; while another one asks now and then, that one gets a
// place at once.
func TestSemaphore_ReserveWhileOthersAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fair.New(fair.Options{Places: 8, Reserve: 1, ReserveFor: 10 * time.Second})
		takeAll := func() (taken int) {
			for s.TryAcquire("greedy", nil) {
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
			if taken := takeAll(); taken != 7 || !s.TryAcquire("polite", nil) {
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
	if !s.TryAcquire("a", nil) || s.TryAcquire("a", nil) {
		t.Fatal("one place is active")
	}
	s.Suspend()
	if !s.TryAcquire("a", nil) {
		t.Fatal("the suspended place counts as active")
	}
	s.Resume()
	if s.TryAcquire("a", nil) || s.Stats() != (fair.Stats{Used: 2, Active: 2}) {
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
			if s.Acquire(ctx, caller, nil, time.Millisecond, nil) != nil {
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

// Of one caller, jobs that have begun go first; the others begin in order, and the newest
// first once they have waited too long.
func TestSemaphore_Jobs(t *testing.T) {
	for name, c := range map[string]struct {
		waited time.Duration
		want   []string
	}{
		"in order":     {0, []string{"1", "1", "1 again", "2", "2", "3", "3"}},
		"newest first": {time.Minute, []string{"3", "3", "2", "2", "1", "1", "1 again"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := fair.New(fair.Options{Places: 1, NewestAfter: time.Minute})
				acquire(t, s, "a")
				var got []string
				ask := func(job *fair.Job, name string) {
					go func() {
						if err := s.Acquire(t.Context(), "a", job, time.Hour, nil); err != nil {
							t.Error(err)
						}
						got = append(got, name)
						if name == "1" && len(got) > 1 && got[len(got)-2] == "1" {
							go func() {
								if s.Acquire(t.Context(), "a", job, time.Hour, nil) == nil {
									got = append(got, "1 again")
								}
							}()
						}
					}()
					synctest.Wait()
				}
				for _, name := range []string{"1", "2", "3"} {
					job := &fair.Job{Begin: time.Hour}
					ask(job, name)
					ask(job, name)
				}
				<-time.After(c.waited)
				for range 8 {
					s.Release("a")
					synctest.Wait()
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("the order is %v, want %v", got, c.want)
				}
			})
		})
	}
}

// All requests of a job that cannot begin fail together, and later ones at once; a job that has
// begun waits as long as its requests may.
func TestSemaphore_JobBeginsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fair.New(fair.Options{Places: 2})
		begun := &fair.Job{Begin: time.Second}
		if !s.TryAcquire("a", begun) || !s.TryAcquire("a", nil) {
			t.Fatal("no place")
		}
		start := time.Now()
		ask := func(job *fair.Job, want error, after time.Duration) {
			go func() {
				if err := s.Acquire(t.Context(), "a", job, time.Minute, nil); !errors.Is(err, want) || time.Since(start) != after {
					t.Errorf("%v after %v, want %v after %v", err, time.Since(start), want, after)
				}
			}()
			synctest.Wait()
		}
		late, other := &fair.Job{Begin: time.Second}, &fair.Job{Begin: time.Minute}
		ask(late, fair.ErrBegin, time.Second)
		<-time.After(time.Second / 2)
		ask(late, fair.ErrBegin, time.Second)
		ask(begun, fair.ErrWait, time.Minute+time.Second/2)
		ask(other, fair.ErrBegin, time.Minute+time.Second/2)
		<-time.After(time.Second)
		ask(late, fair.ErrBegin, time.Second*3/2)
		<-time.After(2 * time.Minute)
		if got := s.Stats(); got.Waiting != 0 || got.Used != 2 {
			t.Errorf("left over: %+v", got)
		}
	})
}

// Of too many jobs that wait for their first place, the oldest of the caller with the most of
// them fails with all its requests; a caller for whom there is no room fails itself. None of them
// fails before it has waited for the delay.
func TestSemaphore_TooManyJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fair.New(fair.Options{Places: 1, MaxJobs: 3, LossDelay: time.Second})
		acquire(t, s, "a")
		var mu sync.Mutex
		results := map[string]error{}
		ask := func(caller, name string, job *fair.Job) {
			go func() {
				err := s.Acquire(t.Context(), caller, job, time.Hour, nil)
				mu.Lock()
				defer mu.Unlock()
				results[name] = err
			}()
			synctest.Wait()
		}
		job := func() *fair.Job { return &fair.Job{Begin: time.Hour} }
		want := func(failed ...string) {
			t.Helper()
			<-time.After(time.Second)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			for name, err := range results {
				if !errors.Is(err, fair.ErrBegin) || !slices.Contains(failed, name) {
					t.Errorf("%s: %v, of those that should fail: %v", name, err, failed)
				}
			}
			if len(results) != len(failed) {
				t.Errorf("%d requests have ended, want %v", len(results), failed)
			}
		}
		oldest := job()
		ask("a", "a1", oldest)
		ask("a", "a1 again", oldest)
		ask("a", "a2", job())
		ask("a", "a3", job())
		ask("a", "a4", job())
		mu.Lock()
		if len(results) != 0 {
			t.Errorf("failed at once: %v", results)
		}
		mu.Unlock()
		want("a1", "a1 again")
		ask("a", "a1 later", oldest)
		want("a1", "a1 again", "a1 later")
		ask("b", "b1", job())
		want("a1", "a1 again", "a1 later", "a2")
		ask("b", "b2", job()) // with it, b has as many as a
		want("a1", "a1 again", "a1 later", "a2", "b1")
		ask("c", "c1", job())
		want("a1", "a1 again", "a1 later", "a2", "b1", "a3")
		ask("d", "d1", job())
		want("a1", "a1 again", "a1 later", "a2", "b1", "a3", "d1")
		ask("d", "d without a job", nil)
		if got := s.Stats().Waiting; got != 4 {
			t.Errorf("%d requests wait, want 4: a4, b2, c1, and the one without a job", got)
		}
	})
}
