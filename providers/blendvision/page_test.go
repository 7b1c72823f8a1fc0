package blendvision_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// paging is how a vendor cuts a list of accounts and roles, and what it says.
type paging struct {
	rows int
	// size is the page size in force, 0 for the one that is asked for.
	size int
	// says makes the pagination of a page, nil for an honest one.
	says func(number, size int) string
	// lacks drops a row of each page, as if it were hidden.
	lacks bool
}

func (v paging) transport(calls *atomic.Int32) transport {
	return func(r *http.Request) (int, string) {
		calls.Add(1)
		number, _ := strconv.Atoi(r.URL.Query().Get("current_page"))
		size, _ := strconv.Atoi(r.URL.Query().Get("items_per_page"))
		if v.size != 0 {
			size = v.size
		}
		rows := []json.RawMessage{}
		for i := (number - 1) * size; i < min(number*size, v.rows); i++ {
			if !v.lacks || i%size != 1 {
				rows = append(rows, json.RawMessage(`{"id":"`+strconv.Itoa(i)+`"}`))
			}
		}
		says := fmt.Sprintf(`{"total_items":%d,"items_per_page":%d,"current_page":%d}`, v.rows, size, number)
		if v.says != nil {
			says = v.says(number, size)
		}
		b, _ := json.Marshal(map[string]any{"accounts": rows, "roles": rows, "pagination": json.RawMessage(says)})
		return http.StatusOK, string(b)
	}
}

func saying(text string) func(int, int) string { return func(int, int) string { return text } }

func TestReadingOn(t *testing.T) {
	for name, c := range map[string]struct {
		vendor paging
		// calls is the number of pages; rows that many unless set.
		calls, rows int
	}{
		"nothing":          {vendor: paging{}, calls: 1},
		"one row":          {vendor: paging{rows: 1}, calls: 1},
		"one page":         {vendor: paging{rows: 100}, calls: 1},
		"two pages":        {vendor: paging{rows: 101}, calls: 2},
		"three full pages": {vendor: paging{rows: 300}, calls: 3},
		"hidden rows":      {vendor: paging{rows: 250, lacks: true}, calls: 4, rows: 247},
		"smaller pages":    {vendor: paging{rows: 95, size: 20}, calls: 5},
		"pages of one row": {vendor: paging{rows: 7, size: 1}, calls: 7},
		"larger pages":     {vendor: paging{rows: 950, size: 500}, calls: 2},
		"one page of all":  {vendor: paging{rows: 950, size: 1000}, calls: 1},
		"numbers as text": {vendor: paging{rows: 120, says: func(n, s int) string {
			return fmt.Sprintf(`{"total_items":"120","items_per_page":"%d","current_page":"%d"}`, s, n)
		}}, calls: 2},
		"no pagination":       {vendor: paging{rows: 250, says: saying("null")}, calls: 3},
		"no numbers":          {vendor: paging{rows: 250, says: saying("{}")}, calls: 3},
		"total alone":         {vendor: paging{rows: 250, says: saying(`{"total_items":250}`)}, calls: 3},
		"silent small pages":  {vendor: paging{rows: 5, size: 1, says: saying(`{"total_items":5}`)}, calls: 6},
		"claimed page size":   {vendor: paging{rows: 5, size: 1, says: saying(`{"total_items":5,"items_per_page":100}`)}, calls: 6},
		"total too low":       {vendor: paging{rows: 250, says: saying(`{"total_items":7,"items_per_page":100}`)}, calls: 4},
		"total too high":      {vendor: paging{rows: 150, says: saying(`{"total_items":2147483647,"items_per_page":100}`)}, calls: 3},
		"total below zero":    {vendor: paging{rows: 150, says: saying(`{"total_items":-1,"items_per_page":100}`)}, calls: 2},
		"total beyond 32 bit": {vendor: paging{rows: 150, says: saying(`{"total_items":1000000000000,"items_per_page":100}`)}, calls: 2},
	} {
		t.Run(name, func(t *testing.T) {
			want := c.rows
			if want == 0 {
				want = c.vendor.rows
			}
			var calls atomic.Int32
			p := answering(t, c.vendor.transport(&calls), "o")
			read := map[model.ID]bool{}
			for _, m := range everything(t, p.Collections().Memberships, of(model.TypeOrganization, "o")) {
				read[m.GlobalID()] = true
			}
			if len(read) != want || int(calls.Load()) != c.calls {
				t.Errorf("page by page: %d rows in %d calls, want %d in %d", len(read), calls.Load(), want, c.calls)
			}
			roles, err := p.Collections().Roles(t.Context(), "o")
			if len(roles) != want || err != nil {
				t.Errorf("at once: %d rows, %v, want %d", len(roles), err, want)
			}
		})
	}
}

