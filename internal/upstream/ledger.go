package upstream

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// Ledger writes down the calls of one operation, and bounds them. Safe for
// concurrent use.
type Ledger struct {
	mu    sync.Mutex
	left  int
	calls []Call
	// underWay tells when the rows that have not ended began.
	underWay map[int]time.Time
	// fresh is the least time that anything stays fresh; negative when nothing was
	// read yet.
	fresh time.Duration
}

type ledgerKey struct{}

// WithLedger begins a ledger: what is read under the context is written into it.
// maxCalls bounds the vendor calls: one more fails with kind BudgetExceeded, is
// not made and not written down. An answer that was shared with others does not
// count, neither does a call that an open circuit prevented.
func WithLedger(ctx context.Context, maxCalls int) (context.Context, *Ledger) {
	l := &Ledger{left: maxCalls, underWay: map[int]time.Time{}, fresh: -1}
	return context.WithValue(ctx, ledgerKey{}, l), l
}

// Calls lists what was needed, in the order in which it began; the repetitions
// of a call are one row. A row that has not ended has the kind Canceled, and the
// time that it has taken so far.
func (l *Ledger) Calls() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	calls := slices.Clone(l.calls)
	for row, began := range l.underWay {
		calls[row].Elapsed = time.Since(began)
	}
	return calls
}

// FreshFor is how long everything that was read stays fresh: the least of it, 0
// when something is stale already or nothing was read.
func (l *Ledger) FreshFor() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, l.fresh)
}

// MarkUncacheable says that something of the operation is true at this moment only:
// nothing of it stays fresh.
func MarkUncacheable(ctx context.Context) { ledgerOf(ctx).age(0) }

// age writes down for how long something that was read stays fresh.
func (l *Ledger) age(fresh time.Duration) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fresh < 0 || fresh < l.fresh {
		l.fresh = fresh
	}
}

// ledgerOf is nil where the context has none; a nil ledger takes everything.
func ledgerOf(ctx context.Context) *Ledger {
	l, _ := ctx.Value(ledgerKey{}).(*Ledger)
	return l
}

// open begins a row, unless the budget is used up, and returns its number.
func (l *Ledger) open(c Call) (int, bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Source == Vendor {
		if l.left <= 0 {
			return 0, false
		}
		l.left--
	}
	c.Kind = providers.Canceled
	l.underWay[len(l.calls)] = time.Now()
	l.calls = append(l.calls, c)
	return len(l.calls) - 1, true
}

// close ends a row, and gives its place in the budget back if nobody was asked.
func (l *Ledger) close(row int, c Call, asked bool) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Source == Vendor && !asked {
		l.left++
	}
	l.calls[row] = c
	delete(l.underWay, row)
}
