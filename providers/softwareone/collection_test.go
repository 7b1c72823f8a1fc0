package softwareone_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// pagedList responds with a list of total users in pages of pageLimit; meta
// returns the members of each page's $meta.
func pagedList(total, pageLimit int, meta func(offset, limit int) string) func(path, query string) string {
	return func(_, query string) string {
		_, text, _ := strings.Cut(query, "offset=")
		offset, _ := strconv.Atoi(text)
		var rows []string
		for i := offset; i < min(offset+pageLimit, total); i++ {
			rows = append(rows, fmt.Sprintf(`{"id":"USR-%d"}`, i))
		}
		return fmt.Sprintf(`{"$meta":{%s},"data":[%s]}`, meta(offset, pageLimit), strings.Join(rows, ","))
	}
}

// paginationWith returns the usual $meta with this total.
func paginationWith(total string) func(offset, limit int) string {
	return func(offset, limit int) string {
		return fmt.Sprintf(`"pagination":{"offset":%d,"limit":%d,"total":%s}`, offset, limit, total)
	}
}

func TestCollection_PagesByRowsReceived(t *testing.T) {
	for name, c := range map[string]struct {
		total, pageLimit int
		meta             func(offset, limit int) string
		tokens           []string
		hasTotal         bool
	}{
		"full pages":     {250, 100, paginationWith("250"), []string{"100", "200"}, true},
		"exactly full":   {200, 100, paginationWith("200"), []string{"100"}, true},
		"empty":          {0, 100, paginationWith("0"), nil, true},
		"reduced limit":  {120, 50, paginationWith("120"), []string{"50", "100"}, true},
		"no total":       {120, 50, paginationWith("null"), []string{"50", "100", "120"}, false},
		"full, no total": {100, 50, paginationWith("null"), []string{"50", "100"}, false},
		"total too low":  {120, 50, paginationWith("7"), []string{"50", "100", "120"}, false},
		"total negative": {70, 50, paginationWith("-1"), []string{"50", "70"}, false},
		"total too high": {70, 50, paginationWith("1000000000000"), []string{"50", "70"}, false},
		"fewer rows than the limit": {70, 30, func(offset, _ int) string {
			return fmt.Sprintf(`"pagination":{"offset":%d,"limit":100,"total":70}`, offset)
		}, []string{"30", "60"}, true},
		"fewer rows than the limit, no total": {70, 30, func(offset, _ int) string {
			return fmt.Sprintf(`"pagination":{"offset":%d,"limit":100,"total":null}`, offset)
		}, []string{"30", "60", "70"}, false},
		"odd values": {70, 50, func(int, int) string { return `"pagination":{"offset":"x","limit":{},"total":"70"}` }, []string{"50", "70"}, false},
		"limit 0": {70, 50, func(offset, _ int) string {
			return fmt.Sprintf(`"pagination":{"offset":%d,"limit":0,"total":70}`, offset)
		}, []string{"50"}, true},
		"no pagination": {120, 50, func(int, int) string { return "" }, []string{"50", "100", "120"}, false},
		"no limit": {120, 50, func(offset, _ int) string {
			return fmt.Sprintf(`"pagination":{"offset":%d,"total":120}`, offset)
		}, []string{"50", "100"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := &stubPlatform{respond: pagedList(c.total, c.pageLimit, c.meta)}
			users := connectTo(t, p, "").Collections().Users
			var ids, tokens []string
			for token := ""; ; {
				page, err := users.Page(t.Context(), providers.Query{}, token)
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range page.Items {
					ids = append(ids, u.VendorID)
				}
				if c.hasTotal != (page.Total != nil) || c.hasTotal && *page.Total != c.total {
					t.Errorf("page %q: total %v", token, page.Total)
				}
				if token = page.Next; token == "" {
					break
				}
				tokens = append(tokens, token)
			}
			if !slices.Equal(tokens, c.tokens) {
				t.Errorf("tokens %q, want %q", tokens, c.tokens)
			}
			if len(ids) != c.total || len(slices.Compact(ids)) != c.total {
				t.Errorf("%d rows, want %d", len(ids), c.total)
			}
		})
	}
}

