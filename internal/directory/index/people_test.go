package index_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/directory/index"
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
		after, err := model.ParseCursor(*page.PageInfo.EndCursor(), l.ID(nil))
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
	after, err := model.ParseCursor(*page.PageInfo.EndCursor(), l.ID(nil))
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

// peopleWithin reads a page of people before a deadline, after the page if there is one.
func peopleWithin(t *testing.T, d *directory.Directory, timeout time.Duration, after *directory.Listing[*model.Person]) *directory.Listing[*model.Person] {
	t.Helper()
	l, w := directory.PeopleList{}, directory.Window{First: 30}
	if after != nil {
		cursor, err := model.ParseCursor(*after.PageInfo.EndCursor(), l.ID(nil))
		if err != nil {
			t.Fatal(err)
		}
		w.After = &cursor
	}
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	page := directory.ReadPeople(ctx, d, l, w)
	return &page
}

// twoVendors are a vendor whose index of 100 users takes ten seconds to build, and one with
// the first 50 of these users, and 50 others, at once.
func twoVendors(t *testing.T) (slow *vendor, d *directory.Directory) {
	t.Helper()
	slow = newVendor(users(100)...)
	slow.latency = time.Second
	var others []*model.User
	for i := range 100 {
		u := user(i)
		if i >= 50 {
			u.Email = new(fmt.Sprintf("other%d@example.com", i))
		}
		others = append(others, u)
	}
	fast := newVendor(others...)
	fast.connection.Name = "two"
	return slow, directory.New(index.Wrap(t.Context(), slow, options), fast)
}

// A list that began without a provider, whose index was being built, says so on each page,
// also when the index is ready: it names the provider, and where to go on. From its start, the
// list has everybody.
func TestIndex_PeopleBeginWhileBuilding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, d := twoVendors(t)
		page := peopleWithin(t, d, 5*time.Second, nil)
		if kind := providers.KindOf(errors.Join(page.Errors...)); kind != providers.Indexing || len(page.Edges) != 30 {
			t.Errorf("first page: %d people, %v", len(page.Edges), page.Errors)
		}
		time.Sleep(time.Minute)
		seen := map[string]bool{}
		for pages := 1; ; pages++ {
			if page.Complete || page.TotalCount != nil || len(page.Errors) != 1 || len(page.Incomplete) != 1 || page.Incomplete[0].Name != "one" {
				t.Errorf("page %d: complete %t, total %v, %v", pages, page.Complete, page.TotalCount, page.Errors)
			}
			for _, e := range page.Edges {
				if seen[e.Node.Email] {
					t.Errorf("%s is on two pages", e.Node.Email)
				}
				seen[e.Node.Email] = true
			}
			if !page.PageInfo.HasNextPage {
				break
			}
			page = peopleWithin(t, d, time.Minute, page)
			// The state has ended, but not its effect: the same request would never succeed.
			var e *providers.Error
			if !errors.As(errors.Join(page.Errors...), &e) || e.Kind != providers.Incomplete || e.RetryAfter <= 0 || !strings.Contains(e.Detail, "from its start") {
				t.Errorf("page %d: %+v", pages+1, e)
			}
		}
		if len(seen) != 100 {
			t.Errorf("%d people of the other provider, want 100", len(seen))
		}
		if all := walkPeople(t, d, directory.PeopleList{}, 30); len(all) != 150 {
			t.Errorf("from the start there are %d people, want 150", len(all))
		}
	})
}

// A page that lacks a provider, because its index is built again, is complete from the same
// cursor when the index is ready.
func TestIndex_PeopleContinueWhileBuilding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, d := twoVendors(t)
		first := peopleWithin(t, d, time.Minute, nil)
		slow.Invalidate(t.Context(), nil)
		second := peopleWithin(t, d, 5*time.Second, first)
		if !first.Complete || second.Complete || providers.KindOf(errors.Join(second.Errors...)) != providers.Indexing {
			t.Fatalf("complete %t, then %t, %v", first.Complete, second.Complete, second.Errors)
		}
		seen := map[string]bool{}
		for page, pages := first, 1; ; pages++ {
			if !page.Complete || len(page.Errors) > 0 || *page.TotalCount != 150 {
				t.Errorf("page %d: %v", pages, page.Errors)
			}
			for _, e := range page.Edges {
				if seen[e.Node.Email] {
					t.Errorf("%s is on two pages", e.Node.Email)
				}
				seen[e.Node.Email] = true
			}
			if !page.PageInfo.HasNextPage {
				break
			}
			page = peopleWithin(t, d, time.Minute, page)
		}
		if len(seen) != 150 {
			t.Errorf("%d people, want 150", len(seen))
		}
	})
}

// A list of users in an order that began without a provider, whose index was being built, says
// so on each page.
func TestIndex_UsersBeginWhileBuilding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, d := twoVendors(t)
		l := directory.List{Kind: "users", Query: providers.Query{Order: providers.Order{Field: model.OrderByEmail}}}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		page := directory.Read(ctx, d, selectUsers, l, directory.Window{First: 30})
		if kind := providers.KindOf(errors.Join(page.Errors...)); kind != providers.Indexing || len(page.Edges) != 30 {
			t.Errorf("first page: %d users, %v", len(page.Edges), page.Errors)
		}
		time.Sleep(time.Minute)
		for pages := 2; page.PageInfo.HasNextPage; pages++ {
			after, err := model.ParseCursor(*page.PageInfo.EndCursor(), l.ID(nil))
			if err != nil {
				t.Fatal(err)
			}
			page = directory.Read(t.Context(), d, selectUsers, l, directory.Window{First: 30, After: &after})
			var e *providers.Error
			if page.Complete || !errors.As(errors.Join(page.Errors...), &e) || e.Kind != providers.Incomplete || e.RetryAfter <= 0 || e.Provider.Name != "one" {
				t.Errorf("page %d: complete %t, %+v", pages, page.Complete, e)
			}
		}
	})
}
