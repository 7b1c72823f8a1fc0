package ratelimit_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/ratelimit"
)

func TestLimiter_Charge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ratelimit.New(600, nil, time.Now)
		charge := func(caller string, cost int) (ratelimit.State, bool) { return l.Charge(t.Context(), caller, cost) }
		if s, ok := charge("a", 500); !ok || s != (ratelimit.State{Quota: 600, Remaining: 100, Reset: 50 * time.Second}) {
			t.Errorf("500 of 600: %+v %t", s, ok)
		}
		if s, ok := charge("a", 200); ok || s != (ratelimit.State{Quota: 600, Remaining: 100, Reset: 50 * time.Second, RetryAfter: 10 * time.Second}) {
			t.Errorf("200 of the remaining 100: %+v %t", s, ok)
		}
		if s, ok := charge("b", 600); !ok || s.Remaining != 0 {
			t.Errorf("another caller: %+v %t", s, ok)
		}
		<-time.After(10 * time.Second)
		if s, ok := charge("a", 200); !ok || s.Remaining != 0 {
			t.Errorf("after RetryAfter: %+v %t", s, ok)
		}
		<-time.After(time.Minute)
		if s, ok := charge("a", 10_000); !ok || s.Remaining != 0 {
			t.Errorf("a cost above the quota: %+v %t", s, ok)
		}
		if s, ok := charge("a", 1); ok || s.RetryAfter != 100*time.Millisecond {
			t.Errorf("nothing is left: %+v %t", s, ok)
		}
	})
}

func TestLimiter_Refund(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ratelimit.New(600, nil, time.Now)
		l.Charge(t.Context(), "a", 600)
		if s := l.Refund(t.Context(), "a", 200); s.Remaining != 200 {
			t.Errorf("200 of 600 refunded: %+v", s)
		}
		if s := l.Refund(t.Context(), "a", 600); s.Remaining != 600 || s.Reset != 0 {
			t.Errorf("more than the debt refunded: %+v", s)
		}
	})
}

// shared has one debt, or knows none.
type shared struct {
	debt time.Duration
	down bool
}

func (s *shared) Charge(_ context.Context, _ string, charge, limit time.Duration) (time.Duration, bool, bool) {
	if s.down {
		return 0, false, false
	}
	if s.debt+charge > limit {
		return s.debt, false, true
	}
	s.debt += charge
	return s.debt, true, true
}

// Processes share the debts; each limits on its own while they are not known.
func TestLimiter_Shared(t *testing.T) {
	debts := &shared{}
	one, two := ratelimit.New(600, debts, time.Now), ratelimit.New(600, debts, time.Now)
	if _, ok := one.Charge(t.Context(), "a", 400); !ok {
		t.Error("400 of 600 are not allowed")
	}
	if s, ok := two.Charge(t.Context(), "a", 400); ok || s.Remaining != 200 || s.RetryAfter != 20*time.Second {
		t.Errorf("at the other process: %+v %t", s, ok)
	}
	debts.down = true
	if _, ok := two.Charge(t.Context(), "a", 400); !ok {
		t.Error("a process on its own does not allow 400 of 600")
	}
	if _, ok := two.Charge(t.Context(), "a", 400); ok {
		t.Error("a process on its own does not limit")
	}
}