func TestCollection_FailsOnRepeatedPage(t *testing.T) {
	p := &stubPlatform{respond: func(string, string) string {
		return `{"$meta":{"pagination":{"offset":0,"limit":100,"total":300}},"data":[{"id":"USR-1"}]}`
	}}
	users := connectTo(t, p, "").Collections().Users
	page, err := users.Page(t.Context(), providers.Query{}, "")
	if err != nil || page.Next != "1" {
		t.Fatalf("%+v, %v", page, err)
	}
	if _, err := users.Page(t.Context(), providers.Query{}, page.Next); providers.KindOf(err) != providers.Incomplete {
		t.Errorf("the second request returned the first page: %v", err)
	}
}

func TestCollection_FailsOnBadResponses(t *testing.T) {
	for _, body := range []string{
		`[]`, `{}`, `{"data":{}}`, `{"$meta":"x","data":[]}`,
	} {
		c, _ := connect(t, body)
		_, err := c.Users.Page(t.Context(), providers.Query{}, "")
		var e *providers.Error
		if !errors.As(err, &e) || e.Kind != providers.BadResponse {
			t.Errorf("%s: %v", body, err)
		}
	}
	// The platform leaves out empty arrays.
	c, _ := connect(t, `{"$meta":{"pagination":{"offset":0,"limit":100,"total":0}}}`)
	if page, err := c.Users.Page(t.Context(), providers.Query{}, ""); err != nil || len(page.Items) != 0 {
		t.Errorf("%v, %v", page, err)
	}
}

// A row without an id is left out of its page, which says so.
func TestCollection_LeavesOutRowsWithoutID(t *testing.T) {
	for _, row := range []string{`7`, `"[Circular Reference]"`, `{}`, `{"id":""}`, `{"id":null}`, `{"id":{}}`, `null`} {
		c, _ := connect(t, rowsOf(`{"id":"USR-1"}`, row))
		page, err := c.Users.Page(t.Context(), providers.Query{}, "")
		if err != nil || len(page.Items) != 1 || len(page.Errors) != 1 || providers.KindOf(page.Errors[0]) != providers.BadResponse {
			t.Errorf("%s: %v, %+v", row, err, page)
		}
		found := c.Users.Get(t.Context(), []string{"USR-1", "USR-2"})
		if found.Objects["USR-1"] == nil || found.Failed["USR-2"] == nil {
			t.Errorf("%s: found %v, failed %v: the row may be that of USR-2", row, found.Objects, found.Failed)
		}
	}
}

func TestCollection_GetReadsInBatches(t *testing.T) {
	p := &stubPlatform{respond: func(_, query string) string {
		var rows []string
		for i := range 250 {
			if id := fmt.Sprintf("USR-%03d", i); i != 7 && strings.Contains(query, "%22"+id+"%22") {
				rows = append(rows, `{"id":"`+id+`"}`)
			}
		}
		return rowsOf(append(rows, rows...)...)
	}}
	users := connectTo(t, p, "").Collections().Users
	ids := []string{"", "\xff", strings.Repeat("x", 65), "USR-000"}
	for i := range 250 {
		ids = append(ids, fmt.Sprintf("USR-%03d", i))
	}
	found := users.Get(t.Context(), ids)
	if len(found.Objects) != 249 || len(found.Failed) != 0 || found.Objects["USR-249"] == nil {
		t.Errorf("%d objects, failed %v", len(found.Objects), found.Failed)
	}
	if n := len(p.requests()); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
}

