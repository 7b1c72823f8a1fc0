package index_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// queries are lists that the vendor can neither filter nor sort.
func queries() (all []providers.Query) {
	day := time.Date(2021, 1, 2, 0, 0, 0, 0, time.UTC)
	filters := []providers.Filter{
		{}, {Emails: []string{"lukasz3@example.com", "zoe1@example.com", "nobody@example.com"}}, {HasEmail: new(true), Status: []string{"ACTIVE"}}, {HasEmail: new(false)}, {Name: "LUKASZ"}, {Name: "ss"}, {EmailDomains: []string{"example.com"}, Name: "A"},
		{Status: []string{"BLOCKED", "OTHER"}}, {CreatedAfter: &day}, {UpdatedBefore: &day, Status: []string{"ACTIVE"}},
	}
	for _, f := range filters {
		all = append(all, providers.Query{Filter: f})
		for _, field := range []model.UserOrderField{
			model.OrderByName, model.OrderByEmail, model.OrderByStatus, model.OrderByCreatedAt, model.OrderByUpdatedAt, model.OrderByLastLoginAt,
		} {
			all = append(all, providers.Query{Filter: f, Order: providers.Order{Field: field}}, providers.Query{Filter: f, Order: providers.Order{Field: field, Descending: true}})
		}
	}
	return all
}

// An index returns the rows, in their order, that reading the list returns, and their
// fields.
func TestIndex_EqualsReading(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 9, 350} {
		v := newVendor(randomUsers(r, n)...)
		plain := directory.New(v)
		for name, o := range map[string]int{"index": 0, "short list": 1000} {
			options := options
			options.MinRows = o
			d, _ := indexed(t, v, options)
			for _, q := range queries() {
				want, total := walk(t, plain, q, 1000)
				got, gotTotal := walk(t, d, q, 60)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s of %d rows, %+v:\n%s", name, n, q, diff)
				}
				if name == "index" && !isPlain(q) && (gotTotal == nil || *gotTotal != len(want)) || total != nil && *total != len(want) {
					t.Errorf("%s of %d rows, %+v: total %v, want %v", name, n, q, gotTotal, total)
				}
			}
		}
	}
}