func TestTotal(t *testing.T) {
	for name, c := range map[string]struct {
		vendor paging
		token  string
		query  providers.Query
		want   *int
	}{
		"honest":            {vendor: paging{rows: 250}, want: ptr(250)},
		"honest, page 3":    {vendor: paging{rows: 250}, token: "3", want: ptr(250)},
		"behind the end":    {vendor: paging{rows: 250}, token: "9", want: ptr(250)},
		"nothing":           {vendor: paging{}, want: ptr(0)},
		"not told":          {vendor: paging{rows: 250, says: saying("{}")}},
		"not told, the end": {vendor: paging{rows: 250, says: saying("{}")}, token: "9"},
		"too low":           {vendor: paging{rows: 250, says: saying(`{"total_items":99}`)}},
		"too low, page 3":   {vendor: paging{rows: 250, says: saying(`{"total_items":249}`)}, token: "3"},
		"filtered by the core": {
			vendor: paging{rows: 250}, query: providers.Query{Filter: providers.Filter{Roles: []model.MembershipRole{model.RoleOwner}}},
		},
	} {
		var calls atomic.Int32
		p := answering(t, c.vendor.transport(&calls), "o")
		c.query.Parent = providers.Parent{Type: model.TypeOrganization, IDs: []string{"o"}}
		page, err := p.Collections().Memberships.Page(t.Context(), c.query, c.token)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := same(c.want, page.Total); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestPagesThatDoNotAdvance(t *testing.T) {
	var calls atomic.Int32
	first := paging{rows: 250, says: saying(`{"total_items":250,"items_per_page":100,"current_page":1}`)}
	p := answering(t, first.transport(&calls), "o")
	members := p.Collections().Memberships
	page, err := members.Page(t.Context(), of(model.TypeOrganization, "o"), "")
	if err != nil || page.Next != "2" {
		t.Fatalf("the first page: %+v, %v", page, err)
	}
	if _, err = members.Page(t.Context(), of(model.TypeOrganization, "o"), page.Next); providers.KindOf(err) != providers.BadResponse {
		t.Errorf("the first page again: %v, want BadResponse", err)
	}
	if _, err := p.Collections().Roles(t.Context(), "o"); providers.KindOf(err) != providers.BadResponse {
		t.Errorf("all at once: %v, want BadResponse", err)
	}
}

func TestAnEndlessListIsNotReadToItsEnd(t *testing.T) {
	var calls atomic.Int32
	endless := answering(t, func(*http.Request) (int, string) {
		calls.Add(1)
		return http.StatusOK, `{"roles":[{"id":"1"}],"accounts":[{"id":"1"}],"pagination":{"total_items":2000000000,"items_per_page":1}}`
	}, "o")
	if _, err := endless.Collections().Roles(t.Context(), "o"); providers.KindOf(err) != providers.Incomplete {
		t.Errorf("roles: %v, want Truncated", err)
	}
	if n := calls.Load(); n > 100 {
		t.Errorf("%d calls", n)
	}
	found := endless.Collections().Users.Get(t.Context(), []string{"1", "2"})
	if found.Objects["1"] == nil || providers.KindOf(found.Failed["2"]) != providers.Incomplete || len(found.Failed) != 1 {
		t.Errorf("users: %v", found)
	}
}

func TestUsersOfSeveralOrganizations(t *testing.T) {
	lists := map[string]string{
		"a": `{"accounts":[{"id":"1","last_name":"A"},{"id":"2"}]}`,
		"b": `{"accounts":[{"id":"1","last_name":"B"},{"id":"3"}]}`,
		"c": `{"accounts":[]}`,
	}
	failing := ""
	p := answering(t, func(r *http.Request) (int, string) {
		id := r.Header.Get("x-bv-org-id")
		if id == failing {
			return http.StatusForbidden, `{"code":7}`
		}
		return http.StatusOK, lists[id]
	}, "a", "c", "b")
	c := p.Collections()

	var tokens, ids []string
	for token := ""; ; {
		page, err := c.Users.Page(t.Context(), providers.Query{}, token)
		if err != nil || !page.MayRepeat || page.Total != nil {
			t.Fatalf("Page(%q) = %+v, %v", token, page, err)
		}
		for _, u := range page.Items {
			ids = append(ids, u.VendorID)
		}
		if token = page.Next; token == "" {
			break
		}
		tokens = append(tokens, token)
	}
	if diff := same([]string{"c/1", "b/1"}, tokens) + same([]string{"1", "2", "1", "3"}, ids); diff != "" {
		t.Error(diff)
	}
	if u := c.Users.Get(t.Context(), []string{"1"}).Objects["1"]; *u.LastName != "A" {
		t.Errorf("the user comes from %s, not from the first organization", *u.LastName)
	}

	failing = "b"
	found := c.Users.Get(t.Context(), []string{"1", "3"})
	if found.Objects["1"] == nil || len(found.Objects) != 1 || providers.KindOf(found.Failed["3"]) != providers.Forbidden || len(found.Failed) != 1 {
		t.Errorf("with one list that cannot be read: %v", found)
	}
	if _, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), ""); providers.KindOf(err) != providers.Forbidden {
		t.Errorf("memberships with one list that cannot be read: %v", err)
	}
	memberships := c.Memberships.Get(t.Context(), []string{"a/1", "b/1", "a/9", "nonsense"})
	if memberships.Objects["a/1"] == nil || len(memberships.Objects) != 1 ||
		providers.KindOf(memberships.Failed["b/1"]) != providers.Forbidden || len(memberships.Failed) != 1 {
		t.Errorf("memberships by id: %v", memberships)
	}
}

