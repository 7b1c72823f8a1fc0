package transport

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"sync/atomic"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/ratelimit"
)

// charge is what one request spends of its caller's rate. A nil charge is without a limit.
type charge struct {
	limiter *ratelimit.Limiter
	caller  string
	cost    int
	// state is set when the operation has been charged. Another goroutine executes the
	// operation, and may outlive the request.
	state atomic.Pointer[ratelimit.State]
}

// spend charges the cost before the execution. It returns the response to a caller that has
// not enough left.
func (c *charge) spend(ctx context.Context) *httpError {
	if c == nil {
		return nil
	}
	state, allowed := c.limiter.Charge(ctx, c.caller, c.cost)
	c.state.Store(&state)
	if allowed {
		return nil
	}
	err := reject(http.StatusTooManyRequests, apierror.RateLimited, "the rate limit is exceeded: %d of %d objects per minute are left", state.Remaining, state.Quota)
	err.setRetryAfter(state.RetryAfter)
	return err
}

// settle refunds the part of the cost that was read from the cache. An operation costs at
// least 1.
func (c *charge) settle(ctx context.Context, trace *operation.Trace) {
	if c != nil {
		c.refund(ctx, c.cost-max(1, int(math.Ceil(float64(c.cost)*trace.VendorShare()))))
	}
}

// cancel refunds the whole cost, of an operation that is not executed.
func (c *charge) cancel(ctx context.Context) {
	if c != nil {
		c.refund(ctx, c.cost)
	}
}

func (c *charge) refund(ctx context.Context, cost int) {
	if cost > 0 {
		state := c.limiter.Refund(ctx, c.caller, cost)
		c.state.Store(&state)
	}
}

// setHeaders sets the header fields of the rate limit:
//
//	https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
//
// A response that cost nothing does not tell what is left.
func (c *charge) setHeaders(h http.Header) {
	if c == nil {
		return
	}
	if state := c.state.Load(); state != nil {
		h.Set("RateLimit-Policy", fmt.Sprintf(`"cost";q=%d;w=%d`, state.Quota, wholeSeconds(ratelimit.Window)))
		h.Set("RateLimit", fmt.Sprintf(`"cost";r=%d;t=%d`, state.Remaining, wholeSeconds(state.Reset)))
	}
}
