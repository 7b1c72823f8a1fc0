package upstream

import (
	"context"
	"sync"
	"time"
)

// flights are the calls in flight by request, each shared by all who ask for the
// same. The zero value is ready.
type flights struct {
	mu     sync.Mutex
	flying map[string]*flight
}

// flight is one call in flight. It runs detached from whoever began it, and ends
// early when nobody waits for it any more. Its fields but out are guarded by mu
// of flights.
type flight struct {
	of      *flights
	key     string
	cancel  context.CancelCauseFunc
	waiting int
	// patience is the latest deadline among those who ever waited; zero when one
	// of them has none.
	patience time.Time
	// landed is closed when out is there.
	landed chan struct{}
	out    outcome
}

// join finds or begins the flight of a key. Before, it asks admit, under a lock
// that makes the answer and the joining one step; it returns false when admit
// does. Everyone who joins must wait.
func (s *flights) join(
	ctx context.Context, key string, admit func(Source) bool,
	call func(ctx context.Context, patience func() time.Time) outcome,
) (*flight, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	deadline, _ := ctx.Deadline()
	if f := s.flying[key]; f != nil {
		if !admit(Coalesced) {
			return nil, false
		}
		f.waiting++
		if deadline.IsZero() || (!f.patience.IsZero() && deadline.After(f.patience)) {
			f.patience = deadline
		}
		return f, true
	}
	if !admit(Vendor) {
		return nil, false
	}
	// The values stay: whoever began the flight is whose trace it belongs to.
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	f := &flight{of: s, key: key, cancel: cancel, waiting: 1, patience: deadline, landed: make(chan struct{})}
	if s.flying == nil {
		s.flying = map[string]*flight{}
	}
	s.flying[key] = f
	go func() {
		defer f.land()
		f.out = call(ctx, f.limit)
	}()
	return f, true
}

// limit is when the most patient of those who wait will give up; zero for never.
func (f *flight) limit() time.Time {
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	return f.patience
}

func (f *flight) land() {
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	f.leaveMap()
	f.cancel(nil)
	close(f.landed)
}

func (f *flight) leaveMap() {
	if f.of.flying[f.key] == f {
		delete(f.of.flying, f.key)
	}
}

// wait returns how the flight ended, or why ctx did. The last one to go ends the
// flight for the reason why it went.
func (f *flight) wait(ctx context.Context) (outcome, error) {
	select {
	case <-f.landed:
		return f.out, nil
	case <-ctx.Done():
	}
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	select {
	case <-f.landed:
		return f.out, nil
	default:
	}
	if f.waiting--; f.waiting == 0 {
		f.leaveMap()
		f.cancel(ctx.Err())
	}
	return outcome{}, ctx.Err()
}