// An id that could break a query of others gets a call of its own, and one that no
// query can express is in the path.
func TestCollection_GetReadsUnusualIDs(t *testing.T) {
	long := strings.Repeat("x", 500)
	ids := []string{long, "龍龍龍龍龍龍龍龍龍龍", `back\slash`, "\u00a0", `a"b`, "it's", `a"b'c`}
	p := &stubPlatform{respond: func(path, query string) string {
		if path != "/users" {
			name, _ := url.PathUnescape(strings.TrimPrefix(path, "/users/"))
			text, _ := json.Marshal(map[string]string{"id": name})
			return string(text)
		}
		var rows []string
		for _, id := range ids {
			for _, quoted := range []string{"%22" + strings.ReplaceAll(url.QueryEscape(id), "+", "%20") + "%22", "%27" + url.QueryEscape(id) + "%27"} {
				if text, _ := json.Marshal(map[string]string{"id": id}); strings.Contains(query, quoted) {
					rows = append(rows, string(text))
				}
			}
		}
		return rowsOf(rows...)
	}}
	users := connectTo(t, p, "").Collections().Users
	found := users.Get(t.Context(), ids)
	for _, id := range ids {
		if o := found.Objects[id]; o == nil || o.VendorID != id {
			t.Errorf("%q is missing: %v", id, found.Failed[id])
		}
	}
	if n := len(p.requests()); n > len(ids) {
		t.Errorf("%d calls: %q", n, p.requests())
	}
}

// The vendor may send fewer rows than ids.
func TestCollection_GetReadsOn(t *testing.T) {
	const cap = 10
	for name, promised := range map[string]func(rows, total int) string{
		"total": func(_, total int) string {
			return fmt.Sprintf(`"pagination":{"offset":0,"limit":10,"total":%d}`, total)
		},
		"no total":            func(int, int) string { return `"pagination":{"offset":0,"limit":10}` },
		"limit 100, no total": func(int, int) string { return `"pagination":{"offset":0,"limit":100,"total":null}` },
		"silent":              func(int, int) string { return "" },
	} {
		p := &stubPlatform{respond: func(_, query string) string {
			var rows []string
			for i := range 35 {
				if id := fmt.Sprintf("USR-%03d", i); strings.Contains(query, "%22"+id+"%22") {
					rows = append(rows, `{"id":"`+id+`"}`)
				}
			}
			sent := rows[:min(cap, len(rows))]
			return fmt.Sprintf(`{"$meta":{%s},"data":[%s]}`, promised(len(sent), len(rows)), strings.Join(sent, ","))
		}}
		ids := []string{"USR-none"}
		for i := range 35 {
			ids = append(ids, fmt.Sprintf("USR-%03d", i))
		}
		found := connectTo(t, p, "").Collections().Users.Get(t.Context(), ids)
		if len(found.Objects) != 35 || len(found.Failed) != 0 {
			t.Errorf("%s: %d objects, failed %v", name, len(found.Objects), found.Failed)
		}
	}
	p := &stubPlatform{respond: func(string, string) string {
		return `{"$meta":{"pagination":{"offset":0,"limit":100,"total":2}},"data":[]}`
	}}
	found := connectTo(t, p, "").Collections().Users.Get(t.Context(), []string{"USR-1", "USR-2"})
	if len(found.Objects) != 0 || providers.KindOf(found.Failed["USR-1"]) != providers.Incomplete || len(found.Failed) != 2 {
		t.Errorf("rows that never come: %v, failed %v", found.Objects, found.Failed)
	}
}

func TestCollection_GetBoundsURLs(t *testing.T) {
	c, p := connect(t, rowsOf())
	var ids []string
	for i := range 200 {
		ids = append(ids, fmt.Sprintf("%s%04d", strings.Repeat("&", 20), i), fmt.Sprintf("%s%04d", strings.Repeat("龍", 10), i))
	}
	c.Users.Get(t.Context(), ids)
	if n := len(p.requests()); n != 6 {
		t.Errorf("%d calls", n)
	}
	for _, request := range p.requests() {
		if len(request) > 8000 {
			t.Errorf("a URL of %d bytes", len(request))
		}
	}
}

