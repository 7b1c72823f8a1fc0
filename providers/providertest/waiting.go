package providertest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// waiting checks that nobody waits for ever for a vendor that does not answer.
func (s suite) waiting(t *testing.T) {
	t.Parallel()
	t.Run("beyond the timeout", func(t *testing.T) {
		t.Parallel()
		silent, _ := serveSilence(t)
		try(t, s.operations, func(t *testing.T, o operation) {
			p := s.New(t, silent, s.Token, hurry)
			s.failed(t, p, promptly(t.Context(), t, o, p), providers.Timeout)
		})
	})
	t.Run("beyond the deadline", func(t *testing.T) {
		t.Parallel()
		silent, _ := serveSilence(t)
		try(t, s.operations, func(t *testing.T, o operation) {
			p := s.New(t, silent, s.Token, patience)
			ctx, stop := context.WithTimeout(t.Context(), hurry)
			defer stop()
			s.failed(t, p, promptly(ctx, t, o, p), providers.Timeout, providers.Canceled)
		})
	})
	t.Run("until the caller goes away", func(t *testing.T) {
		t.Parallel()
		try(t, s.operations, func(t *testing.T, o operation) {
			silent, arrived := serveSilence(t)
			p := s.New(t, silent, s.Token, patience)
			ctx, stop := context.WithCancel(t.Context())
			go func() {
				defer stop()
				select {
				case <-arrived:
				case <-t.Context().Done():
				}
			}()
			s.failed(t, p, promptly(ctx, t, o, p), providers.Canceled, providers.Timeout)
			s.failed(t, p, promptly(ctx, t, o, p), providers.Canceled, providers.Timeout)
		})
	})
}

// serveSilence starts a vendor that never answers. It tells of its first calls.
func serveSilence(t *testing.T) (baseURL string, arrived <-chan struct{}) {
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

// promptly runs an operation that must come back although the vendor does
// not answer.
func promptly(ctx context.Context, t *testing.T, o operation, p providers.Provider) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- o.run(ctx, p) }()
	select {
	case err := <-done:
		return err
	case <-time.After(haste):
		t.Fatal("does not come back")
		return nil
	}
}
