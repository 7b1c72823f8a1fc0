package providertest

import (
	"sync"
	"testing"
)

// concurrentCalls uses one provider in several goroutines. It finds data races with
// -race.
func (s suite) concurrentCalls(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	var calls sync.WaitGroup
	for range 4 {
		for _, o := range s.operations {
			calls.Go(func() {
				if err := o.run(t.Context(), p.Provider); err != nil {
					t.Errorf("%s: %v", o.name, err)
				}
				p.Status()
			})
		}
	}
	calls.Wait()
}
