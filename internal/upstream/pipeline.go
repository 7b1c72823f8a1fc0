package upstream

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/accountgraph/accountgraph/providers"
)

// The circuit breaker opens when half of at least 10 calls within 10 s failed;
// 5 s later one call may try whether the vendor is back.
const (
	breakerRate   = 0.5
	breakerCalls  = 10
	breakerWindow = 10 * time.Second
	breakerDelay  = 5 * time.Second
)

func newBreaker() circuitbreaker.CircuitBreaker[any] {
	return circuitbreaker.NewBuilder[any]().
		WithFailureRateThreshold(breakerRate, breakerCalls, breakerWindow).
		WithDelay(breakerDelay).
		WithSuccessThreshold(1).
		Build()
}

// execute makes one call: it waits for a place, asks the circuit breaker, tries, and
// accounts for the outcome. ctx ends when nobody waits any more, and patience is
// when whoever began it will give up; zero for never.
//
// The wait for a place is bounded by ctx alone: an operation that needs 20 calls
// of a slow vendor must not fail for its own other calls.
func (c *Client) execute(ctx context.Context, path string, req *http.Request, callerDeadline time.Time) (res result) {
	if err := c.bulkhead.AcquirePermit(ctx); err != nil {
		return result{err: c.newError(kindOfContext(context.Cause(ctx)))}
	}
	defer c.bulkhead.ReleasePermit()
	if !c.breaker.TryAcquirePermit() {
		e := c.newError(providers.CircuitOpen)
		e.RetryAfter = c.breaker.RemainingDelay()
		return result{err: e}
	}
	if c.breaker.IsHalfOpen() {
		// This call decides about the vendor for everybody: it goes on without
		// those who wait, too.
		ctx = context.WithoutCancel(ctx)
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	res = result{sent: true, err: c.newError(providers.Unavailable)}
	defer func() {
		// A transport, a credential or an observer that panics costs its own call only.
		_ = recover()
		c.recordResult(ctx, path, res, time.Since(start))
	}()
	res = c.retry(ctx, req, callerDeadline)
	return res
}

// recordResult tells breaker, allowance, status and observer how a call ended.
func (c *Client) recordResult(ctx context.Context, path string, res result, elapsed time.Duration) {
	kind := res.kind()
	if kind == providers.Timeout && elapsed < c.config.Timeout/4 && abandoned(ctx) {
		// The operation had less time than a vendor may well need.
		kind = providers.Canceled
	}
	switch kind {
	case providers.Canceled:
		// Says nothing about the vendor.
	case providers.Unavailable, providers.Timeout:
		c.breaker.RecordFailure()
		c.health.record(false)
	default:
		c.breaker.RecordSuccess()
		c.health.record(vendorSucceeded(res) || c.delegated && isCredentialFailure(res))
		if kind != providers.RateLimited {
			c.retryBudget.deposit()
		}
	}
	_, _ = catchPanic(func() (any, error) {
		c.config.Observe(Call{
			Provider: c.config.Provider.Name, Method: http.MethodGet, Path: path, Source: Vendor,
			Status: res.status, Kind: kind, Elapsed: elapsed,
		})
		return nil, nil
	})
}

// abandoned reports whether those who waited left because of their own deadlines.
func abandoned(ctx context.Context) bool {
	return errors.Is(ctx.Err(), context.Canceled)
}
