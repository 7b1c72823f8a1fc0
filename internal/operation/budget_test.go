package operation_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/accountgraph/accountgraph/internal/operation"
)

func TestCallBudget_Concurrent(t *testing.T) {
	const calls = 50
	b := operation.NewCallBudget(calls)
	var taken atomic.Int64
	var wg sync.WaitGroup
	for range 4 * calls {
		wg.Go(func() {
			if b.Take() {
				taken.Add(1)
			}
		})
	}
	wg.Wait()
	if taken.Load() != calls {
		t.Errorf("%d calls, want %d", taken.Load(), calls)
	}
	if b.Take() {
		t.Error("a call beyond the budget")
	}
	b.Refund()
	if !b.Take() || b.Take() {
		t.Error("a refund allows one more call")
	}
}

func TestFrom_WithoutOperation(t *testing.T) {
	o := operation.From(t.Context())
	for range 1000 {
		if !o.Budget.Take() {
			t.Fatal("the zero Operation has a limited budget")
		}
	}
}