// A row that was not requested is an invalid response, unless all others are there.
func TestCollection_GetsUnrequestedRows(t *testing.T) {
	for name, c := range map[string]struct {
		rows   []string
		failed bool
	}{
		"no row":                   {nil, false},
		"another row":              {[]string{`{"id":"X-9"}`}, true},
		"a row in another case":    {[]string{`{"id":"x-1"}`}, false},
		"the rows of a whole list": {[]string{`{"id":"X-8"}`, `{"id":"X-9"}`}, true},
	} {
		collections, _ := connect(t, rowsOf(c.rows...))
		for kind, failed := range map[string]error{
			"users":    collections.Users.Get(t.Context(), []string{"X-1"}).Failed["X-1"],
			"accounts": collections.Accounts.Get(t.Context(), []string{"X-1"}).Failed["X-1"],
			"groups":   collections.Groups.Get(t.Context(), []string{"X-1"}).Failed["X-1"],
		} {
			if (failed != nil) != c.failed || c.failed && providers.KindOf(failed) != providers.BadResponse {
				t.Errorf("%s, %s: %v", name, kind, failed)
			}
		}
	}
	// No query can contain this id: it is read by its path.
	collections, _ := connect(t, `{"id":"X-9"}`)
	id := "X-1\"'"
	if found := collections.Users.Get(t.Context(), []string{id}); providers.KindOf(found.Failed[id]) != providers.BadResponse {
		t.Errorf("by path: %v", found)
	}
}

func TestCollection_ListsByAccount(t *testing.T) {
	for name, c := range map[string]struct{ rows, want string }{
		"account named":  {`{"id":"X-1","account":{"id":"ACC-2","name":"Acme"}}`, "ACC-2"},
		"account absent": {`{"id":"X-1"}`, ""},
	} {
		collections, p := connect(t, rowsOf(c.rows))
		page, err := collections.Groups.Page(t.Context(), listOf(model.TypeAccount, "ACC-1", "ACC-2", "ACC-1"), "")
		if (err == nil) != (c.want != "") || err == nil && page.Items[0].Account.VendorID != c.want {
			t.Errorf("%s: %v, %v", name, page, err)
		}
		want := `/user-groups?in(account.id,("ACC-1","ACC-2"))&select=audit&order=id&limit=100&offset=0`
		if got := unescaped(t, p.requests()[0]); got != want {
			t.Errorf("requested %s, want %s", got, want)
		}
		buyers, err := collections.Buyers.Page(t.Context(), listOf(model.TypeAccount, "ACC-1"), "")
		if c.want == "" && (err != nil || buyers.Items[0].Account == nil) || c.want != "" && providers.KindOf(err) != providers.BadResponse {
			t.Errorf("%s, one account: %v", name, err)
		}
		// The platform may ignore case.
		if buyers, err = collections.Buyers.Page(t.Context(), listOf(model.TypeAccount, "acc-2"), ""); err != nil || len(buyers.Items) != 1 {
			t.Errorf("%s, one account in another case: %v", name, err)
		}
	}
	collections, p := connect(t, rowsOf())
	if !collections.Groups.SupportsParents(model.TypeAccount) || !collections.Buyers.SupportsParents(model.TypeAccount) || collections.Groups.SupportsParents(model.TypeUser) ||
		collections.Users.SupportsParents(model.TypeAccount) || collections.Memberships.SupportsParents(model.TypeAccount) || !collections.Memberships.SupportsParents(model.TypeUser) {
		t.Error("a list supports other parents than it should")
	}
	for _, ids := range [][]string{{"\"'"}, {"ACC-1", "\"'"}} {
		if page, err := collections.Groups.Page(t.Context(), listOf(model.TypeAccount, ids...), ""); providers.KindOf(err) != providers.InvalidID || len(p.requests()) != 0 {
			t.Errorf("%q, of which one cannot be quoted: %v, %v", ids, page, err)
		}
	}
}
