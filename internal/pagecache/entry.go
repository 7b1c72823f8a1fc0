package pagecache

import (
	"math"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fair"
)

// entry is one cached value; immutable.
type entry struct {
	value            any
	absent           bool
	fetched          time.Time
	freshUntil, gone time.Time // gone: the end of its staleness
	generation       uint64
	tags             []model.ID
	size             int // of the body, in bytes
	packed           bool
	// held is the entry's place in the share of its owner; nil without one.
	held *fair.Held[typedKey]
}

const (
	// absentFor is how long the absence of an object is cached.
	absentFor = 5 * time.Second
	// decodedFactor is how much larger a decoded page is than its JSON, and entryOverhead the
	// memory of an entry beside it: the cache's table, the key and this package's struct.
	// BenchmarkDecodedSize measures the factor.
	decodedFactor = 3
	entryOverhead = 500
	// largestShare of memory that one value may take: a quarter.
	largestShare = 4
)

func (c *Cache) newEntry(value any, tags []model.ID, size int, fetched time.Time) *entry {
	fresh := time.Duration(float64(c.config.Fresh) * (0.8 + 0.2*c.config.Rand()))
	e := &entry{value: value, fetched: fetched, freshUntil: fetched.Add(fresh), tags: tags, size: size, packed: isPacked(value)}
	e.gone = e.freshUntil.Add(c.config.Stale)
	return e
}

// newAbsence returns a negative entry.
func (c *Cache) newAbsence(now time.Time) *entry {
	until := now.Add(min(absentFor, c.config.Fresh))
	return &entry{absent: true, fetched: now, freshUntil: until, gone: until}
}

func (e *entry) weight() uint32 {
	size := int64(e.size)
	if !e.packed {
		size *= decodedFactor
	}
	return uint32(min(size+entryOverhead, math.MaxUint32))
}

// Packed is a decoded value that holds little besides its body.
type Packed interface{ IsPacked() bool }

func isPacked(value any) bool {
	p, ok := value.(Packed)
	return ok && p.IsPacked()
}

// outcome returns the answer that an entry from source gives.
func (e *entry) outcome(source Source, now time.Time) outcome {
	o := outcome{value: e.value, absent: e.absent, fetched: e.fetched, freshUntil: e.freshUntil, source: source}
	if source != FromVendor && !now.Before(e.freshUntil) {
		o.stale, o.source = true, FromStale
	}
	return o
}

// tagsOf returns the objects that a decoded value holds.
func tagsOf(value any) []model.ID {
	if tagged, ok := value.(interface{ Tags() []model.ID }); ok {
		return tagged.Tags()
	}
	return nil
}
