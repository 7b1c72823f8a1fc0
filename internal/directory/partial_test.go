package directory_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

var byName = directory.List{Query: providers.Query{Order: providers.Order{Field: model.OrderByName}}}

// A provider that fails costs its own rows, in either kind of list.
func TestOneProviderFails(t *testing.T) {
	for _, l := range []directory.List{{}, byName} {
		good := &shelf[*model.User]{pages: [][]*model.User{named("a", "1")}}
		bad := &shelf[*model.User]{fails: map[int]error{0: unavailable}}
		last := &shelf[*model.User]{pages: [][]*model.User{named("c", "2")}}
		page := read(t, withUsers(good, bad, last), l, directory.Window{First: 5, More: true, Total: true})
		if got := ids(page); !slices.Equal(got, []string{"a:1", "c:2"}) || page.Failed || page.PageInfo.HasNextPage {
			t.Errorf("%+v: %q, failed %t, %+v", l, got, page.Failed, page.PageInfo)
		}
		if !slices.Equal(kinds(page.Errors), []providers.Kind{providers.Unavailable}) || page.TotalCount != nil {
			t.Errorf("%+v: %v, total %v", l, page.Errors, page.TotalCount)
		}
		page = read(t, withUsers(bad, bad), l, directory.Window{First: 5})
		if !page.Failed || len(page.Errors) != 2 {
			t.Errorf("all fail: %+v", page)
		}
	}
}

// What came before a failure is kept.
func TestLaterPageFails(t *testing.T) {
	for _, l := range []directory.List{{}, byName} {
		s := &shelf[*model.User]{pages: [][]*model.User{named("a", "1"), named("a", "2")}, fails: map[int]error{1: unavailable}, totals: true}
		page := read(t, withUsers(s), l, directory.Window{First: 5, More: true})
		if !slices.Equal(ids(page), []string{"a:1"}) || page.Failed || len(page.Errors) != 1 || page.PageInfo.HasNextPage {
			t.Errorf("%q, failed %t, %v, %+v", ids(page), page.Failed, page.Errors, page.PageInfo)
		}
	}
}

// Reading on is bounded; what was read is kept, and the error tells.
func TestTruncation(t *testing.T) {
	long := &shelf[*model.User]{}
	for n := range directory.MaxPages + 2 {
		long.pages = append(long.pages, named("a", fmt.Sprintf("%04d", n)))
	}
	page := read(t, withUsers(long), byName, directory.Window{First: 200, Total: true})
	if len(page.Edges) != directory.MaxPages || page.Failed || page.TotalCount != nil ||
		!slices.Equal(kinds(page.Errors), []providers.Kind{providers.Incomplete}) || long.calls() != directory.MaxPages {
		t.Errorf("%d rows in %d calls, failed %t, total %v, %v", len(page.Edges), long.calls(), page.Failed, page.TotalCount, page.Errors)
	}

	stuck := &shelf[*model.User]{pages: [][]*model.User{named("a", "1"), named("a", "2"), named("a", "3")}, stuck: 1, totals: true}
	page = read(t, withUsers(stuck), directory.List{}, directory.Window{First: 9, More: true})
	if !slices.Equal(ids(page), []string{"a:1", "a:2"}) || page.PageInfo.HasNextPage || page.Failed ||
		!slices.Equal(kinds(page.Errors), []providers.Kind{providers.Incomplete}) {
		t.Errorf("pages that do not advance: %q, %+v, %v", ids(page), page.PageInfo, page.Errors)
	}
}

func TestTotals(t *testing.T) {
	known := func() *shelf[*model.User] {
		return &shelf[*model.User]{pages: [][]*model.User{named("a", "1", "2"), named("a", "3")}, totals: true}
	}
	unknown := func() *shelf[*model.User] {
		return &shelf[*model.User]{pages: [][]*model.User{named("b", "1"), named("b", "2")}}
	}
	short := func() *shelf[*model.User] {
		return &shelf[*model.User]{pages: [][]*model.User{named("c", "1", "21", "1")}}
	}
	ones := providers.Query{Filter: providers.Filter{Name: "1"}}
	for name, c := range map[string]struct {
		shelves []*shelf[*model.User]
		query   providers.Query
		first   int
		want    any
	}{
		"told":                      {[]*shelf[*model.User]{known(), known()}, providers.Query{}, 1, 6},
		"not told by one":           {[]*shelf[*model.User]{known(), unknown()}, providers.Query{}, 1, nil},
		"read to the end":           {[]*shelf[*model.User]{known(), unknown()}, providers.Query{}, 9, 5},
		"one page":                  {[]*shelf[*model.User]{short()}, providers.Query{}, 1, 2},
		"what matches of one page":  {[]*shelf[*model.User]{short()}, ones, 1, 2},
		"what matches of all pages": {[]*shelf[*model.User]{unknown()}, ones, 9, 1},
		"put in order here":         {[]*shelf[*model.User]{unknown()}, byName.Query, 1, 2},
		"no providers":              {nil, providers.Query{}, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			page := read(t, withUsers(c.shelves...), directory.List{Query: c.query}, directory.Window{First: c.first, Total: true})
			if c.want == nil && page.TotalCount != nil || c.want != nil && (page.TotalCount == nil || *page.TotalCount != c.want) {
				t.Errorf("%v, want %v", page.TotalCount, c.want)
			}
		})
	}
	d, l := withUsers(known()), directory.List{}
	w := behind(t, l, read(t, d, l, directory.Window{First: 2}), 2)
	w.Total = true
	if page := read(t, d, l, w); page.TotalCount == nil || *page.TotalCount != 3 {
		t.Errorf("on the second page: %v", page.TotalCount)
	}
}

// Whether there is more costs a call only for those who want to know.
func TestMoreIsAskedForOnDemand(t *testing.T) {
	for more, want := range map[bool]int{true: 2, false: 1} {
		s := &shelf[*model.User]{pages: [][]*model.User{named("a", "1"), named("a", "2")}}
		page := read(t, withUsers(s), directory.List{}, directory.Window{First: 1, More: more})
		if s.calls() != want || page.PageInfo.HasNextPage != more {
			t.Errorf("more %t: %d calls, want %d; %+v", more, s.calls(), want, page.PageInfo)
		}
	}
	told := &shelf[*model.User]{pages: [][]*model.User{named("a", "1"), named("a", "2")}, totals: true}
	page := read(t, withUsers(told), directory.List{}, directory.Window{First: 1, More: true})
	if told.calls() != 1 || !page.PageInfo.HasNextPage {
		t.Errorf("a total tells as much: %d calls, %+v", told.calls(), page.PageInfo)
	}
}
