package server

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

const (
	// maxGCPercent is the growth of the heap, in percent of the live heap, after which the
	// garbage collector runs. Go's default of 100 costs a quarter more processor time.
	maxGCPercent = 400
	// minGCPercent replaces maxGCPercent where the live heap is large.
	minGCPercent = 50
	// maxGarbage is how many bytes the heap may grow between two collections, unless this
	// is less than minGCPercent.
	maxGarbage = 72 << 20
)

// TuneGC bounds the memory that garbage takes, until stop is called: after each
// collection it sets how much the heap may grow until the next one. It changes nothing if
// the environment sets GOGC.
func TuneGC(env func(name string) (string, bool)) (stop func()) {
	if _, set := env("GOGC"); set {
		return func() {}
	}
	t := new(gcTuner)
	t.tune()
	t.afterNextGC()
	return func() { t.stopped.Store(true) }
}

// gcTuner sets the percentage of the garbage collector. Its methods are not called
// concurrently.
type gcTuner struct {
	percent int
	stopped atomic.Bool
}

// sentinel is what the next collection frees.
type sentinel struct{ tuner *gcTuner }

// afterNextGC tunes after the next collection and each one after it.
func (t *gcTuner) afterNextGC() {
	runtime.SetFinalizer(&sentinel{t}, func(s *sentinel) {
		if s.tuner.stopped.Load() {
			return
		}
		s.tuner.tune()
		s.tuner.afterNextGC()
	})
}

// tune sets the percentage for the present live heap, if it differs by more than a tenth:
// setting it stops the program for a moment.
func (t *gcTuner) tune() {
	percent := gcPercent(liveHeap())
	if difference := percent - t.percent; difference*10 <= t.percent && -difference*10 <= t.percent {
		return
	}
	t.percent = percent
	debug.SetGCPercent(percent)
}

// gcPercent returns the percentage for a live heap of so many bytes.
func gcPercent(live uint64) int {
	return int(min(max(maxGarbage*100/max(live, 1), minGCPercent), maxGCPercent))
}

// liveHeap returns the bytes that the latest collection found in use; 0 before the first.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
