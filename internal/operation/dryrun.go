package operation

import "sync"

// DryRun counts the vendor calls that an operation would make. An operation with a DryRun
// makes none: it reads what is cached. A nil DryRun counts nothing. Safe for concurrent use.
type DryRun struct {
	mu sync.Mutex
	// calls are the different requests by the name of the provider.
	calls   map[string]map[string]bool
	unknown bool
}

// NewDryRun returns a DryRun without calls.
func NewDryRun() *DryRun { return &DryRun{calls: map[string]map[string]bool{}} }

// Add counts a call of a provider, unless this request was counted before.
func (d *DryRun) Add(provider, request string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.calls[provider] == nil {
		d.calls[provider] = map[string]bool{}
	}
	d.calls[provider][request] = true
}

// AddUnknown notes that the operation needs what can be known only by making calls.
func (d *DryRun) AddUnknown() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unknown = true
}

// Calls returns the number of different calls by the name of the provider. Exact reports that
// there are no others: everything that the operation reads is cached.
func (d *DryRun) Calls() (calls map[string]int, exact bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	calls = map[string]int{}
	for provider, requests := range d.calls {
		calls[provider] = len(requests)
	}
	return calls, len(calls) == 0 && !d.unknown
}
