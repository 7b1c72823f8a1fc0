package server_test

import (
	"runtime/debug"
	"testing"

	"github.com/accountgraph/accountgraph/internal/server"
)

func TestTuneGC(t *testing.T) {
	percent, limit := debug.SetGCPercent(123), debug.SetMemoryLimit(-1)
	defer func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}()
	for name, test := range map[string]struct {
		set     bool
		percent int
		limit   int64
	}{
		"environment": {true, 123, limit},
		"defaults":    {false, 400, 384 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			debug.SetGCPercent(123)
			debug.SetMemoryLimit(limit)
			server.TuneGC(func(string) (string, bool) { return "", test.set })
			if got := debug.SetGCPercent(123); got != test.percent {
				t.Errorf("GC percent %d, want %d", got, test.percent)
			}
			if got := debug.SetMemoryLimit(-1); got != test.limit {
				t.Errorf("memory limit %d, want %d", got, test.limit)
			}
		})
	}
}
