package softwareone_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone"
)

// limitedList responds with a list of so many users, and pages of at most so many rows; total is
// what it tells.
func limitedList(rows, most int, total string) func(path, query string) string {
	return func(_, query string) string {
		values, _ := url.ParseQuery(query)
		offset, _ := strconv.Atoi(values.Get("offset"))
		limit, _ := strconv.Atoi(values.Get("limit"))
		var page []string
		for i := offset; i < min(offset+min(limit, most), rows); i++ {
			page = append(page, fmt.Sprintf(`{"id":"USR-%03d"}`, i))
		}
		return fmt.Sprintf(`{"$meta":{"pagination":{"offset":%d,"limit":%d,"total":%s}},"data":[%s]}`, offset, limit, total, strings.Join(page, ","))
	}
}

// sizesOf returns the limit and the offset of each request so far.
func sizesOf(p *stubPlatform) (sizes []string) {
	for _, request := range p.requests() {
		values, _ := url.ParseQuery(request[strings.IndexByte(request, '?')+1:])
		sizes = append(sizes, values.Get("limit")+"@"+values.Get("offset"))
	}
	return sizes
}

// Each first page is the smallest that has the rows. From its token, or without Rows, the whole
// list follows without a gap.
func TestFirstPage_Sizes(t *testing.T) {
	for name, c := range map[string]struct {
		rows, most int
		total      string
		wanted     int
		// first are the requests for the first page.
		first   []string
		partial bool
	}{
		"unknown":          {250, 100, "250", 0, []string{"100@0"}, false},
		"one":              {250, 100, "250", 1, []string{"25@0"}, true},
		"just 25":          {250, 100, "250", 25, []string{"25@0"}, true},
		"26":               {250, 100, "250", 26, []string{"50@0"}, true},
		"50":               {250, 100, "250", 50, []string{"50@0"}, true},
		"51":               {250, 100, "250", 51, []string{"100@0"}, false},
		"100":              {250, 100, "250", 100, []string{"100@0"}, false},
		"more than a page": {250, 100, "250", 700, []string{"100@0"}, false},
		"a short list":     {10, 100, "10", 20, []string{"25@0"}, false},
		"as many as exist": {25, 100, "25", 20, []string{"25@0"}, false},
		"one more":         {26, 100, "26", 20, []string{"25@0"}, true},
		"an empty list":    {0, 100, "0", 20, []string{"25@0"}, false},
		"a lower limit":    {120, 20, "120", 20, []string{"25@0"}, false},
		"the same limit":   {120, 25, "120", 20, []string{"25@0"}, true},
		"no total":         {120, 100, "null", 20, []string{"25@0", "100@0"}, false},
		"no total, short":  {20, 100, "null", 20, []string{"25@0"}, false},
		"total too low":    {120, 100, "7", 20, []string{"25@0", "100@0"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := &stubPlatform{respond: limitedList(c.rows, c.most, c.total)}
			users := connectTo(t, p, "").Collections().Users
			page, err := users.Page(t.Context(), providers.Query{Rows: c.wanted}, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := sizesOf(p); !slices.Equal(got, c.first) || page.Partial != c.partial {
				t.Errorf("requests %q, partial %t; want %q, %t", got, page.Partial, c.first, c.partial)
			}
			seen := map[string]bool{}
			for ; err == nil; page, err = users.Page(t.Context(), providers.Query{Rows: c.wanted}, page.Next) {
				for _, u := range page.Items {
					seen[u.VendorID] = true
				}
				if page.Next == "" {
					break
				}
			}
			if err != nil || len(seen) != c.rows {
				t.Errorf("%d rows of %d, %v", len(seen), c.rows, err)
			}
		})
	}
}

// A platform that tells no total gets no smaller page again. Neither does a query whose rows may
// all be needed.
func TestFirstPage_WholeWhereRowsMayFollow(t *testing.T) {
	p := &stubPlatform{respond: limitedList(120, 100, "null")}
	users := connectTo(t, p, "").Collections().Users
	for range 2 {
		if _, err := users.Page(t.Context(), providers.Query{Rows: 20}, ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := sizesOf(p); !slices.Equal(got, []string{"25@0", "100@0", "100@0"}) {
		t.Errorf("requests %q", got)
	}
	p = &stubPlatform{respond: limitedList(120, 100, "120")}
	users = connectTo(t, p, "").Collections().Users
	byCreation := providers.Query{Rows: 20, Order: providers.Order{Field: model.OrderByCreatedAt}}
	if _, err := connectTo(t, p, "").Collections().Sellers.Page(t.Context(), byCreation, ""); err != nil {
		t.Fatal(err)
	}
	if got := sizesOf(p); !slices.Equal(got, []string{"100@0"}) {
		t.Errorf("an order by what no row has: requests %q", got)
	}
	for name, q := range map[string]providers.Query{
		"a search":   {Rows: 20, Filter: providers.Filter{Name: "x"}},
		"an order":   {Rows: 20, Order: providers.Order{Field: model.OrderByName}},
		"an address": {Rows: 20, Filter: providers.Filter{Emails: []string{"a@b.example"}}},
	} {
		before := len(p.requests())
		if _, err := users.Page(t.Context(), q, ""); err != nil {
			t.Fatal(err)
		}
		if got := sizesOf(p)[before:]; !slices.Equal(got, []string{"100@0"}) {
			t.Errorf("%s: requests %q", name, got)
		}
	}
}

// A page of any size that is cached answers for fewer rows. What is cached is not asked for again
// in another size, fresh or stale.
func TestFirstPage_LargerPageIsCached(t *testing.T) {
	now := time.Now()
	cache, err := pagecache.Open(pagecache.Config{Fresh: time.Minute, Stale: time.Minute, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cache.Close)
	p := &stubPlatform{respond: limitedList(120, 100, "120")}
	provider, err := softwareone.New(upstream.Config{
		Provider:      &model.Provider{Name: "s1", Vendor: model.SoftwareOne, BaseURL: "https://api.example/public"},
		MaxConcurrent: 8, Transport: p, Cache: cache,
	}, providers.NewSecret(token), softwareone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	members := listOf(model.TypeAccount, "ACC-1")
	for _, q := range []providers.Query{{}, members} {
		var got []string
		for _, rows := range []int{40, 20, 50, 60, 20, 0, 50} {
			before := len(p.requests())
			q.Rows = rows
			if q.Parent.Type == "" {
				_, err = provider.Collections().Users.Page(t.Context(), q, "")
			} else {
				_, err = provider.Collections().Memberships.Page(t.Context(), q, "")
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.Join(sizesOf(p)[before:], " "))
		}
		if want := []string{"50@0", "", "", "100@0", "", "", ""}; !slices.Equal(got, want) {
			t.Errorf("requests %q, want %q", got, want)
		}
	}
}
