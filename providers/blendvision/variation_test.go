package blendvision_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/blendvision"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

// variations are ways to send the same data. A provider reads the same records from
// each.
var variations = map[string]func(*blendvisionfake.Variation){
	"documented":                          func(*blendvisionfake.Variation) {},
	"pages of 50 rows":                    func(v *blendvisionfake.Variation) { v.MaxPerPage = 50 },
	"pages of 50 rows, size 0":            func(v *blendvisionfake.Variation) { v.MaxPerPage, v.Pagination = 50, blendvisionfake.NoSize },
	"pages of 50 rows, total alone":       func(v *blendvisionfake.Variation) { v.MaxPerPage, v.Pagination = 50, blendvisionfake.TotalAlone },
	"pages of 50 rows, no numbers":        func(v *blendvisionfake.Variation) { v.MaxPerPage, v.Pagination = 50, blendvisionfake.NoNumbers },
	"pages of 50 rows, no pagination":     func(v *blendvisionfake.Variation) { v.MaxPerPage, v.Pagination = 50, blendvisionfake.NoPagination },
	"pages of 50 rows, total counts page": func(v *blendvisionfake.Variation) { v.MaxPerPage, v.TotalCountsPage = 50, true },
	"no pagination":                       func(v *blendvisionfake.Variation) { v.Pagination = blendvisionfake.NoPagination },
	"total counts page":                   func(v *blendvisionfake.Variation) { v.TotalCountsPage = true },
	"total counts so far":                 func(v *blendvisionfake.Variation) { v.TotalCountsSoFar = true },
	"pages of 50 rows, total so far":      func(v *blendvisionfake.Variation) { v.MaxPerPage, v.TotalCountsSoFar = 50, true },
	"pages of 10 rows, total so far":      func(v *blendvisionfake.Variation) { v.MaxPerPage, v.TotalCountsSoFar = 10, true },
	"pages of 50 rows, total up to 100":   func(v *blendvisionfake.Variation) { v.MaxPerPage, v.MaxTotal = 50, 100 },
	"pages of 50 rows, total up to 50":    func(v *blendvisionfake.Variation) { v.MaxPerPage, v.MaxTotal = 50, 50 },
	"total up to 100":                     func(v *blendvisionfake.Variation) { v.MaxTotal = 100 },
	"total counts page, alone":            func(v *blendvisionfake.Variation) { v.TotalCountsPage, v.Pagination = true, blendvisionfake.TotalAlone },
	"numbers as text":                     func(v *blendvisionfake.Variation) { v.Pagination = blendvisionfake.NumbersAsText },
	"page numbers reported from 0":        func(v *blendvisionfake.Variation) { v.Pagination = blendvisionfake.NumbersFromZero },
	"an empty page before the end":        func(v *blendvisionfake.Variation) { v.EmptyPage = 2 },
	"an empty first page":                 func(v *blendvisionfake.Variation) { v.EmptyPage = 1 },
	"an empty page, pages of 50 rows":     func(v *blendvisionfake.Variation) { v.EmptyPage, v.MaxPerPage = 3, 50 },
}

func TestVariations_Conformance(t *testing.T) {
	for name, vary := range variations {
		if name == "an empty first page" {
			continue // the suite takes its objects from first pages
		}
		t.Run(name, func(t *testing.T) { providertest.RunVariation(t, conformanceSubject(vary)) })
	}
}

func TestVariations_SameRecords(t *testing.T) {
	want := readEverything(t, withVariation(t, variations["documented"]))
	for name, vary := range variations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if delta := cmp.Diff(want, readEverything(t, withVariation(t, vary))); delta != "" {
				t.Error(delta)
			}
		})
	}
}

// What a process has seen of a vendor does not make a list end early, or give it a total
// that is too low, when the vendor changes.
func TestVariations_ChangeAtRuntime(t *testing.T) {
	var current atomic.Pointer[blendvisionfake.Fake]
	become := func(vary func(*blendvisionfake.Variation)) {
		fake := blendvisionfake.New(token)
		vary(&fake.Variation)
		current.Store(fake)
	}
	become(variations["documented"])
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { current.Load().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	p, err := blendvision.New(config(server.URL, nil), providers.NewSecret(token), blendvision.Options{Organizations: current.Load().Organizations()})
	if err != nil {
		t.Fatal(err)
	}
	want := readEverything(t, p)
	for name, vary := range variations {
		if testing.Short() && !strings.Contains(name, "so far") { // as the race detector runs
			continue
		}
		become(vary)
		if delta := cmp.Diff(want, readEverything(t, p)); delta != "" {
			t.Errorf("%s: %s", name, delta)
		}
	}
	become(variations["pages of 50 rows, total up to 100"])
	distributor := of(model.TypeOrganization, blendvisionfake.OrganizationID(2))
	readList(t, p.Collections().Memberships, distributor)
	if page, err := p.Collections().Memberships.Page(t.Context(), distributor, ""); err != nil || page.Total != nil {
		t.Errorf("total %d, %v", *page.Total, err)
	}
}

// A page has a total only if that counts the list, or if the list ends with the page.
func TestVariations_Total(t *testing.T) {
	for name, want := range map[string]bool{
		"documented": true, "pages of 50 rows": true, "pages of 50 rows, size 0": true, "numbers as text": true,
		"no pagination": false, "an empty page before the end": false, "total up to 100": false, "pages of 50 rows, total up to 100": false, "total counts page": false, "pages of 50 rows, total counts page": false,
	} {
		t.Run(name, func(t *testing.T) {
			p := withVariation(t, variations[name])
			rowsOf := map[int]int{2: 170}
			if want {
				rowsOf[3], rowsOf[5] = 100, 30
			}
			for n, rows := range rowsOf {
				for token := ""; ; {
					page, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeOrganization, blendvisionfake.OrganizationID(n)), token)
					if err != nil || page.Total == nil && want || page.Total != nil && (*page.Total != rows || !want && page.Next != "") {
						t.Fatalf("organization %d, Page(%q): %+v, %v", n, token, page, err)
					}
					if token = page.Next; token == "" {
						break
					}
				}
			}
		})
	}
}

