package resolvers_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/providers"
)

// cost is `extensions.cost`.
type cost struct {
	Objects, MaxObjects int
	VendorCalls         struct {
		AtMost    int
		Made, Now *int
		Exact     *bool
		Providers []struct {
			Provider  string
			AtMost    int
			Made, Now *int
		}
	}
}

// cost sends a query with a header, and returns the cost and the data of the response.
func (s *testServer) cost(t *testing.T, header, query string, variables json.RawMessage) (c cost, data string) {
	t.Helper()
	_, body := s.post(t, query, variables, http.Header{header: {"1"}})
	var response struct {
		Data       json.RawMessage
		Extensions struct{ Cost *cost }
	}
	if err := json.Unmarshal(body, &response); err != nil || response.Extensions.Cost == nil {
		return cost{Objects: -1}, string(body) // not executed
	}
	return *response.Extensions.Cost, string(response.Data)
}

const dryRun = "Accountgraph-Dry-Run"

// A dry run of any query makes no vendor call, and the query makes at most as many as it says,
// none where it says that everything is cached.
func TestDryRun_Stories(t *testing.T) {
	staff, client := startVendors(t), startVendorsForClient(t)
	for name, story := range readStories(t) {
		t.Run(name, func(t *testing.T) {
			c := serverConfig{vendors: staff, cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Minute})}
			if usesClientCredential(story) {
				c.vendors = client
			}
			s := newStoryServer(t, story, c)
			s.cache = c.cache
			var variables json.RawMessage
			for _, section := range story.Files {
				word, _, _ := strings.Cut(section.Name, " ")
				if word == "variables" {
					variables = section.Data
				}
				if word != "query" || strings.HasPrefix(string(section.Data), "mutation") {
					continue
				}
				s.checkDryRun(t, string(section.Data), variables)
				variables = nil
			}
		})
	}
}

// mayEndEarly reports whether a query selects or orders the objects of a list: it can have found all
// of them while the page behind them is read ahead, so that it ends before that page is requested.
// A dry run counts such a page.
func mayEndEarly(query string) bool {
	return strings.Contains(query, "filter:") || strings.Contains(query, "orderBy:")
}

// checkDryRun runs a query twice, each time after a dry run. Unless the query may end early, it makes
// a call where the dry run expects one.
func (s *testServer) checkDryRun(t *testing.T, query string, variables json.RawMessage) {
	t.Helper()
	for range 2 {
		s.calls.Take()
		estimate, data := s.cost(t, dryRun, query, variables)
		if n := s.calls.Take(); n != 0 {
			t.Fatalf("the dry run made %d vendor calls:\n%s", n, query)
		}
		if estimate.Objects < 0 { // it is not executed
			continue
		}
		if data != "{}" {
			t.Errorf("a dry run returned data: %s", data)
		}
		made, _ := s.cost(t, "Accountgraph-Cost", query, variables)
		calls, calculated := s.calls.Take(), estimate.VendorCalls
		if calls > calculated.AtMost || *made.VendorCalls.Made > calculated.AtMost {
			t.Errorf("%d calls, at most %d expected:\n%s", calls, calculated.AtMost, query)
		}
		if *calculated.Exact && calls > *calculated.Now {
			t.Errorf("%d calls, exactly %d expected:\n%s", calls, *calculated.Now, query)
		}
		if !*calculated.Exact && calls == 0 && !mayEndEarly(query) {
			// A call of an earlier query may have ended in between.
			if again, _ := s.cost(t, dryRun, query, variables); !*again.VendorCalls.Exact {
				t.Errorf("no call, but a dry run expected %d, and %d afterwards:\n%s", *calculated.Now, *again.VendorCalls.Now, query)
			}
		}
	}
}

func TestDryRun_KnowsWhatIsCached(t *testing.T) {
	s := newTestServer(t, serverConfig{cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Minute})})
	for _, c := range []struct {
		query           string
		atMost, now     int
		exact           bool
		atMostAfter     int
		providersListed int
	}{
		{`{ __typename providers { name status } }`, 0, 0, true, 0, 0},
		{`{ user(id: "softwareone:User:USR-1123-5271") { name } }`, 50, 1, false, 50, 1},
		{circleQuery, 50, 1, false, 50, 1},
		{`{ user(id: "softwareone:User:USR-1123-5271") { person { name } } }`, 200, 0, true, 200, 4},
	} {
		if strings.Contains(c.query, "person") {
			s.query(t, c.query, nil)
		}
		got, _ := s.cost(t, dryRun, c.query, nil)
		v := got.VendorCalls
		if v.AtMost != c.atMost || *v.Now != c.now || *v.Exact != c.exact || len(v.Providers) != c.providersListed || v.Made != nil {
			t.Errorf("%s:\n%+v: at most %d, now %d, exact %t", c.query, v, v.AtMost, *v.Now, *v.Exact)
		}
		s.query(t, c.query, nil)
		got, _ = s.cost(t, dryRun, c.query, nil)
		if v := got.VendorCalls; *v.Now != 0 || !*v.Exact || v.AtMost != c.atMostAfter {
			t.Errorf("after it was read, %s: now %d, exact %t", c.query, *v.Now, *v.Exact)
		}
	}
	// What is stale is not fetched again.
	s.cache.advance(90 * time.Second)
	s.calls.Take()
	got, _ := s.cost(t, dryRun, circleQuery, nil)
	if v, n := got.VendorCalls, s.calls.Take(); !*v.Exact || n != 0 {
		t.Errorf("stale: now %d, exact %t, %d calls", *v.Now, *v.Exact, n)
	}
	s.query(t, circleQuery, nil)
	waitFor(t, "stale entries are fetched again", func() bool { return s.cache.count(pagecache.Refreshed) > 0 })
}

