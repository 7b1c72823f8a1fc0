package upstream

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/accountgraph/accountgraph/internal/fair"
	"github.com/accountgraph/accountgraph/internal/growstack"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	// maxPermitWait bounds the wait for a bulkhead permit. An operation ends earlier; it
	// is for revalidations in the background.
	maxPermitWait = 30 * time.Second
	// reserveFor is how long an eighth of the places is kept for callers that have none,
	// after two callers have made calls.
	reserveFor = 10 * time.Second
	// slowAfter is the longest time after which a call without a response looks as if it
	// hangs: a quarter of Config.Timeout, but not more than this.
	slowAfter = 5 * time.Second
)

// call is one vendor call on its way through bulkhead, breaker and retry.
type call struct {
	request        Request
	http           *http.Request
	callerDeadline time.Time
	start          time.Time
	probe          bool
	progress       progress
}

// idle returns how long nothing of the response has arrived, or hardly anything.
func (c *call) idle() time.Duration { return c.progress.idle(c.start) }

// execute makes one call: it checks the breaker, acquires a bulkhead permit, sends the
// request with retries, and records the result. ctx ends when no reader waits any more;
// callerDeadline is as for fetch.
//
// An operation waits for its first permit for a limited time, and fails with Overloaded
// then; once it has begun, its deadline bounds the wait, so that an operation that needs 20
// calls of a slow vendor does not fail because of the calls before. If the circuit opens while the
// call waits for a permit or, since the vendor hangs, for its response, execute returns
// at once. A call without a response goes on then: its response would close the circuit.
func (c *Client) execute(ctx context.Context, r Request, req *http.Request, callerDeadline time.Time) result {
	call := &call{request: r, http: req, callerDeadline: callerDeadline, start: time.Now()}
	caller := operation.From(ctx).CallerID
	closed, opened := c.breaker.state()
	if !closed {
		return c.executeProbe(ctx, call, caller)
	}
	if err := c.acquirePermit(ctx, call, caller, opened); err != nil {
		return result{err: err}
	}
	if closed, opened = c.breaker.state(); !closed {
		c.bulkhead.Release(caller)
		return result{err: c.circuitOpen()}
	}
	return c.await(call, opened, c.start(ctx, call, caller))
}

// executeProbe sends the probe that closes the circuit or keeps it open, if one is due
// and a permit is free. The probe is completed even if its readers leave. They do not wait
// for a vendor that hangs.
func (c *Client) executeProbe(ctx context.Context, call *call, caller string) result {
	if !c.bulkhead.TryAcquire(caller, nil) {
		return result{err: c.circuitOpen()}
	}
	probe, hanging := c.breaker.beginProbe()
	if !probe {
		c.bulkhead.Release(caller)
		return result{err: c.circuitOpen()}
	}
	call.probe = true
	flight := c.start(context.WithoutCancel(ctx), call, caller)
	if hanging {
		go c.awaitRefusal(flight)
		return result{sent: true, err: c.circuitOpen()}
	}
	expired := time.NewTimer(c.slowAfter())
	defer expired.Stop()
	select {
	case res := <-flight.done:
		return res
	case <-ctx.Done():
		go c.awaitRefusal(flight)
		return result{sent: true, err: c.newError(kindOfContext(context.Cause(ctx)))}
	case <-expired.C:
		go c.awaitRefusal(flight)
		return result{sent: true, err: c.circuitOpen()}
	}
}

// acquirePermit waits for a bulkhead permit until ctx ends or the circuit opens, and as long as
// queue.go allows. A call that waits in vain while the vendor does not respond counts as a
// failure.
func (c *Client) acquirePermit(ctx context.Context, call *call, caller string, opened <-chan struct{}) *providers.Error {
	wait := c.permitWait(call.callerDeadline)
	if wait <= 0 {
		return c.tooLate()
	}
	job := c.job(operation.From(ctx), call.callerDeadline)
	if c.bulkhead.TryAcquire(caller, job) {
		return nil
	}
	since := call.start // start sets it again, and the timer may fire then
	slow := time.AfterFunc(c.slowAfter(), func() { c.breaker.suspect(since) })
	defer slow.Stop()
	err := c.bulkhead.Acquire(ctx, caller, job, wait, opened)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fair.ErrStopped):
		return c.circuitOpen()
	}
	inVain := time.Since(call.start) >= c.slowAfter() && !c.breaker.answeredSince(call.start)
	kind := providers.Timeout
	switch {
	case ctx.Err() != nil:
		kind = kindOfContext(context.Cause(ctx))
	case errors.Is(err, fair.ErrBegin) && !inVain:
		return c.overloaded()
	case !inVain:
		return c.tooLate()
	}
	if kind == providers.Timeout && inVain {
		c.breaker.record(hung, call.start, false)
		c.health.record(false)
	}
	return c.newError(kind)
}

