package resolvers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// keep is for how many seconds whoever asks may keep the answer, 0 where not at
// all.
func (s *stage) keep(t *testing.T, query string) (seconds int) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(s.url, "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	says := res.Header.Values("Cache-Control")
	if len(says) == 1 && says[0] == "no-store" {
		return 0
	}
	if _, err := fmt.Sscanf(strings.Join(says, "\n")+"|", "private, max-age=%d|", &seconds); err != nil || seconds == 0 {
		t.Fatalf("Cache-Control: %q", says)
	}
	return seconds
}

// An answer may be kept by whoever asked while all of it is fresh, and never when
// it is incomplete.
func TestCacheControl(t *testing.T) {
	const (
		users    = `{ users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`
		accounts = `{ accounts(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`
		both     = `{ users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } accounts(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`
		ill      = `{ users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } accounts(first: 1, filter: {providers: ["activeplatform"]}) { nodes { id } } }`
	)
	memory := remember(t, pagecache.Config{Fresh: time.Minute, Stale: 10 * time.Minute, Rand: func() float64 { return 1 }})
	s := newStageThatRemembers(t, start(t), memory, transport.Options{}, as)
	s.vendors.Vendor("activeplatform").Control.Add(fakevendor.Fault{Path: "/", Status: http.StatusNotImplemented})
	about := func(what string, got, want int) {
		t.Helper()
		// The clock goes on while the test runs.
		if got > want || want > 0 && got < want-9 {
			t.Errorf("%s may be kept for %d s, want about %d", what, got, want)
		}
	}
	about("what was just read", s.keep(t, users), 60)
	memory.later(30 * time.Second)
	about("what was read half a minute ago", s.keep(t, users), 30)
	about("what was just read", s.keep(t, accounts), 60)
	about("old and new", s.keep(t, both), 30)
	about("an answer with an error", s.keep(t, ill), 0)
	about("a mutation", s.keep(t, `mutation { refresh(ids: ["softwareone:User:USR-1000-1234"]) }`), 0)
	about("what needs no vendor", s.keep(t, `{ __typename }`), 0)
	about("a query that is none", s.keep(t, `{`), 0)
	about("what is read anew", s.keep(t, users), 60)
	memory.later(2 * time.Minute)
	about("what is stale", s.keep(t, users), 0)
	memory.settle(t)
	about("fresh and stale", s.keep(t, both), 0)
	memory.settle(t)
	about("what was read anew behind", s.keep(t, both), 60)
	about("what nobody remembers", newStage(t).keep(t, users), 0)
}
