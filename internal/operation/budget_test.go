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
			if b.Take("a") {
				taken.Add(1)
			}
		})
	}
	wg.Wait()
	if taken.Load() != calls {
		t.Errorf("%d calls, want %d", taken.Load(), calls)
	}
	if b.Take("a") {
		t.Error("a call beyond the budget")
	}
	b.Refund("a")
	if !b.Take("a") || b.Take("a") {
		t.Error("a refund allows one more call")
	}
	if !b.Take("b") {
		t.Error("one provider has used up the calls of another one")
	}
}

func TestFrom_WithoutOperation(t *testing.T) {
	o := operation.From(t.Context())
	for range 1000 {
		if !o.Budget.Take("a") {
			t.Fatal("the zero Operation has a limited budget")
		}
	}
}
