package simulation_test

import (
	"math"
	"time"

	"github.com/accountgraph/accountgraph/internal/ratelimit"
)

// quota is what a caller may spend, as a bucket of tokens that fills up in a window.
type quota struct {
	tokens  float64
	updated time.Time
}

// quota returns the state of a caller's quota now. The auditor must be locked.
func (a *auditor) quota(caller string) *quota {
	full := float64(a.plan.quota)
	q := a.quotas[caller]
	if q == nil {
		q = &quota{full, time.Now()}
		a.quotas[caller] = q
	}
	q.tokens = min(full, q.tokens+full*float64(time.Since(q.updated))/float64(ratelimit.Window))
	q.updated = time.Now()
	return q
}

// charge checks what the limiter decided. The auditor must be locked.
func (a *auditor) charge(caller string, cost int, state ratelimit.State, allowed bool) {
	const rounding = 0.01
	q := a.quota(caller)
	if allowed != (q.tokens >= float64(cost)) && math.Abs(q.tokens-float64(cost)) > rounding {
		a.fail("%s: a cost of %d of %.2f is allowed: %v", caller, cost, q.tokens, allowed)
	}
	if !allowed {
		a.total.limited++
		if after := q.tokens + float64(a.plan.quota)*float64(state.RetryAfter)/float64(ratelimit.Window); math.Abs(after-float64(cost)) > rounding {
			a.fail("%s: after %v, %.2f may be spent, want %d", caller, state.RetryAfter, after, cost)
		}
		return
	}
	q.tokens -= float64(cost)
}

func (a *auditor) refund(caller string, cost int) {
	q := a.quota(caller)
	q.tokens = min(float64(a.plan.quota), q.tokens+float64(cost))
}
