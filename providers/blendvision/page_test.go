package blendvision_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
)

// pagedVendor responds with pages of a list of accounts or roles.
type pagedVendor struct {
	rows int
	// size is the page size, 0 for the requested one.
	size int
	// pagination returns the pagination of a page, nil for the correct one.
	pagination func(number, size int) string
	// hideRows omits one row of each page.
	hideRows bool
}

func (v pagedVendor) transport(calls *atomic.Int32) transport {
	return func(r *http.Request) (int, string) {
		calls.Add(1)
		number, _ := strconv.Atoi(r.URL.Query().Get("current_page"))
		size, _ := strconv.Atoi(r.URL.Query().Get("items_per_page"))
		if v.size != 0 {
			size = v.size
		}
		rows := []json.RawMessage{}
		for i := (number - 1) * size; i < min(number*size, v.rows); i++ {
			if !v.hideRows || i%size != 1 {
				rows = append(rows, json.RawMessage(`{"id":"`+strconv.Itoa(i)+`"}`))
			}
		}
		pagination := fmt.Sprintf(`{"total_items":%d,"items_per_page":%d,"current_page":%d}`, v.rows, size, number)
		if v.pagination != nil {
			pagination = v.pagination(number, size)
		}
		b, _ := json.Marshal(map[string]any{"accounts": rows, "roles": rows, "pagination": json.RawMessage(pagination)})
		return http.StatusOK, string(b)
	}
}

func fixedPagination(text string) func(int, int) string { return func(int, int) string { return text } }

func TestMemberships_ReadsAllPages(t *testing.T) {
	for name, c := range map[string]struct {
		vendor pagedVendor
		// calls is the number of pages, and pages after the last row: one shows whether
		// totals count lists, and one whether a full page is the last.
		calls int
		// rows is the number of rows of an incomplete list, 0 for a complete one.
		rows int
	}{
		"empty":            {vendor: pagedVendor{}, calls: 1},
		"one row":          {vendor: pagedVendor{rows: 1}, calls: 2},
		"one page":         {vendor: pagedVendor{rows: 100}, calls: 2},
		"two pages":        {vendor: pagedVendor{rows: 101}, calls: 3},
		"three full pages": {vendor: pagedVendor{rows: 300}, calls: 5},
		"hidden rows":      {vendor: pagedVendor{rows: 250, hideRows: true}, calls: 5, rows: 247},
		"smaller pages":    {vendor: pagedVendor{rows: 95, size: 20}, calls: 6},
		"pages of one row": {vendor: pagedVendor{rows: 7, size: 1}, calls: 9},
		"larger pages":     {vendor: pagedVendor{rows: 950, size: 500}, calls: 3},
		"one page of all":  {vendor: pagedVendor{rows: 950, size: 1000}, calls: 2},
		"numbers as strings": {vendor: pagedVendor{rows: 120, pagination: func(n, s int) string {
			return fmt.Sprintf(`{"total_items":"120","items_per_page":"%d","current_page":"%d"}`, s, n)
		}}, calls: 3},
		"no pagination":               {vendor: pagedVendor{rows: 250, pagination: fixedPagination("null")}, calls: 3},
		"no numbers":                  {vendor: pagedVendor{rows: 250, pagination: fixedPagination("{}")}, calls: 3},
		"odd numbers":                 {vendor: pagedVendor{rows: 250, pagination: fixedPagination(`{"total_items":"many","items_per_page":[],"current_page":{}}`)}, calls: 3},
		"odd pagination":              {vendor: pagedVendor{rows: 250, pagination: fixedPagination(`[250]`)}, calls: 3},
		"total alone":                 {vendor: pagedVendor{rows: 250, pagination: fixedPagination(`{"total_items":250}`)}, calls: 4},
		"smaller pages, total alone":  {vendor: pagedVendor{rows: 5, size: 1, pagination: fixedPagination(`{"total_items":5}`)}, calls: 7},
		"smaller pages than reported": {vendor: pagedVendor{rows: 5, size: 1, pagination: fixedPagination(`{"total_items":5,"items_per_page":100}`)}, calls: 7},
		"another page reported":       {vendor: pagedVendor{rows: 250, pagination: fixedPagination(`{"total_items":250,"items_per_page":100,"current_page":1}`)}, calls: 4},
		"total too low":               {vendor: pagedVendor{rows: 250, pagination: fixedPagination(`{"total_items":7,"items_per_page":100}`)}, calls: 3},
		"total too high":              {vendor: pagedVendor{rows: 150, pagination: fixedPagination(`{"total_items":2147483647,"items_per_page":100}`)}, calls: 5, rows: 150},
		"negative total":              {vendor: pagedVendor{rows: 150, pagination: fixedPagination(`{"total_items":-1,"items_per_page":100}`)}, calls: 2},
		"total beyond 32 bit":         {vendor: pagedVendor{rows: 150, pagination: fixedPagination(`{"total_items":1000000000000,"items_per_page":100}`)}, calls: 2},
	} {
		t.Run(name, func(t *testing.T) {
			want, kind := c.vendor.rows, providers.Kind(0)
			if c.rows > 0 {
				want, kind = c.rows, providers.Incomplete
			}
			var calls atomic.Int32
			p := connect(t, c.vendor.transport(&calls), "o")
			read := map[model.ID]bool{}
			var err error
			for token := ""; ; {
				page, failed := p.Collections().Memberships.Page(t.Context(), of(model.TypeOrganization, "o"), token)
				if failed != nil {
					t.Fatal(failed)
				}
				for _, m := range page.Items {
					read[m.GlobalID()] = true
				}
				err = errors.Join(append(page.Errors, err)...)
				if token = page.Next; token == "" {
					break
				}
			}
			if len(read) != want || int(calls.Load()) != c.calls || providers.KindOf(err) != kind {
				t.Errorf("Page: %d rows in %d calls, %v; want %d in %d, %v", len(read), calls.Load(), err, want, c.calls, kind)
			}
			roles, err := p.Collections().Roles(t.Context(), "o")
			if providers.KindOf(err) != kind || err == nil && len(roles) != want {
				t.Errorf("Roles: %d rows, %v; want %d, %v", len(roles), err, want, kind)
			}
		})
	}
}

