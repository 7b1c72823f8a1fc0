package providertest

import (
	"sync"
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

// concurrentCalls uses one provider from many sides; run it with -race.
func (s Subject) concurrentCalls(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	ids := s.someIDs(t, p.baseURL)
	var calls sync.WaitGroup
	for range 4 {
		s.each(t, p.baseURL, ids, func(t *testing.T, call operation) {
			calls.Go(func() {
				if err := call.run(t.Context(), p.Provider); err != nil && providers.KindOf(err) != providers.RateLimited {
					t.Errorf("%s: %v", call.name, err)
				}
				p.Status()
			})
		})
	}
	calls.Wait()
}