// An organization that is gone costs its own users only.
func TestUsersOfOrganizationsThatAreGone(t *testing.T) {
	gone := map[string]bool{"a": true, "c": true, "d": true}
	var asked atomic.Int32
	p := answering(t, func(r *http.Request) (int, string) {
		asked.Add(1)
		if gone[r.Header.Get("x-bv-org-id")] {
			return http.StatusNotFound, `{"code":5,"message":"not found","details":[]}`
		}
		return http.StatusOK, `{"accounts":[{"id":"1"}],"pagination":{}}`
	}, "a", "b", "c", "d")
	c := p.Collections()
	page, err := c.Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 1 || page.Next != "c/1" {
		t.Fatalf("the first that is there: %+v, %v", page, err)
	}
	page, err = c.Users.Page(t.Context(), providers.Query{}, page.Next)
	if err != nil || len(page.Items) != 0 || page.Next != "" || page.Freshness.FetchedAt.IsZero() || asked.Load() != 4 {
		t.Errorf("the end: %+v, %v, after %d calls", page, err, asked.Load())
	}
	found := c.Users.Get(t.Context(), []string{"1", "2"})
	if found.Objects["1"] == nil || len(found.Failed) != 0 {
		t.Errorf("by id: %+v", found)
	}
	gone["b"] = true
	if page, err = c.Users.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.NotFound || page != nil {
		t.Errorf("none is there: %+v, %v", page, err)
	}
	members, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), "")
	if err != nil || len(members.Items) != 0 || members.Freshness.FetchedAt.IsZero() {
		t.Errorf("memberships where none is there: %+v, %v", members, err)
	}
}

func TestListsThatChangeOrBreakOffWhileTheyAreRead(t *testing.T) {
	second := http.StatusOK
	p := answering(t, func(r *http.Request) (int, string) {
		if r.URL.Query().Get("current_page") == "1" {
			return http.StatusOK, `{"accounts":[{"id":"1"},{"id":"2"}],"pagination":{"total_items":3,"items_per_page":2}}`
		}
		return second, `{"accounts":[{"id":"2"}],"pagination":{"total_items":3,"items_per_page":2}}`
	}, "o")
	members := p.Collections().Memberships
	page, err := members.Page(t.Context(), of(model.TypeUser, "2"), "")
	if err != nil || len(page.Items) != 1 || *page.Total != 1 {
		t.Errorf("a row that moved to the next page: %+v, %v", page, err)
	}

	second = http.StatusForbidden
	found := members.Get(t.Context(), []string{"o/1", "o/3"})
	if found.Objects["o/1"] == nil || len(found.Failed) != 1 || providers.KindOf(found.Failed["o/3"]) != providers.Forbidden {
		t.Errorf("with a page that cannot be read: %v", found)
	}
}
