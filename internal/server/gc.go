package server

import "runtime/debug"

const (
	// gcPercent is the growth of the heap, in percent of the live heap, after which the
	// garbage collector runs. The live heap is bounded by the caches, at about 100 MB.
	// Go's default of 100 costs a quarter more processor time.
	gcPercent = 400
	// memoryLimit is the heap size in bytes from which the collector runs more often.
	memoryLimit = 384 << 20
)

// TuneGC sets the percentage and the memory limit of the garbage collector, unless
// the environment sets GOGC or GOMEMLIMIT.
func TuneGC(env func(name string) (string, bool)) {
	if _, set := env("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	if _, set := env("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryLimit)
	}
}
