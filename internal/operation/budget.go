package operation

import "sync/atomic"

// CallBudget bounds the vendor calls of one operation. A nil budget is unlimited.
// Safe for concurrent use.
type CallBudget struct{ left atomic.Int64 }

// NewCallBudget allows this many calls.
func NewCallBudget(calls int) *CallBudget {
	b := &CallBudget{}
	b.left.Store(int64(calls))
	return b
}

// Take charges one call, and reports false when the budget is used up.
func (b *CallBudget) Take() bool {
	if b == nil {
		return true
	}
	if b.left.Add(-1) < 0 {
		b.left.Add(1)
		return false
	}
	return true
}

// Refund returns a call that was not sent.
func (b *CallBudget) Refund() {
	if b != nil {
		b.left.Add(1)
	}
}
