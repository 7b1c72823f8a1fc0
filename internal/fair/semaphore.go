// Package fair hands out a limited number of places to callers in turn (round robin),
// so that a caller with many requests does not delay a caller with few.
//
// A caller is a string; the package does not know what it names.
package fair

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// The errors of Acquire, besides ctx.Err().
var (
	// ErrFull: too many requests wait already, and this caller has its share of them.
	ErrFull = errors.New("fair: the queue is full")
	// ErrWait: no place became free within the maximum wait.
	ErrWait = errors.New("fair: no place became free in time")
	// ErrStopped: the stop channel was closed.
	ErrStopped = errors.New("fair: stopped")
)

// Options configure a Semaphore.
type Options struct {
	// Places is the number of places.
	Places int
	// Active bounds the places that are not suspended; 0 means no bound. Resume exceeds
	// it, so that work that has begun does not wait.
	Active int
	// Reserve places are left for callers that hold fewer than Reserve.
	Reserve int
	// ReserveFor, if not 0, is how long Reserve applies after two callers have asked for
	// places: a caller that is alone gets all of them.
	ReserveFor time.Duration
	// MaxWaiting bounds the requests that wait; 0 means no bound.
	MaxWaiting int
}

// Semaphore is a counting semaphore. Callers that wait get the free places in turn, and
// each caller's requests get them in order. It is safe for concurrent use.
type Semaphore struct {
	options Options

	mu           sync.Mutex
	used, active int
	held         map[string]int // places by caller
	waiting      int
	lines        map[string]*line
	turns        *list.List // of *line: the next turn is in front
	// latest is the caller that asked last; alternated is when another one had asked before
	// it.
	latest     string
	alternated time.Time
}

// line is what one caller waits for: at least one request.
type line struct {
	caller   string
	turn     *list.Element
	requests *list.List // of *request
}

type request struct {
	line *line
	// result gets nil for a place, or ErrFull.
	result chan error
}

// New returns a semaphore whose places are free.
func New(o Options) *Semaphore {
	return &Semaphore{options: o, held: map[string]int{}, lines: map[string]*line{}, turns: list.New()}
}

// Acquire takes a place for a caller. It waits until one is free, at most for wait, and
// until ctx ends or stop is closed. A nil stop is never closed.
//
// If the queue is full, the caller with the most waiting requests loses the newest of
// them to a caller with fewer.
func (s *Semaphore) Acquire(ctx context.Context, caller string, wait time.Duration, stop <-chan struct{}) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r, err := s.enter(caller)
	if r == nil || err != nil {
		return err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case err = <-r.result:
		return err
	case <-ctx.Done():
		err = ctx.Err()
	case <-stop:
		err = ErrStopped
	case <-timer.C:
		err = ErrWait
	}
	s.leave(r)
	return err
}

// TryAcquire takes a place if one is free and no request waits.
func (s *Semaphore) TryAcquire(caller string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(caller)
	if s.waiting > 0 || !s.free(caller) {
		return false
	}
	s.take(caller)
	return true
}

// Release returns a place of a caller.
func (s *Semaphore) Release(caller string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used--
	s.active--
	if s.held[caller]--; s.held[caller] == 0 {
		delete(s.held, caller)
	}
	s.handOut()
}

// Suspend stops counting one place as active, until Resume.
func (s *Semaphore) Suspend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active--
	s.handOut()
}

// Resume counts a suspended place as active again. It does not wait.
func (s *Semaphore) Resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active++
}

// Full reports whether a request of this caller would be refused now.
func (s *Semaphore) Full(caller string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isFull() && s.longest(caller) == nil
}

// Stats are the numbers of a moment.
type Stats struct{ Used, Active, Waiting int }

// Stats returns the current numbers.
func (s *Semaphore) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{s.used, s.active, s.waiting}
}

// enter takes a place, or queues a request.
func (s *Semaphore) enter(caller string) (*request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(caller)
	if s.waiting == 0 && s.free(caller) {
		s.take(caller)
		return nil, nil
	}
	if s.isFull() {
		longest := s.longest(caller)
		if longest == nil {
			return nil, ErrFull
		}
		newest := longest.requests.Back()
		newest.Value.(*request).result <- ErrFull
		s.remove(longest, newest)
	}
	l := s.lines[caller]
	if l == nil {
		l = &line{caller: caller, requests: list.New()}
		l.turn = s.turns.PushBack(l)
		s.lines[caller] = l
	}
	r := &request{line: l, result: make(chan error, 1)}
	l.requests.PushBack(r)
	s.waiting++
	// A place can be free if those who wait may not take it.
	s.handOut()
	return r, nil
}

// leave withdraws a request. A place that it has got meanwhile is returned.
func (s *Semaphore) leave(r *request) {
	s.mu.Lock()
	select {
	case err := <-r.result:
		s.mu.Unlock()
		if err == nil {
			s.Release(r.line.caller)
		}
		return
	default:
	}
	defer s.mu.Unlock()
	for e := r.line.requests.Front(); e != nil; e = e.Next() {
		if e.Value == r {
			s.remove(r.line, e)
			return
		}
	}
}

// free reports whether a caller may take a place. The semaphore must be locked.
func (s *Semaphore) free(caller string) bool {
	o := s.options
	if s.used >= o.Places || o.Active > 0 && s.active >= o.Active {
		return false
	}
	if s.used < o.Places-o.Reserve || s.held[caller] < o.Reserve {
		return true
	}
	return o.ReserveFor > 0 && time.Since(s.alternated) >= o.ReserveFor
}

// note records the caller of a request for a place. The semaphore must be locked.
func (s *Semaphore) note(caller string) {
	if s.latest != caller && s.latest != "" {
		s.alternated = time.Now()
	}
	s.latest = caller
}

func (s *Semaphore) take(caller string) {
	s.used++
	s.active++
	s.held[caller]++
}

// handOut gives the free places to the lines in turn. The semaphore must be locked.
func (s *Semaphore) handOut() {
	for e := s.turns.Front(); e != nil; {
		l := e.Value.(*line)
		if !s.free(l.caller) {
			if s.options.Reserve == 0 {
				return
			}
			e = e.Next()
			continue
		}
		s.take(l.caller)
		first := l.requests.Front()
		first.Value.(*request).result <- nil
		s.turns.MoveToBack(l.turn)
		s.remove(l, first)
		e = s.turns.Front()
	}
}

// remove takes a request out of its line, and an empty line out of the turns. The
// semaphore must be locked.
func (s *Semaphore) remove(l *line, e *list.Element) {
	l.requests.Remove(e)
	s.waiting--
	if l.requests.Len() == 0 {
		s.turns.Remove(l.turn)
		delete(s.lines, l.caller)
	}
}

func (s *Semaphore) isFull() bool {
	return s.options.MaxWaiting > 0 && s.waiting >= s.options.MaxWaiting
}

// longest returns the longest line, if it is longer than that of a caller would be with
// one more request; else nil. The semaphore must be locked.
func (s *Semaphore) longest(caller string) (longest *line) {
	most := 1
	if own := s.lines[caller]; own != nil {
		most += own.requests.Len()
	}
	for _, l := range s.lines {
		if n := l.requests.Len(); n > most {
			longest, most = l, n
		}
	}
	return longest
}
