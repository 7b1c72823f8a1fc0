package providertest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// timeouts checks that calls of a vendor that does not respond end with the timeout, the
// deadline and the cancellation of the caller.
func (s suite) timeouts(t *testing.T) {
	t.Parallel()
	t.Run("timeout", func(t *testing.T) {
		t.Parallel()
		silent, _ := serveSilence(t)
		runEach(t, s.operations, func(t *testing.T, o operation) {
			p := s.New(t, silent, s.Token, silentTimeout)
			// Of calls that are made together, the circuit opens after the first.
			s.checkError(t, p, runPromptly(t.Context(), t, o, p), providers.Timeout, providers.CircuitOpen)
		})
	})
	t.Run("deadline", func(t *testing.T) {
		t.Parallel()
		silent, _ := serveSilence(t)
		runEach(t, s.operations, func(t *testing.T, o operation) {
			p := s.New(t, silent, s.Token, callTimeout)
			ctx, stop := context.WithTimeout(t.Context(), silentTimeout)
			defer stop()
			s.checkError(t, p, runPromptly(ctx, t, o, p), providers.Timeout, providers.Canceled)
		})
	})
	t.Run("cancellation", func(t *testing.T) {
		t.Parallel()
		runEach(t, s.operations, func(t *testing.T, o operation) {
			silent, called := serveSilence(t)
			p := s.New(t, silent, s.Token, callTimeout)
			ctx, stop := context.WithCancel(t.Context())
			go func() {
				defer stop()
				select {
				case <-called:
				case <-t.Context().Done():
				}
			}()
			s.checkError(t, p, runPromptly(ctx, t, o, p), providers.Canceled, providers.Timeout)
			s.checkError(t, p, runPromptly(ctx, t, o, p), providers.Canceled, providers.Timeout)
		})
	})
}

// serveSilence starts a vendor that never responds. called receives a value after the
// first call.
func serveSilence(t *testing.T) (baseURL string, called <-chan struct{}) {
	t.Helper()
	calls := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case calls <- struct{}{}:
		default:
		}
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

// runPromptly runs an operation that must return although the vendor does not respond.
func runPromptly(ctx context.Context, t *testing.T, o operation, p providers.Provider) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- o.run(ctx, p) }()
	select {
	case err := <-done:
		return err
	case <-time.After(shortTimeout):
		t.Fatal("the operation does not return")
		return nil
	}
}
