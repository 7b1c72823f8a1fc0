package directory_test

import (
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
	"github.com/accountgraph/accountgraph/providers"
)

func TestRead_UnorderedReadsProvidersInSequence(t *testing.T) {
	first := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "z", "y"), usersNamed("a", "x")}}
	second := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("b", "w")}}
	d, l := withUsers(first, second), directory.List{Kind: "users"}
	page := read(t, d, l, directory.Window{First: 2, More: true})
	if got := ids(page); !slices.Equal(got, []string{"a:z", "a:y"}) || !page.PageInfo.HasNextPage || page.PageInfo.HasPreviousPage {
		t.Errorf("%q, %+v", got, page.PageInfo)
	}
	if second.calls() != 0 {
		t.Error("the second provider was called before the first was read to its end")
	}
	page = read(t, d, l, windowAfter(t, l, page, 2))
	if got := ids(page); !slices.Equal(got, []string{"a:x", "b:w"}) || page.PageInfo.HasNextPage || !page.PageInfo.HasPreviousPage {
		t.Errorf("%q, %+v", got, page.PageInfo)
	}
	if page.Freshness.FetchedAt != firstFetch.Add(-1*60*60*1e9) {
		t.Errorf("FetchedAt = %v", page.Freshness.FetchedAt)
	}
	page = read(t, d, l, windowAfter(t, l, page, 2))
	if len(page.Edges) != 0 || page.PageInfo.HasNextPage || page.PageInfo.First != nil || page.Failed || !page.Complete {
		t.Errorf("after the end: %q, %+v", ids(page), page.PageInfo)
	}
}

func TestRead_SelectedProviders(t *testing.T) {
	d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1")}}, &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("b", "2")}})
	for _, c := range []struct {
		names []string
		want  []string
		kinds []providers.Kind
	}{
		{nil, []string{"a:1", "b:2"}, nil},
		{[]string{}, []string{}, nil},
		{[]string{"b"}, []string{"b:2"}, nil},
		{[]string{"a", "c"}, []string{}, []providers.Kind{providers.InvalidArgument}},
	} {
		page := read(t, d, directory.List{Providers: c.names}, directory.Window{First: 5, Total: true})
		if !slices.Equal(ids(page), c.want) || !slices.Equal(kinds(page.Errors), c.kinds) || page.Failed != (c.kinds != nil) {
			t.Errorf("%q: %q, %v", c.names, ids(page), page.Errors)
		}
		if c.kinds == nil && (page.TotalCount == nil || *page.TotalCount != len(c.want)) {
			t.Errorf("%q: total %v", c.names, page.TotalCount)
		}
	}
}

// A provider that supports the order is read as far as needed, any other to its end. Of
// equal rows the first provider's is first, and rows without a value are last in
// either direction.
func TestRead_OrderedMergesProviders(t *testing.T) {
	ascending := directory.List{Query: providers.Query{Order: providers.Order{Field: model.OrderByName}}}
	descending := directory.List{Query: providers.Query{Order: providers.Order{Field: model.OrderByName, Descending: true}}}
	unnamed := func(provider string) []*model.User { return []*model.User{user(provider, "?", "")} }
	unsorted := func() *fakeCollection[*model.User] {
		return &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("b", "d", "É"), unnamed("b"), usersNamed("b", "b")}}
	}

	sorted := &fakeCollection[*model.User]{sorts: true, pages: [][]*model.User{usersNamed("a", "a", "B", "c", "e"), unnamed("a")}}
	page := read(t, withUsers(sorted, unsorted()), ascending, directory.Window{First: 4})
	if got := ids(page); !slices.Equal(got, []string{"a:a", "a:B", "b:b", "a:c"}) {
		t.Errorf("%q", got)
	}
	if sorted.calls() != 1 {
		t.Errorf("%d pages of a sorted list were read, want 1", sorted.calls())
	}
	page = read(t, withUsers(sorted, unsorted()), ascending, windowAfter(t, ascending, page, 9))
	if got := ids(page); !slices.Equal(got, []string{"b:d", "a:e", "b:É", "a:?", "b:?"}) {
		t.Errorf("%q", got)
	}

	sorted = &fakeCollection[*model.User]{sorts: true, pages: [][]*model.User{usersNamed("a", "e", "c"), usersNamed("a", "B"), unnamed("a")}}
	page = read(t, withUsers(sorted, unsorted()), descending, directory.Window{First: 9})
	if got := ids(page); !slices.Equal(got, []string{"b:É", "a:e", "b:d", "a:c", "a:B", "b:b", "a:?", "b:?"}) {
		t.Errorf("%q", got)
	}
}

