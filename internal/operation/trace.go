package operation

import (
	"slices"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Trace records what one operation read, a row per call, and how long all of it
// stays fresh. A nil trace records nothing. Safe for concurrent use.
type Trace struct {
	// began is the beginning of the operation.
	began time.Time

	mu    sync.Mutex
	calls []Call
	// pending holds the start of each row that has not ended.
	pending map[int]time.Time
	// fresh is the shortest freshness of anything read; negative before the first.
	fresh time.Duration
}

// NewTrace returns an empty trace of an operation that begins now.
func NewTrace() *Trace {
	return &Trace{began: time.Now(), pending: map[int]time.Time{}, fresh: -1}
}

// Begin adds a row and returns its number. Until End, its kind is Canceled.
func (t *Trace) Begin(c Call) int {
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	c.Kind, c.Start = providers.Canceled, now.Sub(t.began)
	t.pending[len(t.calls)] = now
	t.calls = append(t.calls, c)
	return len(t.calls) - 1
}

// End replaces the row by the finished call, whose Start stays.
func (t *Trace) End(row int, c Call) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c.Start = t.calls[row].Start
	t.calls[row] = c
	delete(t.pending, row)
}

// Add appends a call that has finished now. It sets Start.
func (t *Trace) Add(c Call) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c.Start = max(0, time.Since(t.began)-c.Elapsed)
	t.calls = append(t.calls, c)
}

// Calls lists the rows in the order in which they began; the retries of a call are
// one row. A row that has not ended has the kind Canceled and the time that it has
// taken so far.
func (t *Trace) Calls() []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	calls := slices.Clone(t.calls)
	for row, began := range t.pending {
		calls[row].Elapsed = time.Since(began)
	}
	return calls
}

// VendorShare is the part of the reads that called a vendor, from 0 to 1; 0 without reads.
func (t *Trace) VendorShare() float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	vendor := 0
	for _, c := range t.calls {
		if c.Source == pagecache.FromVendor {
			vendor++
		}
	}
	return float64(vendor) / float64(max(1, len(t.calls)))
}

// LimitFreshness records how long something that was read stays fresh.
func (t *Trace) LimitFreshness(fresh time.Duration) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fresh < 0 || fresh < t.fresh {
		t.fresh = fresh
	}
}

// MarkUncacheable records that the operation read a value without a lifetime:
// FreshFor is 0 from now on.
func (t *Trace) MarkUncacheable() { t.LimitFreshness(0) }

// FreshFor is how long everything that was read stays fresh: the minimum, 0 when
// something is stale already or nothing was read.
func (t *Trace) FreshFor() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(0, t.fresh)
}
