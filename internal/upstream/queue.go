package upstream

import (
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/internal/fair"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/providers"
)

// How long calls wait for a bulkhead permit. If more operations come than the vendor can serve,
// some must fail: those that have not begun, after a part of their time, so that those that
// have begun are finished.
const (
	// jitter is the part of Config.PlaceWait that is random: operations that came together
	// do not fail together.
	jitter = 0.25
	// newestAfter is the part of Config.PlaceWait after which the vendor counts as
	// overloaded. Then the newest operation begins first, since it has the most time left.
	newestAfter = 0.25
	// lossDelay is the part of Config.PlaceWait before which an operation does not fail because
	// more than Config.MaxWaiting wait.
	lossDelay = 0.05
	// fastestWindow is how long the duration of a call counts, at least.
	fastestWindow = 10 * time.Second
	// maxOverloadedRetryAfter bounds the RetryAfter of Overloaded.
	maxOverloadedRetryAfter = time.Minute
)

// newBulkhead returns the places for calls.
func newBulkhead(c Config) *fair.Semaphore {
	return fair.New(fair.Options{
		Places: c.MaxConcurrent, Reserve: c.MaxConcurrent / 8, ReserveFor: reserveFor,
		MaxJobs: c.MaxWaiting, LossDelay: time.Duration(lossDelay * float64(c.PlaceWait)), NewestAfter: time.Duration(newestAfter * float64(c.PlaceWait)),
	})
}

// job returns what an operation with this deadline does at this provider; nil without an
// operation.
func (c *Client) job(o *operation.Operation, deadline time.Time) *fair.Job {
	return o.Jobs.At(c.config.Provider.Name, func() *fair.Job {
		wait := c.config.PlaceWait
		if !deadline.IsZero() {
			wait = min(wait, time.Until(deadline)/2)
		}
		return &fair.Job{Begin: time.Duration((1 - jitter*c.config.Rand()) * float64(wait))}
	})
}

// permitWait is how long a call may wait for a permit: until even the fastest call would not
// end before the deadline.
func (c *Client) permitWait(deadline time.Time) time.Duration {
	if deadline.IsZero() {
		return maxPermitWait
	}
	now := time.Now()
	return min(maxPermitWait, deadline.Sub(now)-c.fastest.get(now))
}

// tooLate is the error of a call that would not end before the deadline of its operation.
func (c *Client) tooLate() *providers.Error {
	e := c.newError(providers.Timeout)
	e.Own = true
	return e
}

// overloaded is the error of a call whose operation could not begin.
func (c *Client) overloaded() *providers.Error {
	e := c.newError(providers.Overloaded)
	e.Own = true
	e.Detail = "too many calls wait for this provider (maxConcurrent); send the request again later"
	rounds := c.bulkhead.Stats().Waiting/c.config.MaxConcurrent + 1
	e.RetryAfter = min(max(time.Second, time.Duration(rounds)*c.fastest.get(time.Now())), maxOverloadedRetryAfter)
	return e
}

// fastest is the shortest duration of the latest successful calls. The zero value is ready.
// Safe for concurrent use.
type fastest struct {
	mu sync.Mutex
	// this and last are those of two windows, 0 without a call.
	this, last time.Duration
	since      time.Time
}

func (f *fastest) record(took time.Duration, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(now)
	if f.this == 0 || took < f.this {
		f.this = took
	}
}

// get returns the duration, 0 if there were no calls lately.
func (f *fastest) get(now time.Time) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(now)
	if f.last == 0 || f.this != 0 && f.this < f.last {
		return f.this
	}
	return f.last
}

// turn begins a new window if this one has ended. The receiver must be locked.
func (f *fastest) turn(now time.Time) {
	switch passed := now.Sub(f.since); {
	case passed < fastestWindow:
	case passed < 2*fastestWindow:
		f.last, f.this, f.since = f.this, 0, now
	default:
		f.last, f.this, f.since = 0, 0, now
	}
}
