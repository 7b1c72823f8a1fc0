package upstream

import (
	"context"
	"sync/atomic"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Detected is an undocumented property of a vendor's API, which its responses show and
// which is detected once per process. Safe for concurrent use.
type Detected[T any] struct {
	provider *model.Provider
	value    atomic.Pointer[T]
	// turn admits one detection at a time.
	turn chan struct{}
}

// NewDetected returns a property of a provider that is not known.
func NewDetected[T any](p *model.Provider) *Detected[T] {
	f := &Detected[T]{provider: p, turn: make(chan struct{}, 1)}
	f.turn <- struct{}{}
	return f
}

// Get returns the property, and whether it is known.
func (f *Detected[T]) Get() (value T, known bool) {
	if p := f.value.Load(); p != nil {
		return *p, true
	}
	return value, false
}

// Set makes the property known.
func (f *Detected[T]) Set(value T) { f.value.Store(&value) }

// Reset makes the property unknown: a response has contradicted it.
func (f *Detected[T]) Reset() { f.value.Store(nil) }

// Detect returns the property. If it is not known, Detect calls find, for one caller at
// a time; callers that wait get the result of the first one. find reports whether the
// responses showed the property; if they did not, the next caller tries again. The
// error is that of find, or of the end of ctx.
func (f *Detected[T]) Detect(ctx context.Context, find func() (T, bool, error)) (value T, known bool, err error) {
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
