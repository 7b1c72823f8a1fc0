package index_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// walkPeople reads a list of people to its end, in pages of some, and returns their addresses
// with the ids of their users.
func walkPeople(t *testing.T, d *directory.Directory, l directory.PeopleList, first int) (people [][]string) {
	t.Helper()
	for w := (directory.Window{First: first}); ; {
		page := directory.ReadPeople(t.Context(), d, l, w)
		if len(page.Errors) > 0 || !page.Complete || page.TotalCount == nil {
			t.Fatalf("%+v: complete %t, %v", l, page.Complete, page.Errors)
		}
		for _, e := range page.Edges {
			people = append(people, append([]string{e.Node.Email}, vendorIDs(e.Node.Users)...))
		}
		if !page.PageInfo.HasNextPage {
			if *page.TotalCount != len(people) {
				t.Errorf("%+v: total %d, want %d", l, *page.TotalCount, len(people))
			}
			return people
		}
		after, err := model.ParseCursor(*page.PageInfo.EndCursor(), l.ID())
		if err != nil {
			t.Fatal(err)
		}
		w = directory.Window{First: first, After: &after}
	}
}

// A list of people is the same from an index as from reading the list of users.
func TestIndex_PeopleEqualReading(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 350} {
		v := newVendor(randomUsers(r, n)...)
		plain := directory.New(v)
		d, _ := indexed(t, v, options)
		day := time.Date(2021, 1, 2, 0, 0, 0, 0, time.UTC)
		for _, f := range []directory.PeopleFilter{
			{}, {CanSignIn: new(true)}, {CanSignIn: new(false)}, {Name: "lukasz"}, {Conflict: new(true)}, {NeverLoggedIn: new(false)},
			{LastLoginBefore: &day}, {EmailDomains: []string{"example.com"}, Conflict: new(false)}, {Emails: []string{"lukasz3@example.com", "zoe1@example.com"}},
		} {
			for _, o := range []directory.PeopleOrder{
				{}, {Field: model.OrderPeopleByName}, {Field: model.OrderPeopleByLastLoginAt, Descending: true}, {Field: model.OrderPeopleByEmail, Descending: true},
			} {
				l := directory.PeopleList{Filter: f, Order: o}
				if diff := cmp.Diff(walkPeople(t, plain, l, 100), walkPeople(t, d, l, 9)); diff != "" {
					t.Fatalf("%d users, %+v (-reading +index):\n%s", n, l, diff)
				}
			}
		}
	}
}

// A list continues where it ended in an index that was built again, though its people have
// changed.
func TestIndex_PeopleAfterRebuild(t *testing.T) {
	v := newVendor(users(50)...)
	d, _ := indexed(t, v, options)
	l := directory.PeopleList{}
	all := walkPeople(t, d, l, 100)
	page := directory.ReadPeople(t.Context(), d, l, directory.Window{First: 20})
	v.set(func(v *vendor) {
		v.version++
		v.users = slices.DeleteFunc(v.users, func(u *model.User) bool { return u.VendorID == all[18][1] || u.VendorID == all[2][1] })
	})
	after, err := model.ParseCursor(*page.PageInfo.EndCursor(), l.ID())
	if err != nil {
		t.Fatal(err)
	}
	page = directory.ReadPeople(t.Context(), d, l, directory.Window{First: 1, After: &after})
	if len(page.Edges) != 1 || page.Edges[0].Node.Email != all[20][0] || !page.Complete {
		t.Errorf("the list continues at %+v, want %s", page.Nodes(), all[20][0])
	}
}

// What was missing when the index was built is missing in the list.
func TestIndex_PeopleGaps(t *testing.T) {
	v := newVendor(users(5)...)
	v.gap = &providers.Error{Kind: providers.Forbidden, Provider: v.connection}
	d, _ := indexed(t, v, options)
	page := directory.ReadPeople(t.Context(), d, directory.PeopleList{}, directory.Window{First: 9})
	if len(page.Edges) != 5 || page.Complete || page.TotalCount != nil || len(page.Errors) != 1 {
		t.Errorf("%d people, complete %t, %v", len(page.Edges), page.Complete, page.Errors)
	}
}
