package resolvers_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
)

// recordingVendor is a markingVendor that records the tokens it receives.
type recordingVendor struct {
	markingVendor
	mu     sync.Mutex
	tokens []string
	// release blocks responses until it is closed; nil does not.
	release chan struct{}
}

func (v *recordingVendor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.mu.Lock()
	v.tokens = append(v.tokens, r.URL.Query().Get("api_token"))
	v.mu.Unlock()
	if v.release != nil {
		<-v.release
	}
	return v.markingVendor.RoundTrip(r)
}

// takeTokens returns the tokens received since the last time.
func (v *recordingVendor) takeTokens() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	tokens := v.tokens
	v.tokens = nil
	return tokens
}

// newCallerCredentialsHandler serves one provider, `shared`, with caller credentials. With a
// server token, these are optional. Without one they are required, and the provider has a token
// that must not be used.
func newCallerCredentialsHandler(t *testing.T, vendor *recordingVendor, serverToken string, responseBytes int64) http.Handler {
	t.Helper()
	ownToken := serverToken
	if ownToken == "" {
		ownToken = "unused"
	}
	cache := newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Minute, Rand: func() float64 { return 1 }})
	p, err := activeplatform.New(upstream.Config{
		Provider:  &model.Provider{Name: "shared", Vendor: model.ActivePlatform, BaseURL: "https://vendor.example"},
		Transport: vendor, Cache: cache.Cache,
	}, providers.NewSecret(ownToken), activeplatform.Options{FirstPage: new(1)})
	if err != nil {
		t.Fatal(err)
	}
	return newHandler(directory.New(p), transport.Options{
		Log: slog.New(slog.DiscardHandler), Authenticator: auth.AllowAll(auth.PersonalRead, auth.CacheWrite),
		CallerCredentials: []transport.CallerCredential{{Provider: "shared", Header: "X-Shared-Token", Optional: serverToken != ""}},
		ResponseBytes:     responseBytes, CacheVersion: cache.Version,
	})
}

// postWithTokens sends a query with these values of the credential's header.
func postWithTokens(h http.Handler, query string, tokens ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(fmt.Sprintf(`{"query": %q}`, query)))
	r.Header.Set("Content-Type", "application/json")
	if tokens != nil {
		r.Header["X-Shared-Token"] = tokens
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const firstNames = `{ users(first: 3) { nodes { firstName } } }`

// firstNamesOf is the response to firstNames with the credential of this owner.
func firstNamesOf(owner string) string {
	name := fmt.Sprintf(`{"firstName":%q}`, owner)
	return `{"data":{"users":{"nodes":[` + name + "," + name + "," + name + "]}}}\n"
}

// TestCallerCredentials_Coalescing sends five hundred requests of two callers before
// the vendor responds. The vendor receives one call per caller.
func TestCallerCredentials_Coalescing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := &recordingVendor{release: make(chan struct{})}
		h := newCallerCredentialsHandler(t, vendor, "", 0)
		var wg sync.WaitGroup
		for i := range 500 {
			caller := []string{"anna", "bert"}[i%2]
			wg.Go(func() {
				if got := postWithTokens(h, firstNames, caller).Body.String(); got != firstNamesOf(caller) {
					t.Errorf("%s sees %s", caller, got)
				}
			})
		}
		synctest.Wait()
		close(vendor.release)
		wg.Wait()
		if tokens := vendor.takeTokens(); len(tokens) != 2 || tokens[0] == tokens[1] {
			t.Errorf("the vendor received %q", tokens)
		}
	})
}

