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
	maxRetries = 2
	// A body that was cut short is asked for once more.
	maxTruncatedRetries = 1
	minDelay            = 50 * time.Millisecond
	maxDelay            = 500 * time.Millisecond
	// A vendor may name a pause in Retry-After. It is kept up to maxKeptPause, and
	// told to clients up to maxToldPause.
	maxHonoredRetryAfter = 60 * time.Second
	maxRetryAfter        = time.Hour
)

// retry makes attempts until one goes well, cannot be mended by another, or no
// repetition is left. It returns the last outcome.
func (c *Client) retry(ctx context.Context, req *http.Request, callerDeadline time.Time) result {
	truncated := 0
	for retries := 0; ; retries++ {
		res := c.roundTrip(ctx, req)
		if res.truncated {
			truncated++
		}
		if !retryable(res) || retries == maxRetries || truncated > maxTruncatedRetries {
			return res
		}
		delay := minDelay + time.Duration(c.config.Rand()*float64(maxDelay-minDelay))
		if res.hasRetryAfter {
			delay = max(delay, res.err.RetryAfter)
		}
		if delay > maxHonoredRetryAfter || !delayFits(ctx, callerDeadline, delay) || !c.retryBudget.withdraw() {
			return res
		}
		timer := time.NewTimer(delay)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return res
		}
	}
}

// retryable reports whether the same request may well succeed a moment later.
// All requests are GETs. A 429 that names no time is not answered by more calls.
func retryable(res result) bool {
	switch res.kind() {
	case providers.Unavailable, providers.Timeout:
		return true
	case providers.RateLimited:
		return res.hasRetryAfter
	}
	return res.truncated
}

// delayFits reports whether a pause ends before the call does, and before the most
// patient of those who wait gives up.
func delayFits(ctx context.Context, callerDeadline time.Time, delay time.Duration) bool {
	end := time.Now().Add(delay)
	deadline, _ := ctx.Deadline()
	return ctx.Err() == nil && end.Before(deadline) && (callerDeadline.IsZero() || end.Before(callerDeadline))
}

// The allowance of repetitions, in tenths of one.
const (
	retryBudgetMax = 50
	retryCost      = 10
)

// retryBudget bounds repetitions: ten answered calls earn one, and at most five are
// saved up. A vendor that answers nothing thus gets five repetitions in all, one
// that stumbles now and then gets every call repeated.
type retryBudget struct {
	mu     sync.Mutex
	tenths int
}

func (a *retryBudget) deposit() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tenths = min(a.tenths+1, retryBudgetMax)
}

func (a *retryBudget) withdraw() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tenths < retryCost {
		return false
	}
	a.tenths -= retryCost
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
		if err != nil || seconds > int64(maxRetryAfter/time.Second) {
			return maxRetryAfter, true
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
	return min(max(0, at.Sub(now)), maxRetryAfter), true
}
