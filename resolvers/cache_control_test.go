package resolvers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// maxAge returns the max-age of a response in seconds, 0 for no-store.
func (s *testServer) maxAge(t *testing.T, query string) (seconds int) {
	t.Helper()
	res, _ := s.post(t, query, nil, nil)
	values := res.Header.Values("Cache-Control")
	if len(values) == 1 && values[0] == "no-store" {
		return 0
	}
	if _, err := fmt.Sscanf(strings.Join(values, "\n")+"|", "private, max-age=%d|", &seconds); err != nil || seconds == 0 {
		t.Fatalf("Cache-Control: %q", values)
	}
	return seconds
}

func TestCacheControl(t *testing.T) {
	const (
		users    = `{ users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`
		accounts = `{ accounts(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`
		both     = `{ users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } accounts(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`
		failing  = `{ users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } accounts(first: 1, filter: {providers: ["activeplatform"]}) { nodes { id } } }`
	)
	cache := newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: 10 * time.Minute, Rand: func() float64 { return 1 }})
	s := newTestServer(t, serverConfig{cache: cache})
	s.vendors.Vendor("activeplatform").Control.Add(fakevendor.Fault{Path: "/", Status: http.StatusNotImplemented})
	check := func(name, query string, want int) {
		t.Helper()
		// The clock runs while the test does.
		if got := s.maxAge(t, query); got > want || want > 0 && got < want-9 {
			t.Errorf("%s: max-age %d, want about %d", name, got, want)
		}
	}
	check("fetched", users, 60)
	cache.advance(30 * time.Second)
	check("fetched 30 s ago", users, 30)
	check("other data", accounts, 60)
	check("the oldest data count", both, 30)
	check("response with an error", failing, 0)
	check("mutation", `mutation { refresh(ids: ["softwareone:User:USR-1000-1234"]) }`, 0)
	check("no vendor data", `{ __typename }`, 0)
	check("syntax error", `{`, 0)
	check("fetched after the refresh", users, 60)
	cache.advance(2 * time.Minute)
	check("stale", users, 0)
	cache.waitForRevalidation(t)
	check("fresh and stale", both, 0)
	cache.waitForRevalidation(t)
	check("revalidated", both, 60)
	s = newTestServer(t, serverConfig{})
	check("without a cache", users, 0)
}