// await returns the result of a call in flight, or CircuitOpen once the circuit opens
// because the vendor hangs.
func (c *Client) await(call *call, opened <-chan struct{}, f flight) result {
	slow := time.NewTimer(c.slowAfter())
	defer slow.Stop()
	for closed := true; closed; {
		select {
		case res := <-f.done:
			return res
		case <-slow.C:
			if left := c.slowAfter() - call.idle(); left > 0 {
				slow.Reset(left)
				continue
			}
			c.breaker.suspect(call.start)
		case <-opened:
			closed = false
		}
	}
	if c.breaker.isHanging() && f.detach() {
		go c.awaitRefusal(f)
		return result{sent: true, err: c.circuitOpen()}
	}
	return <-f.done
}

// awaitRefusal waits for a call that no reader waits for. If the vendor refuses the credential,
// or what may be cached, everything that was read with it is invalidated.
func (c *Client) awaitRefusal(f flight) {
	switch res := <-f.done; res.kind() {
	case providers.Unauthenticated, providers.Forbidden:
		c.scope().Drop(context.Background())
	}
}

// flight is a call in flight.
type flight struct {
	done <-chan result
	// detach lets the call go on after its context has ended. It reports false if the
	// context has ended already.
	detach func() bool
}

// start sends the call in a new goroutine, which releases the permit when the call has
// ended. ctx ends the call.
func (c *Client) start(ctx context.Context, call *call, caller string) flight {
	done := make(chan result, 1)
	call.start = time.Now()
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.Timeout)
	own, abandon := context.WithCancelCause(own)
	detach := context.AfterFunc(ctx, func() { abandon(context.Cause(ctx)) })
	go func() {
		growstack.To8KB()
		defer cancel()
		defer abandon(nil)
		defer detach()
		res := result{sent: true, err: c.newError(providers.Unavailable)}
		// A transport or a credential that panics fails its own call only.
		if got, err := catchPanic(func() (result, error) { return c.retry(own, call), nil }); err == nil {
			res = got
		}
		c.recordResult(own, call, res, time.Since(call.start))
		c.bulkhead.Release(caller)
		done <- res
	}()
	return flight{done, detach}
}

// circuitOpen is the error of a call that the breaker prevents or abandons.
func (c *Client) circuitOpen() *providers.Error {
	e := c.newError(providers.CircuitOpen)
	e.RetryAfter = c.breaker.retryAfter()
	return e
}

// slowAfter is how long a call may take before it looks as if it hangs.
func (c *Client) slowAfter() time.Duration { return min(c.config.Timeout/4, slowAfter) }

// recordResult updates breaker, retry budget and health, and calls the observer.
func (c *Client) recordResult(ctx context.Context, call *call, res result, elapsed time.Duration) {
	kind := res.kind()
	if kind == providers.Timeout && elapsed < c.slowAfter() && abandoned(ctx) {
		// The operation gave the vendor too little time to call this an outage.
		kind = providers.Canceled
	}
	o := outcomeOf(kind, res)
	c.breaker.record(o, call.start, call.probe)
	switch o {
	case failed, hung:
		c.health.record(false)
	case answered:
		if res.err == nil {
			c.fastest.record(elapsed, time.Now())
		}
		c.recordHealth(call.request, res)
		if kind != providers.RateLimited && !res.truncated {
			c.retryBudget.deposit()
		}
	}
	_, _ = catchPanic(func() (any, error) {
		c.config.Observe(operation.Call{
			Provider: c.config.Provider.Name, Method: http.MethodGet, Path: call.request.Path, Source: Vendor,
			Status: res.status, Kind: kind, Reason: res.reason(), Elapsed: elapsed,
		})
		return nil, nil
	})
}

// outcomeOf classifies a call for the breaker. A call that was canceled or not sent says
// nothing about the vendor.
func outcomeOf(kind providers.Kind, res result) outcome {
	switch {
	case kind == providers.Canceled || kind == providers.Overloaded:
		return unknown
	case kind == providers.Timeout && (res.status == 0 || res.stalled):
		return hung
	case kind == providers.Timeout || kind == providers.Unavailable:
		return failed
	}
	return answered
}

// abandoned reports whether a call ended because its readers left, and not because
// of Config.Timeout.
func abandoned(ctx context.Context) bool {
	return errors.Is(ctx.Err(), context.Canceled)
}
