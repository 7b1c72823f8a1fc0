package directory_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// walk reads a list page by page, with totals, and returns the pages. before is called
// before each page with its number, and can be nil.
func walk(t *testing.T, d *directory.Directory, l directory.List, size int, before func(page int)) []directory.Listing[*model.User] {
	t.Helper()
	var pages []directory.Listing[*model.User]
	for w := (directory.Window{First: size, More: true, Total: true}); ; {
		if before != nil {
			before(len(pages))
		}
		page := read(t, d, l, w)
		if pages = append(pages, page); !page.PageInfo.HasNextPage || len(pages) > 99 {
			return pages
		}
		w = windowAfter(t, l, page, size)
		w.Total = true
	}
}

// rowsOf returns the rows of all pages.
func rowsOf(pages []directory.Listing[*model.User]) []string {
	all := []string{}
	for _, page := range pages {
		all = append(all, ids(page)...)
	}
	return all
}

// The total is the same on all pages: behind a provider, and where it is known only
// when the last page has been read.
func TestRead_TotalIsTheSameOnAllPages(t *testing.T) {
	known := func(provider string) *fakeCollection[*model.User] {
		return &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed(provider, "1", "2"), usersNamed(provider, "3")}, totals: true}
	}
	unknown := func(provider string) *fakeCollection[*model.User] {
		return &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed(provider, "1"), usersNamed(provider, "2", "3")}}
	}
	for name, c := range map[string]struct {
		list        directory.List
		collections []*fakeCollection[*model.User]
		want        any
	}{
		"two providers":               {directory.List{}, []*fakeCollection[*model.User]{known("a"), known("b")}, 6},
		"unknown at the first":        {directory.List{}, []*fakeCollection[*model.User]{unknown("a"), known("b")}, nil},
		"unknown at the last":         {directory.List{}, []*fakeCollection[*model.User]{known("a"), unknown("b")}, nil},
		"ordered here":                {byName, []*fakeCollection[*model.User]{known("a"), unknown("b")}, 6},
		"ordered by a vendor as well": {byName, []*fakeCollection[*model.User]{{sorts: true, totals: true, pages: known("a").pages}, unknown("b")}, 6},
	} {
		d := withUsers(c.collections...)
		for n, page := range walk(t, d, c.list, 2, nil) {
			if c.want == nil && page.TotalCount != nil || c.want != nil && (page.TotalCount == nil || *page.TotalCount != c.want) {
				t.Errorf("%s, page %d: total %v, want %v", name, n, page.TotalCount, c.want)
			}
			// A page that is the first to count returns the same.
			w := windowAfter(t, c.list, page, 0)
			w.After.Counted, w.After.Total, w.Total = false, nil, true
			if late := read(t, d, c.list, w); c.want != nil && (late.TotalCount == nil || *late.TotalCount != c.want) || c.want == nil && late.TotalCount != nil {
				t.Errorf("%s, counted after page %d: total %v, want %v", name, n, late.TotalCount, c.want)
			}
		}
	}
}

// A page after one that is incomplete is incomplete, too.
func TestRead_IncompleteOnAllLaterPages(t *testing.T) {
	for name, s := range map[string]*fakeCollection[*model.User]{
		"hidden": {hidden: map[int]bool{1: true}}, "errors": {gaps: map[int][]error{1: {unavailable}}},
	} {
		s.pages = [][]*model.User{usersNamed("a", "1"), usersNamed("a", "2"), usersNamed("a", "3"), usersNamed("a", "4")}
		s.totals = true
		for n, page := range walk(t, withUsers(s), directory.List{}, 1, nil) {
			if want := n == 0; page.Complete != want {
				t.Errorf("%s: page %d is complete: %t", name, n, page.Complete)
			}
		}
	}
}

