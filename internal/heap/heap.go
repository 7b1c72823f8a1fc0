// Package heap sets how much memory the program may take before it collects
// garbage.
//
// It does not know what the memory is for.
package heap

import "runtime/debug"

const (
	// percent is by how much the heap may grow over what is in use before it is
	// collected. What an operation allocates is garbage when it ends, and what is in
	// use for longer is bounded by the caches: some 100 MB. Go's own 100 costs a
	// quarter more processor time.
	percent = 400
	// limit is from how many bytes on the collector works harder than that.
	limit = 384 << 20
)

// Settle sets both, unless whoever runs the program has, by GOGC or GOMEMLIMIT.
func Settle(env func(name string) (string, bool)) {
	if _, set := env("GOGC"); !set {
		debug.SetGCPercent(percent)
	}
	if _, set := env("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(limit)
	}
}
