package operation

import "sync"

// CallBudget bounds the calls of one operation at each provider, so that none of them
// uses up what the others need. A nil budget is unlimited. Safe for concurrent use.
type CallBudget struct {
	limit int

	mu sync.Mutex
	// taken is the number of calls by the name of the provider.
	taken map[string]int
}

// NewCallBudget allows this many calls at each provider.
func NewCallBudget(callsPerProvider int) *CallBudget {
	return &CallBudget{limit: callsPerProvider, taken: map[string]int{}}
}

// Limit returns the number of calls at each provider.
func (b *CallBudget) Limit() int { return b.limit }

// Take charges one call at the provider with this name, and reports false when the budget
// for it is used up.
func (b *CallBudget) Take(provider string) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken[provider] >= b.limit {
		return false
	}
	b.taken[provider]++
	return true
}

// Refund returns a call that was not sent.
func (b *CallBudget) Refund(provider string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken[provider]--
}
