package upstream_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

func TestDetected_FoundOutOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := upstream.NewDetected[int](&model.Provider{Name: "p"})
		var calls atomic.Int32
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				value, known, err := f.Detect(t.Context(), func() (int, bool, error) {
					time.Sleep(time.Second)
					calls.Add(1)
					return 7, true, nil
				})
				if value != 7 || !known || err != nil {
					t.Errorf("%d, %t, %v", value, known, err)
				}
			})
		}
		group.Wait()
		if value, known := f.Get(); value != 7 || !known || calls.Load() != 1 {
			t.Errorf("%d, %t after %d calls", value, known, calls.Load())
		}
		if f.Reset(); func() bool { _, known := f.Get(); return known }() {
			t.Error("the property is known after Reset")
		}
	})
}

func TestDetected_NotFoundOut(t *testing.T) {
	f := upstream.NewDetected[int](&model.Provider{Name: "p"})
	broken := errors.New("broken")
	for _, c := range []struct {
		known bool
		err   error
	}{{false, nil}, {true, broken}} {
		_, known, err := f.Detect(t.Context(), func() (int, bool, error) { return 7, c.known, c.err })
		if known != c.known || !errors.Is(err, c.err) {
			t.Errorf("%t, %v", known, err)
		}
		if value, known := f.Get(); known {
			t.Errorf("%+v made %d known", c, value)
		}
	}
	if value, known, err := f.Detect(t.Context(), func() (int, bool, error) { return 8, true, nil }); value != 8 || !known || err != nil {
		t.Errorf("the next caller: %d, %t, %v", value, known, err)
	}
}

// A caller who waits leaves when its context ends.
func TestDetected_ContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &model.Provider{Name: "p"}
		f := upstream.NewDetected[int](p)
		release := make(chan struct{})
		go func() {
			_, _, _ = f.Detect(t.Context(), func() (int, bool, error) {
				<-release
				return 7, true, nil
			})
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, known, err := f.Detect(ctx, func() (int, bool, error) { return 8, true, nil })
		var e *providers.Error
		if known || !errors.As(err, &e) || e.Kind != providers.Timeout || e.Provider != p {
			t.Errorf("%t, %v", known, err)
		}
		close(release)
	})
}
