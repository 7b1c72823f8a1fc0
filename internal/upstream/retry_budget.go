package upstream

import "sync"

const (
	// retryBudgetMax is the default of Config.RetryBudget.
	retryBudgetMax = 20
	// retriesPerAnswer is what a response adds to the budget. With two, the retries that a
	// vendor needs that fails every second time pay for themselves.
	retriesPerAnswer = 2
)

// retryBudget limits the retries of a provider: a retry costs one, a response adds
// retriesPerAnswer. A vendor that does not respond any more thus gets max
// retries in all. Safe for concurrent use.
type retryBudget struct {
	max int

	mu   sync.Mutex
	left int
}

func (b *retryBudget) deposit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+retriesPerAnswer, b.max)
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
