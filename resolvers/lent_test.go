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

// witness is a vendor that stamps its rows with the credential's owner, and
// remembers whom it saw.
type witness struct {
	canaries
	mu   sync.Mutex
	seen []string
	// gate, where there is one, holds answers back until it is closed.
	gate chan struct{}
}

func (v *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	v.mu.Lock()
	v.seen = append(v.seen, r.URL.Query().Get("api_token"))
	v.mu.Unlock()
	if v.gate != nil {
		<-v.gate
	}
	return v.canaries.RoundTrip(r)
}

// took returns whom the vendor saw since the last time.
func (v *witness) took() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	seen := v.seen
	v.seen = nil
	return seen
}

// lender is a server with one provider, `shared`, that is asked with tokens of
// callers; where own is not empty, with that for who brings none. It remembers so
// many bytes of answers.
func lender(t *testing.T, w *witness, own string, answerBytes int64) http.Handler {
	t.Helper()
	memory := remember(t, pagecache.Config{Fresh: time.Minute, Stale: time.Minute, Rand: func() float64 { return 1 }})
	p, err := activeplatform.New(upstream.Config{
		Provider:  &model.Provider{Name: "shared", Vendor: model.ActivePlatform, BaseURL: "https://canaries.example"},
		Transport: w, Cache: memory.cache,
	}, providers.NewSecret(own))
	if err != nil {
		t.Fatal(err)
	}
	var connection providers.Provider = p
	if own == "" {
		connection = p.WithCredential(providers.Secret{})
	}
	return newHandler(directory.New(connection), transport.Options{
		Log: slog.New(slog.DiscardHandler), Authenticator: auth.AllowAll(auth.PersonalRead, auth.CacheWrite),
		CallerCredentials: []transport.CallerCredential{{Provider: "shared", Header: "X-Shared-Token", Optional: own != ""}},
		ResponseBytes:     answerBytes, CacheVersion: memory.cache.Version,
	})
}

// lend sends a query with tokens, and returns the answer.
func lend(h http.Handler, query string, tokens ...string) *httptest.ResponseRecorder {
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

// names is the answer to firstNames for an owner of the rows.
func names(owner string) string {
	name := fmt.Sprintf(`{"firstName":%q}`, owner)
	return `{"data":{"users":{"nodes":[` + name + "," + name + "," + name + "]}}}\n"
}

// TestLentTogether has five hundred requests of two callers arrive while the vendor
// has not answered: it is asked once for each caller, and each sees their own (T2).
func TestLentTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := &witness{gate: make(chan struct{})}
		h := lender(t, vendor, "", 0)
		var all sync.WaitGroup
		for i := range 500 {
			who := []string{"anna", "bert"}[i%2]
			all.Go(func() {
				if got := lend(h, firstNames, who).Body.String(); got != names(who) {
					t.Errorf("%s sees %s", who, got)
				}
			})
		}
		synctest.Wait()
		close(vendor.gate)
		all.Wait()
		if seen := vendor.took(); len(seen) != 2 || seen[0] == seen[1] {
			t.Errorf("the vendor saw %q", seen)
		}
	})
}

// TestLentInTurn has callers ask one after the other: who has asked before is
// answered from memory, and nobody from what another has read.
func TestLentInTurn(t *testing.T) {
	vendor := &witness{}
	for own, steps := range map[string][]struct{ who, sees, asked string }{
		"": {
			{"anna", "anna", "anna"}, {"bert", "bert", "bert"}, {"anna", "anna", ""}, {"", "", ""}, {"bert", "bert", ""}, {"", "", ""},
		},
		"server": {
			{"anna", "anna", "anna"}, {"", "server", "server"}, {"bert", "bert", "bert"}, {"", "server", ""}, {"anna", "anna", ""},
			{"server", "server", ""},
		},
	} {
		h := lender(t, vendor, own, 1<<20)
		for i, step := range steps {
			var tokens []string
			if step.who != "" {
				tokens = []string{step.who}
			}
			got := lend(h, firstNames, tokens...).Body.String()
			want := names(step.sees)
			if step.sees == "" {
				want = `{"errors":[{"message":"shared: authentication failed: the caller sent no credential","path":["users"],"locations":[{"line":1,"column":3}],` +
					`"extensions":{"code":"UPSTREAM_UNAUTHENTICATED","provider":"shared","vendor":"ACTIVEPLATFORM"}}],"data":{"users":null}}` + "\n"
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("own %q, step %d: %s", own, i+1, diff)
			}
			if asked := strings.Join(vendor.took(), " "); asked != step.asked {
				t.Errorf("own %q, step %d: the vendor saw %q, want %q", own, i+1, asked, step.asked)
			}
		}
	}
}

// TestLentIsForgottenAlone holds that a caller has nothing forgotten but what was
// read with their own token.
func TestLentIsForgottenAlone(t *testing.T) {
	for _, mutation := range []string{`mutation { purge(provider: "shared") }`, `mutation { refresh(ids: ["shared:User:1"]) }`} {
		vendor := &witness{}
		h := lender(t, vendor, "", 1<<20)
		for _, who := range []string{"anna", "bert"} {
			lend(h, firstNames, who)
		}
		if got := lend(h, mutation, "anna").Body.String(); strings.Contains(got, "errors") {
			t.Errorf("%s: %s", mutation, got)
		}
		vendor.took()
		if got := lend(h, firstNames, "bert").Body.String(); got != names("bert") || len(vendor.took()) != 0 {
			t.Errorf("%s of anna has it forgotten for bert: %s", mutation, got)
		}
		if got := lend(h, firstNames, "anna").Body.String(); got != names("anna") || strings.Join(vendor.took(), " ") != "anna" {
			t.Errorf("%s of anna has nothing forgotten: %s", mutation, got)
		}
	}
}

// TestLentHeaders holds which tokens are taken, and that answers say on which
// headers they depend.
func TestLentHeaders(t *testing.T) {
	vendor := &witness{}
	h := lender(t, vendor, "server", 1<<20)
	for name, test := range map[string]struct {
		tokens []string
		status int
		seen   string
	}{
		"none":                       {nil, 200, "server"},
		"one":                        {[]string{"anna"}, 200, "anna"},
		"two":                        {[]string{"anna", "bert"}, 400, ""},
		"the same":                   {[]string{"anna", "anna"}, 400, ""},
		"two in one":                 {[]string{"anna, bert"}, 400, ""},
		"empty":                      {[]string{""}, 400, ""},
		"a space":                    {[]string{"of anna"}, 400, ""},
		"a line end":                 {[]string{"anna\r\nX-Evil: 1"}, 400, ""},
		"a letter that is not ASCII": {[]string{"änna"}, 400, ""},
		"signs":                      {[]string{`a+/?&=%41"{}~`}, 200, `a+/?&=%41"{}~`},
	} {
		res := lend(h, firstNames, test.tokens...)
		if seen := strings.Join(vendor.took(), " "); res.Code != test.status || seen != test.seen {
			t.Errorf("%s: %d, and the vendor saw %q, want %d and %q: %s", name, res.Code, seen, test.status, test.seen, res.Body)
		}
		if got := res.Header().Get("Vary"); got != "Accept, Authorization, Router-Authorization, Origin, Accountgraph-Trace, Accountgraph-Cache-Tags, X-Shared-Token" {
			t.Errorf("%s: Vary: %s", name, got)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
	r.Header["Content-Type"], r.Header["X_shared_token"] = []string{"application/json"}, []string{"anna"}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusBadRequest {
		t.Errorf("an underscore for a dash: %d", w.Code)
	}
}