// Where the number of calls depends on responses, it is not exact: the query makes fewer calls
// where the first provider fills the page, and more where the responses lead to others.
func TestDryRun_IsNoBoundUnlessExact(t *testing.T) {
	for _, c := range []struct {
		query string
		fewer bool
	}{
		{`{ users(first: 5) { nodes { id } } }`, true},
		{`{ person(email: "person123@acme.example") { users { id } memberships(first: 100) { nodes { role tenant { name } } } } }`, false},
	} {
		s := newTestServer(t, serverConfig{cache: newTestCache(t, pagecache.Config{Fresh: time.Minute})})
		estimate, _ := s.cost(t, dryRun, c.query, nil)
		made, _ := s.cost(t, "Accountgraph-Cost", c.query, nil)
		now, calls := *estimate.VendorCalls.Now, *made.VendorCalls.Made
		if *estimate.VendorCalls.Exact || calls == 0 || calls > estimate.VendorCalls.AtMost || (calls < now) != c.fewer || calls == now {
			t.Errorf("%s: now %d, exact %t, made %d", c.query, now, *estimate.VendorCalls.Exact, calls)
		}
	}
}

func TestDryRun_StartsNoIndex(t *testing.T) {
	s := newTestServer(t, serverConfig{wrapProvider: func(p providers.Provider) providers.Provider {
		return index.Wrap(t.Context(), p, index.Options{Fresh: time.Hour, Stale: time.Hour})
	}})
	const query = `{ users(first: 5, orderBy: {field: LAST_LOGIN_AT}) { nodes { id } } }`
	got, _ := s.cost(t, dryRun, query, nil)
	if n := s.calls.Take(); n != 0 || *got.VendorCalls.Exact {
		t.Errorf("%d calls, exact %t", n, *got.VendorCalls.Exact)
	}
	s.query(t, query, nil)
	if s.calls.Take() == 0 {
		t.Error("the query needs no index")
	}
	got, _ = s.cost(t, dryRun, `{ users(first: 5, orderBy: {field: LAST_LOGIN_AT}, filter: {providers: ["activityinfo"]}) { nodes { id } } }`, nil)
	if n := s.calls.Take(); n != 0 || !*got.VendorCalls.Exact {
		t.Errorf("with an index: %d calls, exact %t, now %d", n, *got.VendorCalls.Exact, *got.VendorCalls.Now)
	}
}

// A mutation is not executed.
func TestDryRun_Mutation(t *testing.T) {
	s := newTestServer(t, serverConfig{cache: newTestCache(t, pagecache.Config{Fresh: time.Minute})})
	s.query(t, circleQuery, nil)
	got, data := s.cost(t, dryRun, `mutation { purge(provider: "softwareone") }`, nil)
	if got.Objects < 0 || *got.VendorCalls.Exact {
		t.Fatalf("exact, or refused: %s", data)
	}
	s.calls.Take()
	s.query(t, circleQuery, nil)
	if n := s.calls.Take(); n != 0 {
		t.Errorf("the cache was invalidated: %d calls", n)
	}
}

// Readers beside a dry run get what they would get without it.
func TestDryRun_BesideOtherReaders(t *testing.T) {
	want := newTestServer(t, serverConfig{}).query(t, circleQuery, nil)
	for range 20 {
		s := newTestServer(t, serverConfig{cache: newTestCache(t, pagecache.Config{Fresh: time.Minute})})
		var both sync.WaitGroup
		both.Go(func() { _, _ = s.cost(t, dryRun, circleQuery, nil) })
		both.Go(func() {
			if got := s.query(t, circleQuery, nil); !bytes.Equal(got, want) {
				t.Errorf("got %.300s", got)
			}
		})
		both.Wait()
	}
}

func TestCost_OfAnExecution(t *testing.T) {
	s := newTestServer(t, serverConfig{options: transport.Options{CallsPerProvider: 7}})
	got, data := s.cost(t, "Accountgraph-Cost", circleQuery, nil)
	v := got.VendorCalls
	if n := s.calls.Take(); *v.Made != n || n == 0 || v.AtMost != 7 || v.Now != nil || v.Exact != nil {
		t.Errorf("%d calls, %+v", n, v)
	}
	if got.Objects < 100 || got.MaxObjects != 20_000 || !strings.Contains(data, `"taxId"`) {
		t.Errorf("%+v %.100s", got, data)
	}
}

// A cached response is no answer to a request for a cost.
func TestDryRun_OfCachedResponses(t *testing.T) {
	s := newTestServer(t, serverConfig{
		cache:   newTestCache(t, pagecache.Config{Fresh: time.Minute}),
		options: transport.Options{ResponseBytes: 1 << 20, CacheVersion: func() uint64 { return 1 }},
	})
	for range 3 {
		s.query(t, circleQuery, nil)
	}
	if got, data := s.cost(t, dryRun, circleQuery, nil); data != "{}" || !*got.VendorCalls.Exact {
		t.Errorf("%.200s", data)
	}
	if got, data := s.cost(t, "Accountgraph-Cost", circleQuery, nil); *got.VendorCalls.Made != 0 || !strings.Contains(data, "taxId") {
		t.Errorf("%.200s", data)
	}
}