// TestCallerCredentials_CachePerCredential sends requests of several callers one after
// another.
func TestCallerCredentials_CachePerCredential(t *testing.T) {
	vendor := &recordingVendor{}
	for serverToken, steps := range map[string][]struct{ caller, sees, received string }{
		"": {
			{"anna", "anna", "anna"}, {"bert", "bert", "bert"}, {"anna", "anna", ""}, {"", "", ""}, {"bert", "bert", ""}, {"", "", ""},
		},
		"server": {
			{"anna", "anna", "anna"}, {"", "server", "server"}, {"bert", "bert", "bert"}, {"", "server", ""}, {"anna", "anna", ""},
			{"server", "server", ""},
		},
	} {
		h := newCallerCredentialsHandler(t, vendor, serverToken, 1<<20)
		for i, step := range steps {
			var tokens []string
			if step.caller != "" {
				tokens = []string{step.caller}
			}
			got := postWithTokens(h, firstNames, tokens...).Body.String()
			want := firstNamesOf(step.sees)
			if step.sees == "" {
				want = `{"errors":[{"message":"shared: authentication failed: the caller sent no credential","path":["users"],"locations":[{"line":1,"column":3}],` +
					`"extensions":{"code":"UPSTREAM_UNAUTHENTICATED","provider":"shared","vendor":"ACTIVEPLATFORM"}}],"data":{"users":null}}` + "\n"
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("server token %q, step %d: %s", serverToken, i+1, diff)
			}
			if received := strings.Join(vendor.takeTokens(), " "); received != step.received {
				t.Errorf("server token %q, step %d: the vendor received %q, want %q", serverToken, i+1, received, step.received)
			}
		}
	}
}

// TestCallerCredentials_InvalidateOwnScope invalidates as one of two callers.
func TestCallerCredentials_InvalidateOwnScope(t *testing.T) {
	for _, mutation := range []string{`mutation { purge(provider: "shared") }`, `mutation { refresh(ids: ["shared:User:1"]) }`} {
		vendor := &recordingVendor{}
		h := newCallerCredentialsHandler(t, vendor, "", 1<<20)
		for _, caller := range []string{"anna", "bert"} {
			postWithTokens(h, firstNames, caller)
		}
		if got := postWithTokens(h, mutation, "anna").Body.String(); strings.Contains(got, "errors") {
			t.Errorf("%s: %s", mutation, got)
		}
		vendor.takeTokens()
		if got := postWithTokens(h, firstNames, "bert").Body.String(); got != firstNamesOf("bert") || len(vendor.takeTokens()) != 0 {
			t.Errorf("%s invalidates the scope of another caller: %s", mutation, got)
		}
		if got := postWithTokens(h, firstNames, "anna").Body.String(); got != firstNamesOf("anna") || strings.Join(vendor.takeTokens(), " ") != "anna" {
			t.Errorf("%s does not invalidate the scope of the caller: %s", mutation, got)
		}
	}
}

func TestCallerCredentials_Headers(t *testing.T) {
	vendor := &recordingVendor{}
	h := newCallerCredentialsHandler(t, vendor, "server", 1<<20)
	for name, test := range map[string]struct {
		tokens   []string
		status   int
		received string
	}{
		"none":        {nil, 200, "server"},
		"one":         {[]string{"anna"}, 200, "anna"},
		"two":         {[]string{"anna", "bert"}, 400, ""},
		"repeated":    {[]string{"anna", "anna"}, 400, ""},
		"comma":       {[]string{"anna, bert"}, 400, ""},
		"empty":       {[]string{""}, 400, ""},
		"space":       {[]string{"of anna"}, 400, ""},
		"line break":  {[]string{"anna\r\nX-Evil: 1"}, 400, ""},
		"not ASCII":   {[]string{"änna"}, 400, ""},
		"punctuation": {[]string{`a+/?&=%41"{}~`}, 200, `a+/?&=%41"{}~`},
	} {
		res := postWithTokens(h, firstNames, test.tokens...)
		if received := strings.Join(vendor.takeTokens(), " "); res.Code != test.status || received != test.received {
			t.Errorf("%s: %d, and the vendor received %q, want %d and %q: %s", name, res.Code, received, test.status, test.received, res.Body)
		}
		if got := res.Header().Get("Vary"); got != "Accept, Authorization, Router-Authorization, Origin, Accountgraph-Trace, Accountgraph-Cache-Tags, Accountgraph-Cost, Accountgraph-Dry-Run, X-Shared-Token" {
			t.Errorf("%s: Vary: %s", name, got)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
	r.Header["Content-Type"], r.Header["X_shared_token"] = []string{"application/json"}, []string{"anna"}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusBadRequest {
		t.Errorf("underscores in place of dashes: %d", w.Code)
	}
}
