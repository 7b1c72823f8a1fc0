package resolvers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/providers"
)

// traceRow is a row of `extensions.upstream`.
type traceRow struct {
	Provider, Path, Source string
	Start, MS              float64
}

// longestChain returns the largest number of calls of which each starts at or after the
// end of the one before.
func longestChain(rows []traceRow) int {
	longest, end := 0, 0.0
	rows = append([]traceRow(nil), rows...)
	for {
		next := -1
		for i, r := range rows {
			if r.Source == "VENDOR" && r.Start >= end && (next < 0 || r.Start+r.MS < rows[next].Start+rows[next].MS) {
				next = i
			}
		}
		if next < 0 {
			return longest
		}
		longest, end = longest+1, rows[next].Start+rows[next].MS
	}
}

// queryWithRows returns a response and the rows of its trace.
func (s *testServer) queryWithRows(t *testing.T, query string) (string, []traceRow) {
	t.Helper()
	_, body := s.post(t, query, nil, http.Header{"Accountgraph-Trace": {"1"}})
	var traced struct{ Extensions struct{ Upstream []traceRow } }
	if err := json.Unmarshal(body, &traced); err != nil {
		t.Fatal(err)
	}
	return string(body), traced.Extensions.Upstream
}

// slowVendors returns a server whose vendors take so long for each call.
func slowVendors(t *testing.T, c serverConfig, delay time.Duration) *testServer {
	t.Helper()
	s := newTestServer(t, c)
	for _, v := range s.vendors.All {
		v.Control.Delay(delay)
	}
	return s
}

// withIndex adds the indexes that a server has by default.
func withIndex(t *testing.T) func(providers.Provider) providers.Provider {
	return func(p providers.Provider) providers.Provider {
		return index.Wrap(t.Context(), p, index.Options{
			Fresh: 10 * time.Minute, Stale: time.Hour, MinRows: 1000, MaxRows: 1_000_000, Concurrent: 4,
		})
	}
}

// The longest chain of calls decides how long a query takes at slow vendors. The trace
// tells it: at every provider the calls that do not depend on each other overlap.
func TestTrace_LongestChain(t *testing.T) {
	s := slowVendors(t, serverConfig{
		cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Hour}), wrapProvider: withIndex(t),
	}, 200*time.Millisecond)
	for _, c := range []struct {
		query string
		chain int
	}{
		{`{ person(email: "person005@initech.example") { users { id } } }`, 2},
		{`{ person(email: "person123@acme.example") { users { id } } }`, 1},
		{`{ person(email: "person005@initech.example") { users { id } } }`, 0},
		{`{ users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`, 1},
	} {
		body, rows := s.queryWithRows(t, c.query)
		if chain := longestChain(rows); chain > c.chain || strings.Contains(body, `"errors"`) {
			t.Errorf("%s: a chain of %d calls, want at most %d: %+v", c.query, chain, c.chain, rows)
		}
	}
}

// A provider that needs more calls than the others does not use up what they need.
func TestBudget_PerProvider(t *testing.T) {
	s := newTestServer(t, serverConfig{options: transport.Options{CallsPerProvider: 3}})
	var fields []string
	for n := range 5 {
		fields = append(fields, fmt.Sprintf(`a%d: user(id: "activeplatform:User:%d") { id }`, n, 2002984+n))
	}
	body := string(s.query(t, `{ `+strings.Join(fields, " ")+` accounts(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`, nil))
	if n := strings.Count(body, `"code": "BUDGET_EXCEEDED"`) + strings.Count(body, `"code":"BUDGET_EXCEEDED"`); n != 2 {
		t.Errorf("%d errors, want 2: %s", n, body)
	}
	if n := strings.Count(body, `{"id":"activeplatform:User:`); n != 3 {
		t.Errorf("%d users, want those of 3 calls: %s", n, body)
	}
	for _, part := range []string{"activeplatform: call budget exceeded", "limits.callsPerProvider", "softwareone:Account:"} {
		if !strings.Contains(body, part) {
			t.Errorf("%q is not in %s", part, body)
		}
	}
}
