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
	// ErrBegin: the job got no place within Job.Begin, or made room for a newer one.
	ErrBegin = errors.New("fair: the job could not begin in time")
	// ErrStopped: the stop channel was closed.
	ErrStopped = errors.New("fair: stopped")

	// errLost is the result of a request whose job makes room for another one.
	errLost = errors.New("fair: the job makes room")
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
	// ShortQueue is the number of waiting requests up to which a request waits ten times as
	// long as it says: those before it will have a place soon. So does, in a longer queue, the
	// only request of a caller without a place. 0 means never.
	ShortQueue int
	// MaxJobs bounds the jobs that wait for their first place; 0 means no bound. For one more,
	// the caller with the most of them loses the oldest, which has the least time left. Its
	// requests fail after LossDelay at the earliest: clients that repeat at once what has failed
	// would otherwise do nothing else.
	MaxJobs   int
	LossDelay time.Duration
	// NewestAfter is how long a caller's first job may have waited for the others to begin
	// in order. After that, the newest job begins first: those that have waited longest are
	// the ones that will not be finished in time. 0 means always in order.
	NewestAfter time.Duration
}

// shortQueueWaits is how many times its wait a request waits in a short queue.
const shortQueueWaits = 10

// Semaphore is a counting semaphore. Callers that wait get the free places in turn. Of one
// caller's requests, those without a job and those of jobs that have begun come first, in
// order. It is safe for concurrent use.
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

// New returns a semaphore whose places are free.
func New(o Options) *Semaphore {
	return &Semaphore{options: o, held: map[string]int{}, lines: map[string]*line{}, turns: list.New()}
}

// Acquire takes a place for a caller. It waits until one is free, at most for wait or, in a
// short queue, ten times that, and until ctx ends or stop is closed. A nil stop is never closed. The place is for a job of
// the caller, if job is not nil.
//
// If the queue is full, the caller with the most waiting requests loses the newest of
// them to a caller with fewer.
func (s *Semaphore) Acquire(ctx context.Context, caller string, job *Job, wait time.Duration, stop <-chan struct{}) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	start := time.Now()
	r, err := s.enter(caller, job, start)
	if errors.Is(err, errLost) {
		return s.lose(ctx, start, stop)
	}
	if r == nil || err != nil {
		return err
	}
	timer := time.NewTimer(s.timeLeft(r, start, wait))
	defer timer.Stop()
	for {
		select {
		case err = <-r.result:
			if errors.Is(err, errLost) {
				return s.lose(ctx, start, stop)
			}
			return err
		case <-ctx.Done():
			err = ctx.Err()
		case <-stop:
			err = ErrStopped
		case <-timer.C:
			left := s.timeLeft(r, start, wait)
			if left > 0 {
				timer.Reset(left)
				continue
			}
			err = ErrWait
		}
		return s.leave(r, err)
	}
}

// lose returns ErrBegin for a request of a job that has lost its turn, LossDelay after it came.
func (s *Semaphore) lose(ctx context.Context, start time.Time, stop <-chan struct{}) error {
	timer := time.NewTimer(time.Until(start.Add(s.options.LossDelay)))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-stop:
	}
	return ErrBegin
}

// TryAcquire takes a place if one is free and no request waits. The place is for a job as
// with Acquire.
func (s *Semaphore) TryAcquire(caller string, job *Job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(caller)
	if s.waiting > 0 || !s.free(caller) {
		return false
	}
	s.take(caller)
	job.begin()
	return true
}

// Release returns a place of a caller.
func (s *Semaphore) Release(caller string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(caller)
}