// A provider that fails on the first page of an ordered list is left out: each page has
// its error, it is called once, and its rows do not come when it is back.
func TestRead_FailedProviderIsLeftOut(t *testing.T) {
	for _, sorts := range []bool{false, true} {
		bad := &fakeCollection[*model.User]{sorts: sorts, pages: [][]*model.User{usersNamed("b", "0", "2", "9")}, errs: map[int]error{0: unavailable}}
		d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "3", "5")}}, bad,
			&fakeCollection[*model.User]{sorts: true, pages: [][]*model.User{usersNamed("c", "2", "4", "6")}})
		pages := walk(t, d, byName, 2, func(page int) {
			if page > 0 {
				bad.errs = nil
			}
		})
		if got := rowsOf(pages); !slices.Equal(got, []string{"a:1", "c:2", "a:3", "c:4", "a:5", "c:6"}) {
			t.Errorf("%q", got)
		}
		for n, page := range pages {
			if page.Complete || page.TotalCount != nil || !slices.Equal(kinds(page.Errors), []providers.Kind{providers.Unavailable}) || page.Failed {
				t.Errorf("page %d: complete %t, total %v, %v", n, page.Complete, page.TotalCount, page.Errors)
			}
			if e, ok := page.Errors[0].(*providers.Error); n > 0 && (!ok || e.Provider.Name != "b") { //nolint:errorlint // the type of the contract
				t.Errorf("page %d: %+v names another provider", n, page.Errors[0])
			}
		}
		if bad.calls() != 1 {
			t.Errorf("%d calls of the provider that failed, want 1", bad.calls())
		}
	}
}

// In a list without an order, a provider that fails in the middle is left out from
// there on.
func TestRead_FailedProviderInTheMiddle(t *testing.T) {
	bad := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2"), usersNamed("a", "3")}, errs: map[int]error{1: unavailable}}
	d := withUsers(bad, &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("b", "1", "2", "3")}})
	pages := walk(t, d, directory.List{}, 3, func(page int) {
		if page > 0 {
			bad.errs = nil
		}
	})
	if got := rowsOf(pages); !slices.Equal(got, []string{"a:1", "a:2", "b:1", "b:2", "b:3"}) {
		t.Errorf("%q", got)
	}
	for n, page := range pages {
		if page.Complete || !slices.Equal(kinds(page.Errors), []providers.Kind{providers.Unavailable}) {
			t.Errorf("page %d: complete %t, %v", n, page.Complete, page.Errors)
		}
	}
}

// A provider that fails when a page looks ahead is reported on each page without
// another call, until the list reaches it. Then it is tried again.
func TestRead_LookingAheadFails(t *testing.T) {
	bad := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("b", "1")}, errs: map[int]error{0: unavailable}}
	d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2", "3", "4", "5")}}, bad,
		&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("c", "1")}})
	var calls []int
	pages := walk(t, d, directory.List{}, 2, func(page int) {
		if page == 2 {
			bad.errs = nil
		}
		calls = append(calls, bad.calls())
	})
	if got := rowsOf(pages); !slices.Equal(got, []string{"a:1", "a:2", "a:3", "a:4", "a:5", "b:1", "c:1"}) {
		t.Errorf("%q", got)
	}
	if !slices.Equal(calls, []int{0, 1, 1, 2}) {
		t.Errorf("%d calls before each page", calls)
	}
	for n, page := range pages {
		want := []providers.Kind{providers.Unavailable}
		if n >= 2 {
			want = nil
		}
		if page.Complete || page.TotalCount != nil || !slices.Equal(kinds(page.Errors), want) {
			t.Errorf("page %d: complete %t, total %v, %v, want %v", n, page.Complete, page.TotalCount, page.Errors, want)
		}
	}
}

// A canceled read is not mistaken for the end of the list.
func TestRead_CanceledContext(t *testing.T) {
	canceled := &providers.Error{Kind: providers.Canceled}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1")}, errs: map[int]error{0: canceled}})
	if page := directory.Read(ctx, d, users, byName, directory.Window{First: 1}); !page.Failed || page.Complete {
		t.Errorf("%+v", page)
	}
}