// For any sizes of vendor pages and client pages, paging returns each row once, in the
// order of the whole list.
func TestRead_PagingReturnsEachRowOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		order := providers.Order{}
		if round%2 == 0 {
			order.Field, order.Descending = model.OrderByName, round%4 == 0
		}
		var collections []*fakeCollection[*model.User]
		want := map[string]bool{}
		for i := range 3 {
			s := &fakeCollection[*model.User]{mayRepeat: random.IntN(2) == 0, totals: random.IntN(2) == 0}
			provider := string(rune('a' + i))
			var all []*model.User
			for n := range random.IntN(12) {
				u := user(provider, fmt.Sprint(n), strings.Repeat("x", random.IntN(4)))
				all = append(all, u)
				want[provider+":"+fmt.Sprint(n)] = true
			}
			for len(all) > 0 {
				n := random.IntN(len(all) + 1)
				page := all[:n:n]
				if before := slices.Concat(s.pages...); s.mayRepeat && len(before) > 0 {
					page = append(page, before[random.IntN(len(before))])
				}
				s.pages, all = append(s.pages, page), all[n:]
			}
			if s.mayRepeat {
				s.totals = false
			}
			collections = append(collections, s)
		}
		d, l := withUsers(collections...), directory.List{Query: providers.Query{Order: order}}
		whole := ids(read(t, d, l, directory.Window{First: 100}))
		if len(whole) != len(want) {
			t.Fatalf("round %d: %d rows, want %d: %q", round, len(whole), len(want), whole)
		}
		pieces := []string{}
		size := 1 + random.IntN(4)
		for w := (directory.Window{First: size, More: true}); ; {
			page := read(t, d, l, w)
			pieces = append(pieces, ids(page)...)
			if !page.PageInfo.HasNextPage {
				break
			}
			w = windowAfter(t, l, page, size)
		}
		if diff := cmp.Diff(whole, pieces); diff != "" {
			t.Fatalf("round %d, pages of %d (-whole +pieces):\n%s", round, size, diff)
		}
	}
}

// The index of a cursor from ReadChildren counts over all pages.
func TestRead_CursorIndexExceedsPage(t *testing.T) {
	d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2"), usersNamed("a", "3"), nil, usersNamed("a", "4", "5")}})
	for index, want := range map[int][]string{
		1: {"a:2", "a:3", "a:4", "a:5"}, 2: {"a:3", "a:4", "a:5"}, 3: {"a:4", "a:5"}, 4: {"a:5"}, 5: {}, 1 << 40: {},
	} {
		after := &model.Cursor{Positions: []model.Position{{Provider: "a", Index: index}}}
		if got := ids(read(t, d, directory.List{}, directory.Window{First: 9, After: after})); !slices.Equal(got, want) {
			t.Errorf("after %d: %q, want %q", index, got, want)
		}
	}
}

// Repeated rows are dropped, even when the first was before the cursor.
func TestRead_RepeatedRows(t *testing.T) {
	s := &fakeCollection[*model.User]{mayRepeat: true, pages: [][]*model.User{usersNamed("a", "1", "2"), usersNamed("a", "2", "3"), usersNamed("a", "1", "4")}}
	d, l := withUsers(s), directory.List{}
	page := read(t, d, l, directory.Window{First: 3})
	if got := ids(page); !slices.Equal(got, []string{"a:1", "a:2", "a:3"}) {
		t.Errorf("%q", got)
	}
	if got := ids(read(t, d, l, windowAfter(t, l, page, 3))); !slices.Equal(got, []string{"a:4"}) {
		t.Errorf("after the cursor: %q", got)
	}
}