func (s *Semaphore) release(caller string) {
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
func (s *Semaphore) enter(caller string, job *Job, now time.Time) (*request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(caller)
	if s.waiting == 0 && s.free(caller) {
		s.take(caller)
		job.begin()
		return nil, nil
	}
	if job.isLate(now) {
		return nil, ErrBegin
	}
	if job.isNew() && !job.waits() && !s.makeRoomForJob(caller, now) {
		job.fail(now)
		return nil, errLost
	}
	if s.isFull() {
		longest := s.longest(caller)
		if longest == nil {
			return nil, ErrFull
		}
		newest := longest.newest()
		newest.result <- ErrFull
		s.remove(newest)
	}
	l := s.lines[caller]
	if l == nil {
		l = newLine(caller)
		l.turn = s.turns.PushBack(l)
		s.lines[caller] = l
	}
	r := l.add(job, now)
	s.waiting++
	// A place can be free if those who wait may not take it.
	s.handOut()
	return r, nil
}

// timeLeft is how much longer a request that has begun to wait at start may wait. In a short
// queue it is the time until the queue's length matters again.
func (s *Semaphore) timeLeft(r *request, start time.Time, wait time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	waits := 1
	if s.waitsLonger(r) && wait > 0 {
		waits = min(1+int(time.Since(start)/wait), shortQueueWaits)
	}
	end := start.Add(time.Duration(waits) * wait)
	if r.job.isNew() && r.job.until.Before(end) {
		end = r.job.until
	}
	return time.Until(end)
}

// waitsLonger reports whether a request may wait longer than it says. The semaphore must be locked.
func (s *Semaphore) waitsLonger(r *request) bool {
	short := s.options.ShortQueue
	return s.waiting <= short || short > 0 && r.line.waiting == 1 && s.held[r.line.caller] == 0
}

// leave withdraws a request because of err, and returns why it got no place. A place that it
// has got meanwhile is returned, unless it came just in time.
func (s *Semaphore) leave(r *request, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case result := <-r.result:
		if errors.Is(result, errLost) {
			return ErrBegin
		}
		if result != nil || errors.Is(err, ErrWait) {
			return result
		}
		s.release(r.line.caller)
	default:
		if errors.Is(err, ErrWait) && r.job.isLate(time.Now()) {
			err = ErrBegin
		}
		s.remove(r)
	}
	return err
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
		first := l.next(time.Now(), s.options.NewestAfter)
		first.result <- nil
		s.turns.MoveToBack(l.turn)
		s.remove(first)
		e = s.turns.Front()
	}
}

// remove takes a request out of its line, and an empty line out of the turns. The
// semaphore must be locked.
func (s *Semaphore) remove(r *request) {
	l := r.line
	l.remove(r)
	s.waiting--
	if l.waiting == 0 {
		s.turns.Remove(l.turn)
		delete(s.lines, l.caller)
	}
}

// makeRoomForJob reports whether one more job of a caller may wait for its first place, after
// it has withdrawn an older one if need be. The semaphore must be locked.
func (s *Semaphore) makeRoomForJob(caller string, now time.Time) bool {
	if s.options.MaxJobs == 0 {
		return true
	}
	jobs, most, longest := 0, 1, s.lines[caller]
	if longest != nil {
		most += longest.jobs.Len()
	}
	for _, l := range s.lines {
		jobs += l.jobs.Len()
		if l.jobs.Len() > most {
			longest, most = l, l.jobs.Len()
		}
	}
	switch {
	case jobs < s.options.MaxJobs:
		return true
	case longest == nil || longest.jobs.Len() == 0:
		return false
	}
	oldest := longest.jobs.Front().Value.(*Job)
	for oldest.waits() {
		r := oldest.requests.Front().Value.(*request)
		r.result <- errLost
		s.remove(r)
	}
	oldest.fail(now)
	return true
}

func (s *Semaphore) isFull() bool {
	return s.options.MaxWaiting > 0 && s.waiting >= s.options.MaxWaiting
}

// longest returns the longest line, if it is longer than that of a caller would be with
// one more request; else nil. The semaphore must be locked.
func (s *Semaphore) longest(caller string) (longest *line) {
	most := 1
	if own := s.lines[caller]; own != nil {
		most += own.waiting
	}
	for _, l := range s.lines {
		if l.waiting > most {
			longest, most = l, l.waiting
		}
	}
	return longest
}