// A list that ends with fewer rows than the vendor counts says so, on its last page.
func TestRead_EndsShortOfTotal(t *testing.T) {
	for name, c := range map[string]struct {
		list directory.List
		size int
		want []string
	}{
		"one page":   {directory.List{}, 9, []string{"a:1", "a:2", "a:3"}},
		"two pages":  {directory.List{}, 2, []string{"a:1", "a:2", "a:3"}},
		"ordered":    {byName, 2, []string{"a:1", "a:2", "a:3"}},
		"three rows": {directory.List{}, 1, []string{"a:1", "a:2", "a:3"}},
	} {
		s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2"), usersNamed("a", "3")}, totals: true, missing: 4, sorts: true}
		pages := walk(t, withUsers(s), c.list, c.size, nil)
		last := pages[len(pages)-1]
		if got := rowsOf(pages); !slices.Equal(got, c.want) || last.Complete || !slices.Equal(kinds(last.Errors), []providers.Kind{providers.Incomplete}) {
			t.Errorf("%s: %q, complete %t, %v", name, got, last.Complete, last.Errors)
		}
		s.missing = 0
		pages = walk(t, withUsers(s), c.list, c.size, nil)
		if last := pages[len(pages)-1]; !last.Complete || last.Errors != nil {
			t.Errorf("%s, all rows: complete %t, %v", name, last.Complete, last.Errors)
		}
	}
	s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2")}, totals: true, missing: 1}
	if page := read(t, withUsers(s), byName, directory.Window{First: 9}); !page.Failed {
		t.Errorf("sorted here: %q, %v", ids(page), page.Errors)
	}
}

// A row that the vendor removes while the list is read moves another one to a page that has
// been read. The list says that rows may be missing.
func TestRead_RowRemovedBetweenPages(t *testing.T) {
	for _, size := range []int{2, 1} {
		s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2"), usersNamed("a", "3", "4"), usersNamed("a", "5")}, totals: true}
		pages := walk(t, withUsers(s), directory.List{}, size, func(page int) {
			if page == 2/size {
				s.pages = [][]*model.User{usersNamed("a", "1", "3"), usersNamed("a", "4", "5")}
			}
		})
		last := pages[len(pages)-1]
		if got := rowsOf(pages); !slices.Equal(got, []string{"a:1", "a:2", "a:4", "a:5"}) || last.Complete || !slices.Equal(kinds(last.Errors), []providers.Kind{providers.Incomplete}) {
			t.Errorf("pages of %d: %q, complete %t, %v", size, got, last.Complete, last.Errors)
		}
	}
}

// A row that a page has twice counts once. Rows that come again on a later page may stand
// for others that are missing.
func TestRead_RowTwice(t *testing.T) {
	for name, c := range map[string]struct {
		pages    [][]*model.User
		complete bool
	}{
		"on one page":      {[][]*model.User{usersNamed("a", "1", "2", "2", "1", "3"), usersNamed("a", "4")}, true},
		"on the last page": {[][]*model.User{usersNamed("a", "1", "2"), usersNamed("a", "3", "4", "3")}, true},
		"on two pages":     {[][]*model.User{usersNamed("a", "1", "2", "3"), usersNamed("a", "4", "1")}, false},
	} {
		for _, list := range []directory.List{{}, byName} {
			for _, size := range []int{9, 2, 1} {
				s := &fakeCollection[*model.User]{pages: c.pages, totals: true, sorts: true}
				pages := walk(t, withUsers(s), list, size, nil)
				last := pages[len(pages)-1]
				if got := rowsOf(pages); !slices.Equal(got, []string{"a:1", "a:2", "a:3", "a:4"}) || last.Complete != c.complete || (last.Errors == nil) != c.complete {
					t.Errorf("%s, pages of %d: %q, complete %t, %v", name, size, got, last.Complete, last.Errors)
				}
				if total := pages[0].TotalCount; name == "on one page" && (total == nil || *total != 4) {
					t.Errorf("%s, pages of %d: total %v", name, size, total)
				}
			}
		}
	}
}

