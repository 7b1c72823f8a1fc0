package server_test

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/accountgraph/accountgraph/internal/server"
)

func TestTuneGC_KeepsTheEnvironment(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(123))
	defer server.TuneGC(func(name string) (string, bool) { return "", name == "GOGC" })()
	runtime.GC()
	if got := gogc(); got != 123 {
		t.Errorf("GC percent %d, want that of the environment, 123", got)
	}
}

func TestTuneGC_FollowsTheLiveHeap(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(123))
	defer server.TuneGC(func(string) (string, bool) { return "", false })()
	collectUntil(t, "a small heap", func(percent int) bool { return percent > 300 })
	held := make([]byte, 96<<20)
	collectUntil(t, "a live heap of 96 MiB", func(percent int) bool { return percent >= 60 && percent <= 90 })
	more := make([]byte, 400<<20)
	collectUntil(t, "a live heap of 496 MiB", func(percent int) bool { return percent == 50 })
	runtime.KeepAlive(held)
	runtime.KeepAlive(more)
	held, more = nil, nil
	collectUntil(t, "a small heap again", func(percent int) bool { return percent > 300 })
}

func TestTuneGC_Stops(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(123))
	server.TuneGC(func(string) (string, bool) { return "", false })()
	debug.SetGCPercent(77)
	for range 5 {
		runtime.GC()
	}
	if got := gogc(); got != 77 {
		t.Errorf("GC percent %d after stop, want 77", got)
	}
}

// collectUntil collects garbage until the percentage is as wanted. It is set by a
// finalizer, some time after a collection.
func collectUntil(t *testing.T, what string, wanted func(percent int) bool) {
	t.Helper()
	for range 100 {
		runtime.GC()
		if wanted(gogc()) {
			return
		}
	}
	t.Errorf("GC percent %d with %s", gogc(), what)
}

func gogc() int {
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(sample)
	return int(sample[0].Value.Uint64())
}
