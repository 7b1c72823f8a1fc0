package upstream_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// The entries of a credential are invalid as soon as the vendor rejects it, also while other
// calls of the same batch are in flight.
func TestRefusal_BatchInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &echoVendor{}
		_, as := withCache(t, m)
		client := as("a")
		if got, err := read(t.Context(), client, "/p"); got != "a" || err != nil {
			t.Fatal(got, err)
		}
		slow := things(1)
		slow.Request = func(ids []string) (upstream.Request, error) { return upstream.Request{Path: "/" + ids[0]}, nil }
		m.setStatus("a", 401)
		m.delay = func(path string) time.Duration {
			if strings.HasSuffix(path, "/slow") {
				return 5 * time.Second
			}
			return 0
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			for id, err := range slow.Get(t.Context(), client, []string{"fast", "slow"}).Failed {
				if providers.KindOf(err) != providers.Unauthenticated {
					t.Errorf("%s: %v", id, err)
				}
			}
		})
		pass(time.Second)
		if got, err := read(t.Context(), client, "/p"); err == nil {
			t.Errorf("after a 401, %q is read", got)
		}
		wg.Wait()
	})
}

// A refusal counts although no reader waits for it any more.
func TestRefusal_NoReaderWaits(t *testing.T) {
	for status, want := range map[int]providers.Kind{401: providers.Unauthenticated, 403: providers.Forbidden} {
		synctest.Test(t, func(t *testing.T) {
			m := &echoVendor{}
			_, as := withCache(t, m)
			client := as("a")
			if got, err := read(t.Context(), client, "/p"); got != "a" || err != nil {
				t.Fatal(got, err)
			}
			for range 5 {
				m.setStatus("b", http.StatusInternalServerError)
				_, _ = read(t.Context(), as("b"), "/p")
			}
			pass(5 * time.Second)
			m.delay = func(string) time.Duration { return 2 * time.Second }
			m.setStatus("a", status)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := read(ctx, client, "/probe")
			wantKind(t, err, providers.Timeout)
			if got, err := read(t.Context(), client, "/p"); got != "a" || err != nil {
				t.Fatal(got, err)
			}
			pass(1500 * time.Millisecond)
			_, err = read(t.Context(), client, "/p")
			wantKind(t, err, want)
		})
	}
}
