package heap_test

import (
	"runtime/debug"
	"testing"

	"github.com/accountgraph/accountgraph/internal/heap"
)

func TestWhoeverRunsTheProgramDecides(t *testing.T) {
	percent, limit := debug.SetGCPercent(123), debug.SetMemoryLimit(-1)
	defer func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}()
	heap.Settle(func(string) (string, bool) { return "set", true })
	if got := debug.SetGCPercent(123); got != 123 {
		t.Errorf("the percentage was changed to %d", got)
	}
	if got := debug.SetMemoryLimit(-1); got != limit {
		t.Errorf("the limit was changed to %d", got)
	}
	heap.Settle(func(string) (string, bool) { return "", false })
	if got := debug.SetGCPercent(123); got != 400 {
		t.Errorf("the percentage is %d", got)
	}
	if got := debug.SetMemoryLimit(-1); got != 384<<20 {
		t.Errorf("the limit is %d", got)
	}
}
