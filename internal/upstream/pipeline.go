package upstream

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/providers"
)

// fetch makes one vendor call through the steps behind the cache and returns the
// body. callerDeadline is the deadline of the operation that started the call; zero
// means none.
func (c *Client) fetch(ctx context.Context, r Request, callerDeadline time.Time) ([]byte, *providers.Error) {
	request, err := c.newRequest(r)
	if err != nil {
		return nil, err
	}
	op, start := operation.From(ctx), time.Now()
	if !op.Budget.Take() {
		return nil, c.newError(providers.BudgetExceeded)
	}
	call := operation.Call{Provider: c.config.Provider.Name, Method: http.MethodGet, Path: r.Path, Source: Vendor}
	row := op.Trace.Begin(call)
	res := c.execute(ctx, r, request, callerDeadline)
	if !res.sent {
		op.Budget.Refund()
	}
	call.Status, call.Kind, call.Elapsed = res.status, res.kind(), time.Since(start)
	op.Trace.End(row, call)
	return res.body, res.err
}

// recordCacheHit adds a read that needed no call of this operation to its trace.
func (c *Client) recordCacheHit(ctx context.Context, path string, source Source, start time.Time) {
	if source == Vendor || source == "" {
		return
	}
	operation.From(ctx).Trace.Add(operation.Call{
		Provider: c.config.Provider.Name, Method: http.MethodGet, Path: path, Source: source,
		Status: http.StatusOK, Elapsed: time.Since(start),
	})
}

// execute makes one call: it acquires a bulkhead permit, checks the breaker, sends
// the request with retries, and records the result. ctx ends when no reader waits
// any more; callerDeadline is as for fetch.
//
// Only ctx bounds the wait for a permit: an operation that needs 20 calls of a slow
// vendor must not fail because of its own other calls.
func (c *Client) execute(ctx context.Context, r Request, req *http.Request, callerDeadline time.Time) (res result) {
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
		// This call is the probe that closes or reopens the circuit: finish it even
		// if its readers leave.
		ctx = context.WithoutCancel(ctx)
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	res = result{sent: true, err: c.newError(providers.Unavailable)}
	defer func() { c.recordResult(ctx, r, res, time.Since(start)) }()
	// A transport or a credential that panics fails its own call only.
	if got, err := catchPanic(func() (result, error) { return c.retry(ctx, req, callerDeadline), nil }); err == nil {
		res = got
	}
	return res
}

// recordResult updates breaker, retry budget and health, and calls the observer.
func (c *Client) recordResult(ctx context.Context, r Request, res result, elapsed time.Duration) {
	kind := res.kind()
	if kind == providers.Timeout && elapsed < c.config.Timeout/4 && abandoned(ctx) {
		// The operation gave the vendor too little time to call this an outage.
		kind = providers.Canceled
	}
	switch kind {
	case providers.Canceled:
		// A canceled call says nothing about the vendor.
	case providers.Overloaded:
		// Neither does a call that was not sent. A probe has to return its permit.
		if c.breaker.IsHalfOpen() {
			c.breaker.RecordFailure()
		}
	case providers.Unavailable, providers.Timeout:
		c.breaker.RecordFailure()
		c.health.record(false)
	default:
		c.breaker.RecordSuccess()
		c.recordHealth(r, res)
		if kind != providers.RateLimited {
			c.retryBudget.deposit()
		}
	}
	_, _ = catchPanic(func() (any, error) {
		c.config.Observe(operation.Call{
			Provider: c.config.Provider.Name, Method: http.MethodGet, Path: r.Path, Source: Vendor,
			Status: res.status, Kind: kind, Elapsed: elapsed,
		})
		return nil, nil
	})
}

// abandoned reports whether a call ended because its readers left, and not because
// of Config.Timeout.
func abandoned(ctx context.Context) bool {
	return errors.Is(ctx.Err(), context.Canceled)
}
