package responsecache

import "time"

// Entry is a response. All callers of its key share it, so it must not be changed.
type Entry[T any] struct {
	Value T
	// FreshFor is how long later callers may get the response; 0 for not at all. Callers
	// that wait while it is computed get it in any case.
	FreshFor time.Duration
	// Size is the memory that Value takes, in bytes.
	Size int
	// Owner is the caller that the response was computed for. No owner's responses take
	// more than its share of the cache while there are others; "" has no share.
	Owner string
}

// entryOverhead is the memory that an entry takes beside its value, in bytes: the key,
// the cache's table, this package's structs.
const entryOverhead = 400

func (e Entry[T]) weight() int64 { return int64(e.Size) + entryOverhead }

// Source is the origin of a response.
type Source string

// The values of Source.
const (
	// Miss is a response that was computed for this caller.
	Miss Source = "executed"
	// Coalesced is a response that was already being computed for another caller.
	Coalesced Source = "shared"
	// Hit is a response from the cache.
	Hit Source = "remembered"
)
