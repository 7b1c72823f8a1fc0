package upstream

import (
	"context"
	"sync/atomic"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Finding is a fact about a vendor's API that its documentation does not tell and that
// its responses show: a client finds it out once a process. It is safe for concurrent
// use.
type Finding[T any] struct {
	provider *model.Provider
	value    atomic.Pointer[T]
	// turn holds one value while nobody finds out.
	turn chan struct{}
}

// NewFinding returns a fact about a provider that is not known.
func NewFinding[T any](p *model.Provider) *Finding[T] {
	f := &Finding[T]{provider: p, turn: make(chan struct{}, 1)}
	f.turn <- struct{}{}
	return f
}

// Get returns the fact, and whether it is known.
func (f *Finding[T]) Get() (value T, known bool) {
	if p := f.value.Load(); p != nil {
		return *p, true
	}
	return value, false
}

// Set makes the fact known.
func (f *Finding[T]) Set(value T) { f.value.Store(&value) }

// FindOut returns the fact. If it is not known, FindOut calls find, for one caller at a
// time: those who wait get what the first one finds. find reports whether the
// responses showed the fact; if they did not, the next caller tries again. The error is
// that of find, or of the end of ctx.
func (f *Finding[T]) FindOut(ctx context.Context, find func() (T, bool, error)) (value T, known bool, err error) {
	if value, known = f.Get(); known {
		return value, true, nil
	}
	select {
	case <-f.turn:
	case <-ctx.Done():
		return value, false, &providers.Error{Kind: kindOfContext(context.Cause(ctx)), Provider: f.provider}
	}
	defer func() { f.turn <- struct{}{} }()
	if value, known = f.Get(); known {
		return value, true, nil
	}
	if value, known, err = find(); known && err == nil {
		f.Set(value)
	}
	return value, known, err
}
