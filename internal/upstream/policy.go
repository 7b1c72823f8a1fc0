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
	breakerPause  = 5 * time.Second
)

func newBreaker() circuitbreaker.CircuitBreaker[any] {
	return circuitbreaker.NewBuilder[any]().
		WithFailureRateThreshold(breakerRate, breakerCalls, breakerWindow).
		WithDelay(breakerPause).
		WithSuccessThreshold(1).
		Build()
}

// call makes one call: it waits for a place, asks the circuit breaker, tries, and
// accounts for the outcome. ctx ends when nobody waits any more, and patience is
// when whoever began it will give up; zero for never.
//
// The wait for a place is bounded by ctx alone: an operation that needs 20 calls
// of a slow vendor must not fail for its own other calls.
func (c *Client) call(ctx context.Context, path string, bare *http.Request, patience time.Time) (out outcome) {
	if err := c.bulkhead.AcquirePermit(ctx); err != nil {
		return outcome{err: c.failure(kindOfEnd(context.Cause(ctx)))}
	}
	defer c.bulkhead.ReleasePermit()
	if !c.breaker.TryAcquirePermit() {
		e := c.failure(providers.CircuitOpen)
		e.RetryAfter = c.breaker.RemainingDelay()
		return outcome{err: e}
	}
	if c.breaker.IsHalfOpen() {
		// This call decides about the vendor for everybody: it goes on without
		// those who wait, too.
		ctx = context.WithoutCancel(ctx)
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	out = outcome{asked: true, err: c.failure(providers.Unavailable)}
	defer func() {
		// A transport, a credential or an observer that panics costs its own call only.
		_ = recover()
		c.settle(ctx, path, out, time.Since(began))
	}()
	out = c.repeat(ctx, bare, patience)
	return out
}

// settle tells breaker, allowance, status and observer how a call ended.
func (c *Client) settle(ctx context.Context, path string, out outcome, elapsed time.Duration) {
	kind := out.kind()
	if kind == providers.Timeout && elapsed < c.config.Timeout/4 && givenUp(ctx) {
		// The operation had less time than a vendor may well need.
		kind = providers.Canceled
	}
	switch kind {
	case providers.Canceled:
		// Says nothing about the vendor.
	case providers.Unavailable, providers.Timeout:
		c.breaker.RecordFailure()
		c.record.add(false)
	default:
		c.breaker.RecordSuccess()
		c.record.add(answered(out) || c.lent && ofCredential(out))
		if kind != providers.RateLimited {
			c.allowance.earn()
		}
	}
	_, _ = guarded(func() (any, error) {
		c.config.Observe(Call{
			Provider: c.config.Provider.Name, Method: http.MethodGet, Path: path, Source: Vendor,
			Status: out.status, Kind: kind, Elapsed: elapsed,
		})
		return nil, nil
	})
}

// givenUp reports whether those who waited left because of their own deadlines.
func givenUp(ctx context.Context) bool {
	return errors.Is(ctx.Err(), context.Canceled)
}
