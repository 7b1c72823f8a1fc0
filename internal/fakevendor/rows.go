package fakevendor

import (
	"slices"
	"sync"
)

// Rows are the rows of a list: fixed ones, then computed ones.
type Rows[T any] struct {
	Fixed []T
	// Count is the number of computed rows, and Compute returns the ith of them, from 0.
	Count   int
	Compute func(i int) T
}

// Len returns the number of rows.
func (r Rows[T]) Len() int { return len(r.Fixed) + r.Count }

// At returns the ith row, from 0.
func (r Rows[T]) At(i int) T {
	if i < len(r.Fixed) {
		return r.Fixed[i]
	}
	return r.Compute(i - len(r.Fixed))
}

// Page returns the rows from one index up to another.
func (r Rows[T]) Page(from, to int) []T {
	page := make([]T, 0, to-from)
	for i := from; i < to; i++ {
		page = append(page, r.At(i))
	}
	return page
}

// Select returns the indices of the rows that match, sorted by key; rows with equal keys
// stay in order.
func Select[T, K any](r Rows[T], match func(T) bool, key func(T) K, compare func(a, b K) int) []int32 {
	type entry struct {
		key   K
		index int32
	}
	var entries []entry
	for i := range r.Len() {
		if row := r.At(i); match(row) {
			entries = append(entries, entry{key(row), int32(i)})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return compare(a.key, b.key) })
	indices := make([]int32, len(entries))
	for i, e := range entries {
		indices[i] = e.index
	}
	return indices
}

// maxViews is how many selections Views holds.
const maxViews = 16

// Views holds the latest selections of a simulator, so that the pages of one list select
// its rows once. The zero Views is empty. It is safe for concurrent use.
type Views struct {
	mu    sync.Mutex
	keys  []string
	views map[string][]int32
}

// Get returns the selection with this key. The first call computes it.
func (v *Views) Get(key string, compute func() []int32) []int32 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if view, ok := v.views[key]; ok {
		return view
	}
	if v.views == nil {
		v.views = map[string][]int32{}
	}
	if len(v.keys) == maxViews {
		delete(v.views, v.keys[0])
		v.keys = slices.Delete(v.keys, 0, 1)
	}
	view := compute()
	v.keys, v.views[key] = append(v.keys, key), view
	return view
}
