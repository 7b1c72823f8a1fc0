package upstream

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// How a call is repeated.
const (
	maxRepetitions = 2
	// A body that was cut short is asked for once more.
	maxCutRepetitions = 1
	minPause          = 50 * time.Millisecond
	maxPause          = 500 * time.Millisecond
	// A vendor may name a pause in Retry-After. It is kept up to maxKeptPause, and
	// told to clients up to maxToldPause.
	maxKeptPause = 60 * time.Second
	maxToldPause = time.Hour
)

// repeat makes attempts until one goes well, cannot be mended by another, or no
// repetition is left. It returns the last outcome.
func (c *Client) repeat(ctx context.Context, bare *http.Request, patience time.Time) outcome {
	cuts := 0
	for repetitions := 0; ; repetitions++ {
		out := c.attempt(ctx, bare)
		if out.cut {
			cuts++
		}
		if !repeatable(out) || repetitions == maxRepetitions || cuts > maxCutRepetitions {
			return out
		}
		pause := minPause + time.Duration(c.config.Rand()*float64(maxPause-minPause))
		if out.waits {
			pause = max(pause, out.err.RetryAfter)
		}
		if pause > maxKeptPause || !fits(ctx, patience, pause) || !c.allowance.spend() {
			return out
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return out
		}
	}
}

// repeatable reports whether the same request may well succeed a moment later.
// All requests are GETs. A 429 that names no time is not answered by more calls.
func repeatable(out outcome) bool {
	switch out.kind() {
	case providers.Unavailable, providers.Timeout:
		return true
	case providers.RateLimited:
		return out.waits
	}
	return out.cut
}

// fits reports whether a pause ends before the call does, and before the most
// patient of those who wait gives up.
func fits(ctx context.Context, patience time.Time, pause time.Duration) bool {
	end := time.Now().Add(pause)
	deadline, _ := ctx.Deadline()
	return ctx.Err() == nil && end.Before(deadline) && (patience.IsZero() || end.Before(patience))
}

// The allowance of repetitions, in tenths of one.
const (
	allowanceFull = 50
	repetition    = 10
)

// allowance bounds repetitions: ten answered calls earn one, and at most five are
// saved up. A vendor that answers nothing thus gets five repetitions in all, one
// that stumbles now and then gets every call repeated.
type allowance struct {
	mu     sync.Mutex
	tenths int
}

func (a *allowance) earn() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tenths = min(a.tenths+1, allowanceFull)
}

func (a *allowance) spend() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tenths < repetition {
		return false
	}
	a.tenths -= repetition
	return true
}

// retryAfter reads the header of that name: whole seconds, or a date, which is
// held against the vendor's own clock where it tells it. A time in the past is
// no pause; what is neither is as if it were not there.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds > int64(maxToldPause/time.Second) {
			return maxToldPause, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if there, err := http.ParseTime(h.Get("Date")); err == nil {
		now = there
	}
	return min(max(0, at.Sub(now)), maxToldPause), true
}
