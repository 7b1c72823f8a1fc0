package upstream

import "sync"

const (
	// retryBudgetMax is the number of retries that the budget holds.
	retryBudgetMax = 20
	// retriesPerAnswer is what a response adds to the budget. With two, the retries that a
	// vendor needs that fails every second time pay for themselves.
	retriesPerAnswer = 2
)

// retryBudget limits the retries of a provider: a retry costs one, a response adds
// retriesPerAnswer. A vendor that does not respond any more thus gets retryBudgetMax
// retries in all. Safe for concurrent use.
type retryBudget struct {
	mu   sync.Mutex
	left int
}

func (b *retryBudget) deposit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+retriesPerAnswer, retryBudgetMax)
}

// withdraw pays for one retry; it returns false if the budget is exhausted.
func (b *retryBudget) withdraw() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}