// A row of an index has the values of the vendor's row, but for those that it does not
// hold.
func TestIndex_Fields(t *testing.T) {
	full := user(0)
	full.Login, full.ContactEmail, full.FirstName, full.MiddleName, full.LastName = full.Email, new("other@example.com"), new("Person"), new(""), new("Ä")
	full.AccountType, full.VendorAccountType, full.VendorStatus = new(model.UserAccountShared), new("Team"), new("Working")
	full.LastLoginAt, full.CreatedAt, full.UpdatedAt = new(time.Unix(1, 2).UTC()), new(time.Date(1, 2, 3, 4, 5, 6, 7, time.UTC)), new(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	partial := user(1)
	partial.FieldSet = model.OnlyFields("email", "name")
	unpacked := user(2)
	unpacked.Phone, unpacked.CustomAttributes = &model.Phone{}, []*model.CustomAttribute{{Name: "a"}}
	rows := []*model.User{full, partial, unpacked}
	d, _ := indexed(t, newVendor(rows...), options)

	got := read(t, d, providers.Query{Order: providers.Order{Field: model.OrderByEmail}}, 10, nil).Nodes()
	if diff := cmp.Diff(rows[:2], got[:2], cmp.AllowUnexported(model.FieldSet{})); diff != "" {
		t.Error(diff)
	}
	if u := got[2]; u.HasField("phone") || u.HasField("customAttributes") || u.Complete() || !u.HasField("icon") || *u.Name != *unpacked.Name {
		t.Errorf("%+v", u)
	}
}

// If the first page shows that the vendor does not sort, the index answers this query, too.
func TestIndex_VendorRejectsOrder(t *testing.T) {
	v := newVendor(users(2500)...)
	v.claimsOrders = true
	d, _ := indexed(t, v, options)
	for round := range 2 {
		listing := read(t, d, providers.Query{Order: providers.Order{Field: model.OrderByEmail}}, 2, nil)
		if rows := listing.Nodes(); len(rows) != 2 || rows[0].VendorID != "0" || rows[1].VendorID != "1000" || !listing.Complete || *listing.TotalCount != 2500 {
			t.Errorf("round %d: %v, complete %t, %v", round, rows, listing.Complete, listing.Errors)
		}
	}
}

// What was missing when the list was read is missing in every answer.
func TestIndex_Gaps(t *testing.T) {
	v := newVendor(users(30)...)
	v.gap = &providers.Error{Kind: providers.Forbidden, Provider: v.connection}
	d, _ := indexed(t, v, options)
	listing := read(t, d, providers.Query{Filter: providers.Filter{Emails: []string{"person7@example.com"}}}, 10, nil)
	if len(listing.Nodes()) != 1 || listing.Complete || listing.TotalCount != nil || len(listing.Errors) != 1 {
		t.Errorf("%d rows, complete %t, total %v, %v", len(listing.Nodes()), listing.Complete, listing.TotalCount, listing.Errors)
	}
	v.set(func(v *vendor) {
		v.version++
		v.gap = &providers.Error{Kind: providers.Incomplete, Provider: v.connection}
	})
	listing = read(t, d, providers.Query{Order: providers.Order{Field: model.OrderByEmail}}, 10, nil)
	if len(listing.Nodes()) != 0 || listing.Complete || len(listing.Errors) != 1 {
		t.Errorf("an order of a part: %d rows, complete %t, %v", len(listing.Nodes()), listing.Complete, listing.Errors)
	}
}

// A value that the vendor hides makes it unknown whether its row matches.
func TestIndex_HiddenValues(t *testing.T) {
	rows := users(3)
	rows[1].Name, rows[1].FieldSet = nil, (*model.FieldSet)(nil).Hiding("name")
	d, _ := indexed(t, newVendor(rows...), options)
	for q, complete := range map[*providers.Query]bool{
		{Filter: providers.Filter{Name: "2"}}:                                      false,
		{Order: providers.Order{Field: model.OrderByName}}:                         false,
		{Filter: providers.Filter{Emails: []string{"person2@example.com"}}}:        true,
		{Filter: providers.Filter{Name: "2", Status: []string{string("BLOCKED")}}}: true,
	} {
		if listing := read(t, d, *q, 10, nil); listing.Complete != complete || len(listing.Errors) > 0 {
			t.Errorf("%+v: complete %t, %v", q, listing.Complete, listing.Errors)
		}
	}
}

// Get reads the page that holds a user, those beside it if the user has moved, and at last
// the list.
func TestGet_Pages(t *testing.T) {
	v := newVendor(users(100)...)
	d, _ := indexed(t, v, options)
	get := func(id int) (*model.User, int) {
		v.pages()
		global := model.NewID("one", model.TypeUser, fmt.Sprint(id))
		objects, failed := directory.Objects(t.Context(), d, selectUsers, []model.ID{global})
		if len(failed) > 0 {
			t.Errorf("user %d: %v", id, failed)
		}
		return objects[global], v.pages()
	}
	get(0) // builds the index
	if u, pages := get(55); u == nil || u.VendorID != "55" || pages != 1 {
		t.Errorf("%v, %d pages", u, pages)
	}
	if u, pages := get(1000); u != nil || pages != 0 {
		t.Errorf("an unknown user: %v, %d pages", u, pages)
	}
	v.set(func(v *vendor) { v.users = append([]*model.User{user(200), user(201)}, v.users...) })
	if u, pages := get(49); u == nil || pages != 3 {
		t.Errorf("a user that moved to the next page: %v, %d pages", u, pages)
	}
	v.set(func(v *vendor) { v.users[12], v.users[95] = v.users[95], v.users[12] })
	if u, _ := get(10); u == nil {
		t.Error("a user that moved is not found")
	}
}

// isPlain reports whether the vendor supports a query, so that it is not indexed.
func isPlain(q providers.Query) bool { return cmp.Equal(q, providers.Query{}) }

// A list that began with an index or without one continues without or with it, as when it
// has grown meanwhile, or on another replica.
func TestIndex_ContinuesOtherLists(t *testing.T) {
	v := newVendor(randomUsers(rand.New(rand.NewPCG(3, 4)), 150)...)
	short := options
	short.MinRows = 1000
	index, _ := indexed(t, v, options)
	list, _ := indexed(t, v, short)
	from := map[string]*directory.Directory{"no index": directory.New(v), "a short list": list, "an index": index}
	to := map[string]*directory.Directory{"a short list": list, "an index": index}
	for _, q := range queries() {
		want, _ := walk(t, from["no index"], q, 1000)
		for begins, first := range from {
			for _, rows := range []int{3, 40} {
				page := read(t, first, q, rows, nil)
				for ends, rest := range to {
					got := []string{}
					for _, u := range page.Nodes() {
						got = append(got, u.VendorID)
					}
					if page.PageInfo.HasNextPage {
						got = append(got, walkAfter(t, rest, q, 60, page.PageInfo.Last)...)
					}
					if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
						t.Errorf("%d rows of %s, then %s: %+v\n%s", rows, begins, ends, q, diff)
					}
				}
			}
		}
	}
}
