package resolvers_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// takeSizes returns the path, limit and offset of the calls of SoftwareOne since the last count.
func (s *testServer) takeSizes() (sizes []string) {
	for _, c := range s.vendors.All[0].Control.TakeCalls() {
		values, _ := url.ParseQuery(c.Query)
		sizes = append(sizes, fmt.Sprintf("%s %s@%s", strings.TrimPrefix(c.Path, "/public/v1/accounts/"), values.Get("limit"), values.Get("offset")))
	}
	slices.Sort(sizes)
	return sizes
}

// TestFirstPage_CallsOfWindows reads lists in windows of several sizes, one after the other.
// Another size costs one call more, at most, and a larger page that is cached none.
func TestFirstPage_CallsOfWindows(t *testing.T) {
	s := newTestServer(t, serverConfig{cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Minute})})
	const only = `filter: {providers: ["softwareone"]}`
	for _, c := range []struct {
		query string
		want  []string
	}{
		{`{ users(first: 20, ` + only + `) { totalCount pageInfo { hasNextPage } nodes { name } } }`, []string{"users 25@0"}},
		{`{ users(first: 25, ` + only + `) { totalCount pageInfo { hasNextPage } nodes { email } } }`, nil},
		{`{ users(` + only + `) { totalCount pageInfo { hasNextPage } nodes { name } } }`, []string{"users 50@0"}},
		{`{ users(first: 60, ` + only + `) { totalCount nodes { name } } }`, []string{"users 100@0"}},
		{`{ users(first: 40, ` + only + `) { nodes { name } } }`, nil},
		{`{ a: accounts(first: 2, ` + only + `) { nodes { name } } b: accounts(first: 60, ` + only + `) { nodes { id } } }`, []string{"accounts 100@0"}},
		{`{ accounts(first: 2, ` + only + `) { nodes { name members(first: 3) { nodes { user { name } } } } } }`,
			[]string{"ACC-1000-1234/users 25@0", "ACC-1001-9153/users 25@0"}},
		{`{ accounts(first: 1, ` + only + `) { nodes { a: members(first: 3) { nodes { user { name } } } b: members(first: 70) { nodes { user { id } } } } } }`,
			[]string{"ACC-1000-1234/users 100@0"}},
	} {
		response := string(s.query(t, c.query, nil))
		if got := s.takeSizes(); !slices.Equal(got, c.want) || strings.Contains(response, `"errors"`) {
			t.Errorf("%s\ncalls %q, want %q: %.300s", c.query, got, c.want, response)
		}
	}
}

// TestFirstPage_Walk reads all users in windows of several sizes. It takes the calls of whole pages
// and one more, at most, and has the same rows.
func TestFirstPage_Walk(t *testing.T) {
	simulated := startVendors(t)
	for _, arguments := range []string{"", ", orderBy: {field: CREATED_AT}", ", orderBy: {field: LAST_LOGIN_AT, direction: DESC}"} {
		walk := func(first int) (rows []pagedUser, calls int) {
			s := newTestServer(t, serverConfig{vendors: simulated, cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Minute})})
			s.takeSizes()
			rows, _ = readPages(t, s, first, arguments+`, filter: {providers: ["softwareone"]}`, "")
			return rows, len(s.takeSizes())
		}
		want, most := walk(100)
		for _, first := range []int{7, 25, 33, 50} {
			if rows, calls := walk(first); !slices.Equal(rows, want) || calls > most+1 {
				t.Errorf("windows of %d%s: %d users in %d calls, want %d in %d and one more at most", first, arguments, len(rows), calls, len(want), most)
			}
		}
	}
}

// TestFirstPage_WalkVariations reads all users of platforms whose pages have other lengths than
// requested, or no total. No row is missing or comes twice.
func TestFirstPage_WalkVariations(t *testing.T) {
	for name, v := range map[string]softwareonefake.Variations{
		"short pages":                {ShortPages: 10},
		"pages as short as a window": {ShortPages: 25},
		"pages between two sizes":    {ShortPages: 40},
		"a lower limit":              {MaxRows: 25},
		"no total":                   {NoTotal: true},
		"no total, short pages":      {NoTotal: true, ShortPages: 25},
	} {
		t.Run(name, func(t *testing.T) {
			simulated := startVendors(t)
			fake := softwareonefake.New(demo.Token)
			fake.Variations = v
			simulated.All[0] = demo.Vendor{Name: "softwareone", BaseURL: listen(t, fake) + "/public", Control: &fake.Control}
			var want []pagedUser
			most := 0
			for _, first := range []int{100, 20, 25, 50} {
				s := newTestServer(t, serverConfig{vendors: simulated, cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Minute})})
				s.takeSizes()
				rows, _ := readPages(t, s, first, `, filter: {providers: ["softwareone"]}`, "")
				calls := len(s.takeSizes())
				if want == nil {
					want, most = rows, calls
				}
				if checkDistinct(t, rows); !slices.Equal(rows, want) || calls > most+2 {
					t.Errorf("windows of %d: %d users in %d calls, want %d in %d", first, len(rows), calls, len(want), most)
				}
			}
		})
	}
}

// TestFirstPage_LargerPageInRedis reads a small window at a replica, after others have read a larger
// page. The second one waits until the first has stored it in Redis.
func TestFirstPage_LargerPageInRedis(t *testing.T) {
	simulated, redis := startVendors(t), redistest.Run(t)
	first, second, third := newReplica(t, simulated, redis), newReplica(t, simulated, redis), newReplica(t, simulated, redis)
	const query = `{ users(first: %d, filter: {providers: ["softwareone"]}) { nodes { id } } }`
	first.queryWithTrace(t, fmt.Sprintf(query, 60), nil)
	second.queryWithTrace(t, fmt.Sprintf(query, 60), nil)
	if got := first.takeSizes(); !slices.Equal(got, []string{"users 100@0"}) {
		t.Fatalf("calls %q", got)
	}
	if _, trace := third.queryWithTrace(t, fmt.Sprintf(query, 20), nil); !strings.HasSuffix(trace, " REDIS") {
		t.Errorf("trace %s", trace)
	}
	if got := third.takeSizes(); got != nil {
		t.Errorf("calls %q", got)
	}
}
