package upstream_test

import (
	"net/http"
	"testing"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// A body that is not encoded may say so.
func TestRoundTrip_Identity(t *testing.T) {
	client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
		return reply(200, "{}", "Content-Encoding: Identity"), nil
	})})
	if got, err := read(t.Context(), client, "/p"); got != "{}" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// A response that says that it is JSON and that it is not is neither used nor requested again.
func TestRoundTrip_TwoContentTypes(t *testing.T) {
	calls := 0
	client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
		calls++
		res := reply(200, "{}")
		res.Header.Add("Content-Type", "text/html")
		return res, nil
	})})
	_, err := read(t.Context(), client, "/p")
	wantKind(t, err, providers.BadResponse)
	if calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
}
