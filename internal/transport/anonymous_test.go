package transport_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// An anonymous caller is its address without the port, also after a request of another caller; in
// IPv6, the first 64 bits of it.
func TestAuthenticate_AnonymousAddresses(t *testing.T) {
	var callers []string
	h := newHandler(transport.Options{
		Log: slog.New(slog.DiscardHandler), Authenticator: auth.AllowAll(),
		ObserveRequest: func(r operation.Request) { callers = append(callers, r.CallerID) },
	})
	for _, remote := range []string{
		"192.0.2.1:1000", "192.0.2.1:2000", "192.0.2.2:1000", "192.0.2.1:3000", "[2001:db8::1]:1000", "[2001:db8::2]:1000", "[2001:db8:0:1::1]:1000", "192.0.2.1:1000",
	} {
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(typenameQuery))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = remote
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	var got []int // the first request of the same caller
	for _, caller := range callers {
		got = append(got, slices.Index(callers, caller))
	}
	if want := []int{0, 0, 2, 0, 4, 4, 6, 0}; !slices.Equal(got, want) {
		t.Errorf("callers %v, want %v", got, want)
	}
}