func TestRead_InvalidCursor(t *testing.T) {
	d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1")}})
	after := &model.Cursor{Positions: []model.Position{{Provider: "gone"}}}
	page := read(t, d, directory.List{}, directory.Window{First: 1, After: after})
	if !slices.Equal(kinds(page.Errors), []providers.Kind{providers.InvalidArgument}) || !page.Failed {
		t.Errorf("a provider that is not configured: %v", page.Errors)
	}
	after.Positions[0] = model.Position{Provider: "a", Failed: 99, Done: true}
	page = read(t, d, directory.List{}, directory.Window{First: 1, After: after})
	if !slices.Equal(kinds(page.Errors), []providers.Kind{providers.InvalidArgument}) || !page.Failed {
		t.Errorf("an unknown kind of error: %v", page.Errors)
	}
	after.Positions[0] = model.Position{Provider: "a", Token: "nonsense"}
	page = read(t, d, directory.List{}, directory.Window{First: 1, After: after})
	if !slices.Equal(kinds(page.Errors), []providers.Kind{providers.InvalidArgument}) || !page.Failed {
		t.Errorf("an invalid token: %v", page.Errors)
	}
}

// No vendor is called for a list that can have no rows.
func TestRead_MatchesNothing(t *testing.T) {
	for name, l := range map[string]directory.List{
		"providers": {Providers: []string{}},
		"emails":    {Query: providers.Query{Filter: providers.Filter{Emails: []string{}}}},
		"status":    {Query: providers.Query{Filter: providers.Filter{Status: []string{}}, Order: providers.Order{Field: model.OrderByName}}},
		"roles":     {Query: providers.Query{Filter: providers.Filter{Roles: []model.MembershipRole{}}}},
		"licenses":  {Query: providers.Query{Filter: providers.Filter{Licenses: []model.License{}, Name: "x"}}},
	} {
		s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1")}, supportsParents: true}
		d := withUsers(s, s)
		window := directory.Window{First: 5, More: true, Total: true}
		listings := map[model.ID]directory.Listing[*model.User]{}
		if l.Providers == nil {
			listings = directory.ReadChildren(t.Context(), d, users, nil, l, []model.ID{"a:Account:1", "a:Account:2"}, window)
		}
		listings[""] = read(t, d, l, window)
		for parent, listing := range listings {
			if len(listing.Edges) != 0 || listing.TotalCount == nil || *listing.TotalCount != 0 || listing.Failed || listing.Errors != nil || listing.PageInfo.HasNextPage {
				t.Errorf("%s of %q: %+v", name, parent, listing)
			}
		}
		if s.calls() != 0 {
			t.Errorf("%s: %d calls", name, s.calls())
		}
	}
}

// A cursor belongs to what a list means, not to how it is written.
func TestList_ID(t *testing.T) {
	named := func(name string) directory.List {
		return directory.List{Kind: "users", Query: providers.Query{Filter: providers.Filter{Name: name}}}
	}
	if a, b := named("zoë WEISS").ID(nil), named("ZOE weiß").ID(nil); a != b {
		t.Error("names that match the same have two identities")
	}
	if named("zoe").ID(nil) == named("zo").ID(nil) {
		t.Error("two names have one identity")
	}
}

// The pages before a cursor, which a list that can repeat rows needs again, are read
// together.
func TestRead_ReadsPagesBeforeCursorTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pages [][]*model.User
		for n := range 9 {
			pages = append(pages, usersNamed("a", fmt.Sprint(n), "same"))
		}
		s := &fakeCollection[*model.User]{mayRepeat: true, tellsAhead: true, pages: pages}
		d := withUsers(s)
		before := read(t, d, directory.List{}, directory.Window{First: 7})
		calls := s.calls()
		s.latency = time.Second
		start := time.Now()
		page := read(t, d, directory.List{}, windowAfter(t, directory.List{}, before, 1))
		// The page of the cursor, the first one, the others before the cursor, and two more.
		if took := time.Since(start); took != 5*time.Second || s.calls()-calls > 8 || !slices.Equal(ids(page), []string{"a:6"}) {
			t.Errorf("%q: %d calls took %s", ids(page), s.calls()-calls, took)
		}
	})
}
