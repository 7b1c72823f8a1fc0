package upstream

import "sync"

// The retry budget counts in tenths of a retry.
const (
	retryBudgetMax = 50
	retryCost      = 10
)

// retryBudget limits the retries of a provider: ten answered calls pay for one
// retry, and at most five are saved up. A vendor that never answers thus gets five
// retries in all; one with rare failures gets a retry for each. Safe for concurrent
// use.
type retryBudget struct {
	mu     sync.Mutex
	tenths int
}

func (b *retryBudget) deposit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tenths = min(b.tenths+1, retryBudgetMax)
}

// withdraw pays for one retry; it returns false if the budget is exhausted.
func (b *retryBudget) withdraw() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tenths < retryCost {
		return false
	}
	b.tenths -= retryCost
	return true
}