func TestMemberships_Total(t *testing.T) {
	for name, c := range map[string]struct {
		vendor pagedVendor
		token  string
		query  providers.Query
		want   *int
	}{
		"correct":                    {vendor: pagedVendor{rows: 250}, want: ptr(250)},
		"correct, page 3":            {vendor: pagedVendor{rows: 250}, token: "3.200.100.0123abcd", want: ptr(250)},
		"past the end":               {vendor: pagedVendor{rows: 250}, token: "9.250.100.0123abcd", want: ptr(250)},
		"empty":                      {vendor: pagedVendor{}, want: ptr(0)},
		"not reported":               {vendor: pagedVendor{rows: 250, pagination: fixedPagination("{}")}},
		"not reported, past the end": {vendor: pagedVendor{rows: 250, pagination: fixedPagination("{}")}, token: "9.250.100.0123abcd"},
		"too low":                    {vendor: pagedVendor{rows: 250, pagination: fixedPagination(`{"total_items":99}`)}},
		"too low, page 3":            {vendor: pagedVendor{rows: 250, pagination: fixedPagination(`{"total_items":249}`)}, token: "3.200.100.0123abcd"},
		"filtered by the core": {
			vendor: pagedVendor{rows: 250}, query: providers.Query{Filter: providers.Filter{Roles: []model.MembershipRole{model.RoleOwner}}},
		},
	} {
		var calls atomic.Int32
		p := connect(t, c.vendor.transport(&calls), "o")
		c.query.Parent = providers.Parent{Type: model.TypeOrganization, IDs: []string{"o"}}
		page, err := p.Collections().Memberships.Page(t.Context(), c.query, c.token)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if delta := diff(c.want, page.Total); delta != "" {
			t.Errorf("%s: %s", name, delta)
		}
	}
}

func TestLists_RepeatedPage(t *testing.T) {
	c := withVariation(t, func(v *blendvisionfake.Variation) { v.RepeatFirstPage = true }).Collections()
	distributor := blendvisionfake.OrganizationID(2)
	page, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization, distributor), "")
	if err != nil || len(page.Items) != 100 || len(page.Errors) != 0 || page.Next == "" {
		t.Fatalf("first page: %+v, %v", page, err)
	}
	page, err = c.Memberships.Page(t.Context(), of(model.TypeOrganization, distributor), page.Next)
	if err != nil || len(page.Items) != 0 || page.Next != "" || page.Total != nil || len(page.Errors) != 1 || providers.KindOf(page.Errors[0]) != providers.Incomplete {
		t.Errorf("repeated page: %+v, %v", page, err)
	}
	members, err := c.Memberships.Page(t.Context(), of(model.TypeUser, blendvisionfake.AccountID(240)), "")
	if err != nil || len(members.Items) == 0 || members.Total != nil || len(members.Errors) == 0 {
		t.Errorf("memberships of a user: %+v, %v", members, err)
	}
	if found := c.Users.Get(t.Context(), []string{"unknown"}); providers.KindOf(found.Failed["unknown"]) != providers.Incomplete {
		t.Errorf("user that may be on another page: %+v", found)
	}
}

func TestRoles_EndlessList(t *testing.T) {
	var calls atomic.Int32
	endless := connect(t, func(r *http.Request) (int, string) {
		calls.Add(1)
		row := `[{"id":"` + r.URL.Query().Get("current_page") + `"}]`
		return http.StatusOK, `{"roles":` + row + `,"accounts":` + row + `,"pagination":{"total_items":2000000000,"items_per_page":1}}`
	}, "o")
	if _, err := endless.Collections().Roles(t.Context(), "o"); providers.KindOf(err) != providers.Incomplete {
		t.Errorf("roles: %v, want Incomplete", err)
	}
	if n := calls.Load(); n > 100 {
		t.Errorf("%d calls", n)
	}
	result := endless.Collections().Users.Get(t.Context(), []string{"1", "200"})
	if result.Objects["1"] == nil || providers.KindOf(result.Failed["200"]) != providers.Incomplete || len(result.Failed) != 1 {
		t.Errorf("users: %v", result)
	}
}