// Different rows with one id are not one object: the list is not complete, and says so.
func TestRead_DifferentRowsWithOneID(t *testing.T) {
	other := user("a", "1", "another")
	for name, list := range map[string]directory.List{"unordered": {}, "ordered": byName} {
		for _, totals := range []bool{true, false} {
			s := &fakeCollection[*model.User]{pages: [][]*model.User{append(usersNamed("a", "1", "2"), other)}, totals: totals}
			page := walk(t, withUsers(s), list, 9, nil)[0]
			if page.Complete || page.TotalCount != nil || !slices.Equal(kinds(page.Errors), []providers.Kind{providers.BadResponse}) {
				t.Errorf("%s, totals %t: complete %t, total %v, %v", name, totals, page.Complete, page.TotalCount, page.Errors)
			}
		}
	}
}

// A total of a filter that the vendor did not apply exactly is none.
func TestRead_TotalOfInexactFilter(t *testing.T) {
	s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "x", "1"), usersNamed("a", "11")}, totals: true}
	ones := directory.List{Query: providers.Query{Filter: providers.Filter{Name: "1"}}}
	for n, page := range walk(t, withUsers(s), ones, 1, nil) {
		if page.TotalCount != nil || !page.Complete {
			t.Errorf("page %d: total %d, complete %t", n, *page.TotalCount, page.Complete)
		}
	}
}

// Whatever fails between two pages: no row is returned twice, an order is kept, the total
// is the same on all pages, and a list that lacks rows says so from there on.
func TestRead_NothingIsMissingInSilence(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for round := range 400 {
		l := byCreation(round%4 == 0)
		if round%2 == 1 {
			l = directory.List{}
		}
		var collections []*fakeCollection[*model.User]
		rows := 0
		for i := range 3 {
			s := &fakeCollection[*model.User]{sorts: random.IntN(2) == 0, totals: random.IntN(2) == 0, partial: random.IntN(3)}
			var all []*model.User
			for n := range random.IntN(10) {
				all = append(all, createdOn(string(rune('a'+i)), fmt.Sprint(n), random.IntN(6)))
			}
			rows += len(all)
			if s.sorts {
				sortValues(all, l.Query.Order.Descending)
			}
			s.pages = slices.Collect(slices.Chunk(all, 1+random.IntN(4)))
			collections = append(collections, s)
		}
		pages := walk(t, withUsers(collections...), l, 1+random.IntN(4), func(int) {
			for _, s := range collections {
				s.errs = nil
				if random.IntN(6) == 0 {
					s.errs = map[int]error{random.IntN(3): unavailable}
				}
			}
		})
		seen, complete := map[string]bool{}, true
		var returned []*model.User
		for n, page := range pages {
			if page.Connection == nil || page.Failed {
				complete = false
				break
			}
			if page.Complete && (!complete || page.Errors != nil) || !page.Complete && complete && page.Errors == nil {
				t.Fatalf("round %d, page %d: complete %t after %t, %v", round, n, page.Complete, complete, page.Errors)
			}
			if !cmp.Equal(page.TotalCount, pages[0].TotalCount) {
				t.Fatalf("round %d, page %d: total %v, on the first %v", round, n, page.TotalCount, pages[0].TotalCount)
			}
			complete = page.Complete
			for _, u := range page.Nodes() {
				if seen[string(u.ID)] {
					t.Fatalf("round %d, page %d: %s is returned twice", round, n, u.ID)
				}
				seen[string(u.ID)] = true
				returned = append(returned, u)
			}
		}
		if len(returned) != rows && complete {
			t.Fatalf("round %d: %d of %d rows, and the list is complete", round, len(returned), rows)
		}
		if total := pages[0].TotalCount; total != nil && *total != rows {
			t.Fatalf("round %d: total %d of %d rows", round, *total, rows)
		}
		if unknown := slices.IndexFunc(returned, isUnknown); l.Query.Order.Field != "" &&
			(!isSorted(returned, l.Query.Order.Descending) || unknown >= 0 && slices.ContainsFunc(returned[unknown:], func(u *model.User) bool { return !isUnknown(u) })) {
			t.Fatalf("round %d: the rows are not in order", round)
		}
	}
}
