// Package ratelimit limits the cost that each caller may cause in a window of time, by
// the generic cell rate algorithm (GCRA): a caller can spend its whole quota at once, and
// gets it back evenly over the window.
package ratelimit

import (
	"context"
	"maps"
	"sync"
	"time"
)

// Window is the time in which a caller gets back its quota.
const Window = time.Minute

// minSweep is the number of callers from which those without a debt are removed.
const minSweep = 1 << 10

// Shared keeps the callers' debts for several processes. A debt is the time until all of
// a quota is available again. Charge adds to a caller's debt unless it would exceed limit;
// a negative charge is always added. It returns the debt, without the charge if that is
// not allowed. ok is false if the debt is not known.
type Shared interface {
	Charge(ctx context.Context, caller string, charge, limit time.Duration) (debt time.Duration, allowed, ok bool)
}

// Limiter limits callers. It is safe for concurrent use.
type Limiter struct {
	quota  int
	shared Shared // may be nil
	now    func() time.Time

	mu sync.Mutex
	// paid is when each caller has no debt any more. Callers without a
	// debt are removed now and then.
	paid map[string]time.Time
	// sweepAt is the number of callers at which those without a debt are removed.
	sweepAt int
}

// New returns a limiter that allows each caller this cost in a Window. shared may be nil:
// then each process limits on its own. It does so, too, while shared does not know.
func New(quota int, shared Shared, now func() time.Time) *Limiter {
	return &Limiter{quota: quota, shared: shared, now: now, paid: map[string]time.Time{}, sweepAt: minSweep}
}

// State is what a caller may spend.
type State struct {
	Quota, Remaining int
	// Reset is the time until the whole quota is available.
	Reset time.Duration
	// RetryAfter is the time until a cost that was not allowed will be.
	RetryAfter time.Duration
}

// Charge spends a cost of a caller's quota, and reports whether that is allowed. A cost
// above the quota counts as the quota.
func (l *Limiter) Charge(ctx context.Context, caller string, cost int) (State, bool) {
	charge := l.duration(min(cost, l.quota))
	debt, allowed := l.charge(ctx, caller, charge)
	state := l.state(debt)
	if !allowed {
		state.RetryAfter = max(0, debt+charge-Window)
	}
	return state, allowed
}

// Refund gives back a cost that was charged.
func (l *Limiter) Refund(ctx context.Context, caller string, cost int) State {
	debt, _ := l.charge(ctx, caller, -l.duration(min(cost, l.quota)))
	return l.state(debt)
}

// duration is the time in which a caller gets back this much of its quota.
func (l *Limiter) duration(cost int) time.Duration {
	return time.Duration(float64(Window) * float64(cost) / float64(l.quota))
}

func (l *Limiter) state(debt time.Duration) State {
	remaining := int(float64(l.quota) * float64(Window-debt) / float64(Window))
	return State{Quota: l.quota, Remaining: max(0, remaining), Reset: debt}
}

func (l *Limiter) charge(ctx context.Context, caller string, charge time.Duration) (debt time.Duration, allowed bool) {
	if l.shared != nil {
		if debt, allowed, ok := l.shared.Charge(ctx, caller, charge, Window); ok {
			return debt, allowed
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	debt = max(0, l.paid[caller].Sub(now))
	if charge > 0 && debt+charge > Window {
		return debt, false
	}
	debt = max(0, debt+charge)
	l.paid[caller] = now.Add(debt)
	if len(l.paid) >= l.sweepAt {
		maps.DeleteFunc(l.paid, func(_ string, paid time.Time) bool { return !paid.After(now) })
		l.sweepAt = max(minSweep, 2*len(l.paid))
	}
	return debt, true
}