// A list that ends before its total is not complete.
func TestVariations_HiddenRows(t *testing.T) {
	c := withVariation(t, func(v *blendvisionfake.Variation) { v.HideRows = true }).Collections()
	var errs []error
	rows := 0
	for token := ""; ; {
		page, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization, blendvisionfake.OrganizationID(2)), token)
		if err != nil {
			t.Fatal(err)
		}
		rows, errs = rows+len(page.Items), append(errs, page.Errors...)
		if token = page.Next; token == "" {
			break
		}
	}
	if rows != 168 || len(errs) != 1 || providers.KindOf(errs[0]) != providers.Incomplete {
		t.Errorf("%d rows, %v", rows, errs)
	}
}

func TestVariations_OddValues(t *testing.T) {
	query := of(model.TypeOrganization, blendvisionfake.OrganizationID(5))
	want := readList(t, withVariation(t, variations["documented"]).Collections().Memberships, query)
	page, err := withVariation(t, func(v *blendvisionfake.Variation) { v.OddValues = true }).Collections().Memberships.Page(t.Context(), query, "")
	if err != nil || len(page.Items) != len(want) || len(page.Errors) != 1 || providers.KindOf(page.Errors[0]) != providers.BadResponse {
		t.Fatalf("%+v, %v", page, err)
	}
	for i, m := range page.Items {
		known, user := *want[i], *want[i].User
		if known.User = &user; i%3 == 0 {
			known.VendorRoleID, user.CreatedAt, user.FirstName, user.Name = nil, nil, m.User.FirstName, m.User.Name
			user.FieldSet = model.AllExcept().WithInvalid("createdAt")
			if m.User.FirstName == nil {
				t.Errorf("%s: no first name", m.ID)
			}
		}
		opts := cmp.Options{cmp.AllowUnexported(model.FieldSet{}), cmp.Transformer("provider", func(p *model.Provider) string { return p.Name })}
		if delta := cmp.Diff(&known, m, opts); delta != "" {
			t.Error(delta)
		}
	}
}

func TestVariations_OlderAccounts(t *testing.T) {
	c := withVariation(t, func(v *blendvisionfake.Variation) { v.OlderAccounts = true }).Collections()
	addresses := 0
	for _, u := range readList(t, c.Users, providers.Query{}) {
		if u.ContactEmail != nil || u.AccountType != nil || u.VendorAccountType != nil || (u.Login == nil) != (u.Email == nil) || u.Login != nil && *u.Login != *u.Email {
			t.Errorf("%+v", u)
		}
		if u.Email != nil {
			addresses++
		}
	}
	if addresses < 100 {
		t.Errorf("%d users have an address", addresses)
	}
}

// readEverything returns the ids of all records that can be listed, by list.
func readEverything(t *testing.T, p *blendvision.Provider) map[string][]string {
	t.Helper()
	c := p.Collections()
	all := map[string][]string{"users": ids(readList(t, c.Users, providers.Query{}))}
	for _, n := range []int{2, 3, 5} {
		id := blendvisionfake.OrganizationID(n)
		all["members of "+id] = ids(readList(t, c.Memberships, of(model.TypeOrganization, id)))
		all["children of "+id] = ids(readList(t, c.Organizations, of(model.TypeOrganization, id)))
		roles, err := c.Roles(t.Context(), id)
		if err != nil {
			t.Error(err)
		}
		for _, r := range roles {
			all["roles of "+id] = append(all["roles of "+id], r.VendorID)
		}
	}
	for _, n := range []int{110, 240, 299} {
		id := blendvisionfake.AccountID(n)
		all["memberships of "+id] = ids(readList(t, c.Memberships, of(model.TypeUser, id)))
		if c.Users.Get(t.Context(), []string{id}).Objects[id] == nil {
			t.Errorf("user %s not found", id)
		}
	}
	if len(all["users"]) != 190 {
		t.Errorf("%d users", len(all["users"]))
	}
	return all
}

// ids returns the distinct ids of rows.
func ids[T model.Node](rows []T) []string {
	var all []string
	for _, row := range rows {
		all = append(all, row.GlobalID().VendorID())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// withVariation returns a provider of a fake with a variation.
func withVariation(t *testing.T, vary func(*blendvisionfake.Variation)) *blendvision.Provider {
	t.Helper()
	fake := blendvisionfake.New(token)
	vary(&fake.Variation)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	p, err := blendvision.New(config(server.URL, nil), providers.NewSecret(token), blendvision.Options{Organizations: fake.Organizations()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
