package upstream

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/accountgraph/accountgraph/providers"
)

// Limits of the retries of one call.
const (
	// maxRetries is the default of Config.Retries.
	maxRetries = 2
	// flappingRetries are allowed besides while the vendor responds to other calls: it has
	// done so within flappingWindow. Half of all attempts may fail then, and 98 % of the
	// calls succeed.
	flappingRetries = 3
	flappingWindow  = 2 * time.Second
	// maxTruncatedRetries limits retries after a truncated body.
	maxTruncatedRetries = 1
	// The delay before a retry is random between minDelay and maxDelay.
	minDelay = 50 * time.Millisecond
	maxDelay = 500 * time.Millisecond
	// maxHonoredRetryAfter is the longest Retry-After that is waited for.
	maxHonoredRetryAfter = 60 * time.Second
)

// retry makes round trips until one succeeds, fails permanently, or no retry is
// left. It returns the last result. A probe has no retries.
func (c *Client) retry(ctx context.Context, call *call) result {
	truncated, span := 0, trace.SpanFromContext(ctx)
	for retries := 0; ; retries++ {
		res := c.roundTrip(ctx, call)
		recordAttempt(span, retries+1, res)
		if res.truncated {
			truncated++
		}
		if call.probe || !retryable(res) || retries >= c.maxRetries() || truncated > maxTruncatedRetries {
			return res
		}
		delay := minDelay + time.Duration(c.config.Rand()*float64(maxDelay-minDelay))
		if res.hasRetryAfter {
			delay = max(delay, res.err.RetryAfter)
		}
		if delay > maxHonoredRetryAfter || !delayFits(ctx, call.callerDeadline, delay) || !c.retryBudget.withdraw() {
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

// maxRetries is the number of retries that a call may make now.
func (c *Client) maxRetries() int {
	if c.config.Retries > 0 && c.breaker.answeredSince(time.Now().Add(-flappingWindow)) {
		return c.config.Retries + flappingRetries
	}
	return c.config.Retries
}

// retryable reports whether a failure is transient. All requests are GETs, which
// are safe to retry. A 429 is retried only if it has a Retry-After.
func retryable(res result) bool {
	switch res.kind() {
	case providers.Unavailable, providers.Timeout:
		return true
	case providers.RateLimited:
		return res.hasRetryAfter
	}
	return res.truncated
}

// delayFits reports whether a delay ends before the call's own deadline and before
// callerDeadline, if there is one.
func delayFits(ctx context.Context, callerDeadline time.Time, delay time.Duration) bool {
	end := time.Now().Add(delay)
	deadline, _ := ctx.Deadline()
	return ctx.Err() == nil && end.Before(deadline) && (callerDeadline.IsZero() || end.Before(callerDeadline))
}
