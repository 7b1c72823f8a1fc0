package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

var byName = directory.List{Query: providers.Query{Order: providers.Order{Field: model.OrderByName}}}

// A failed provider costs its own rows only.
func TestRead_OneProviderFails(t *testing.T) {
	for _, l := range []directory.List{{}, byName} {
		good := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1")}}
		bad := &fakeCollection[*model.User]{errs: map[int]error{0: unavailable}}
		last := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("c", "2")}}
		page := read(t, withUsers(good, bad, last), l, directory.Window{First: 5, More: true, Total: true})
		if got := ids(page); !slices.Equal(got, []string{"a:1", "c:2"}) || page.Failed || page.PageInfo.HasNextPage {
			t.Errorf("%+v: %q, failed %t, %+v", l, got, page.Failed, page.PageInfo)
		}
		if !slices.Equal(kinds(page.Errors), []providers.Kind{providers.Unavailable}) || page.TotalCount != nil {
			t.Errorf("%+v: %v, total %v", l, page.Errors, page.TotalCount)
		}
		if page.Complete {
			t.Errorf("%+v: complete without the rows of a provider", l)
		}
		page = read(t, withUsers(bad, bad), l, directory.Window{First: 5})
		if !page.Failed || len(page.Errors) != 2 {
			t.Errorf("all providers fail: %+v", page)
		}
	}
}

// The rows before a failed page are returned.
func TestRead_LaterPageFails(t *testing.T) {
	s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1"), usersNamed("a", "2")}, errs: map[int]error{1: unavailable}, totals: true}
	page := read(t, withUsers(s), directory.List{}, directory.Window{First: 5, More: true})
	if !slices.Equal(ids(page), []string{"a:1"}) || page.Failed || len(page.Errors) != 1 || page.PageInfo.HasNextPage || page.Complete {
		t.Errorf("%q, failed %t, %v, %+v", ids(page), page.Failed, page.Errors, page.PageInfo)
	}
}

// An order over rows that were not all read is none, so that the list fails. Other
// providers are not affected.
func TestRead_OrderNeedsAllRows(t *testing.T) {
	truncated := &providers.Error{Kind: providers.Incomplete}
	long := &fakeCollection[*model.User]{}
	for n := range directory.PagesPerList + 2 {
		long.pages = append(long.pages, usersNamed("a", fmt.Sprintf("%04d", n)))
	}
	for name, c := range map[string]struct {
		part *fakeCollection[*model.User]
		want providers.Kind
	}{
		"later page fails": {&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1"), usersNamed("a", "2")}, errs: map[int]error{1: unavailable}}, providers.Unavailable},
		"too many pages":   {long, providers.Incomplete},
		"truncated page":   {&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1")}, gaps: map[int][]error{0: {truncated}}}, providers.Incomplete},
	} {
		page := read(t, withUsers(c.part), byName, directory.Window{First: 200, More: true, Total: true})
		if !page.Failed || !slices.Equal(kinds(page.Errors), []providers.Kind{c.want}) || len(page.Edges) != 0 {
			t.Errorf("%s: %q, failed %t, %v", name, ids(page), page.Failed, page.Errors)
		}
		other := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("b", "1")}}
		page = read(t, withUsers(c.part, other), byName, directory.Window{First: 200, More: true, Total: true})
		if page.Failed || !slices.Equal(ids(page), []string{"b:1"}) || !slices.Equal(kinds(page.Errors), []providers.Kind{c.want}) || page.Complete || page.TotalCount != nil {
			t.Errorf("%s, with another: %q, failed %t, %v", name, ids(page), page.Failed, page.Errors)
		}
	}
}

// Rows that were read before the list is cut off are returned beside the error.
func TestRead_Incomplete(t *testing.T) {
	long := &fakeCollection[*model.User]{}
	for n := range directory.PagesPerList + 2 {
		long.pages = append(long.pages, usersNamed("a", fmt.Sprintf("%04d", n)))
	}
	page := read(t, withUsers(long), directory.List{}, directory.Window{First: 200, Total: true})
	if len(page.Edges) != directory.PagesPerList || page.Failed || page.TotalCount != nil || page.Complete ||
		!slices.Equal(kinds(page.Errors), []providers.Kind{providers.Incomplete}) || long.calls() != directory.PagesPerList+1 {
		t.Errorf("%d rows in %d calls, failed %t, total %v, %v", len(page.Edges), long.calls(), page.Failed, page.TotalCount, page.Errors)
	}

	cyclic := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1"), usersNamed("a", "2", "3"), usersNamed("a", "4")}, repeatsToken: 1, totals: true}
	page = read(t, withUsers(cyclic), directory.List{}, directory.Window{First: 9, More: true})
	if !slices.Equal(ids(page), []string{"a:1", "a:2", "a:3"}) || page.PageInfo.HasNextPage || page.Failed || page.Complete ||
		!slices.Equal(kinds(page.Errors), []providers.Kind{providers.Incomplete}) {
		t.Errorf("pages that do not advance: %q, %+v, %v", ids(page), page.PageInfo, page.Errors)
	}
}

// A vendor that begins again sends its rows for ever.
func TestRead_RepeatedPage(t *testing.T) {
	pages := [][]*model.User{usersNamed("a", "1", "2"), usersNamed("a", "3"), usersNamed("a", "2", "1"), usersNamed("a", "4")}
	for _, l := range []directory.List{{}, byName} {
		page := read(t, withUsers(&fakeCollection[*model.User]{pages: pages}), l, directory.Window{First: 9, More: true, Total: true})
		if page.PageInfo.HasNextPage || page.Complete || page.TotalCount != nil || !slices.Equal(kinds(page.Errors), []providers.Kind{providers.Incomplete}) {
			t.Errorf("%+v: %+v, total %v, %v", l, page.PageInfo, page.TotalCount, page.Errors)
		}
	}
	unordered := read(t, withUsers(&fakeCollection[*model.User]{pages: pages}), directory.List{}, directory.Window{First: 9})
	if !slices.Equal(ids(unordered), []string{"a:1", "a:2", "a:3"}) || unordered.Failed {
		t.Errorf("%q, failed %t", ids(unordered), unordered.Failed)
	}
	several := read(t, withUsers(&fakeCollection[*model.User]{pages: pages, mayRepeat: true}), directory.List{}, directory.Window{First: 9})
	if !slices.Equal(ids(several), []string{"a:1", "a:2", "a:3", "a:4"}) || !several.Complete {
		t.Errorf("rows that may repeat: %q, %v", ids(several), several.Errors)
	}
}

// A page without rows that could not be read, or that the vendor hides, is not complete
// and has no total. Its other rows are returned, and hidden rows are no error.
func TestRead_IncompletePage(t *testing.T) {
	for name, c := range map[string]struct {
		gaps   map[int][]error
		hidden map[int]bool
		want   []providers.Kind
	}{
		"complete": {},
		"errors":   {map[int][]error{1: {unavailable, &providers.Error{Kind: providers.Forbidden}}}, nil, []providers.Kind{providers.Unavailable, providers.Forbidden}},
		"hidden":   {nil, map[int]bool{1: true}, nil},
	} {
		for _, l := range []directory.List{{}, byName} {
			s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1"), usersNamed("a", "2")}, totals: true, gaps: c.gaps, hidden: c.hidden}
			page := read(t, withUsers(s), l, directory.Window{First: 5, More: true, Total: true})
			complete := name == "complete"
			if page.Complete != complete || (page.TotalCount != nil) != complete || !slices.Equal(kinds(page.Errors), c.want) {
				t.Errorf("%s, %+v: complete %t, total %v, %v", name, l, page.Complete, page.TotalCount, page.Errors)
			}
			if !slices.Equal(ids(page), []string{"a:1", "a:2"}) || page.Failed || page.PageInfo.HasNextPage {
				t.Errorf("%s, %+v: %q, failed %t, %+v", name, l, ids(page), page.Failed, page.PageInfo)
			}
		}
	}
}

func TestRead_TotalCount(t *testing.T) {
	known := func() *fakeCollection[*model.User] {
		return &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2"), usersNamed("a", "3")}, totals: true}
	}
	unknown := func() *fakeCollection[*model.User] {
		return &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("b", "1"), usersNamed("b", "2")}}
	}
	short := func() *fakeCollection[*model.User] {
		return &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("c", "1", "21", "1")}}
	}
	ones := providers.Query{Filter: providers.Filter{Name: "1"}}
	for name, c := range map[string]struct {
		collections []*fakeCollection[*model.User]
		query       providers.Query
		first       int
		want        any
	}{
		"known":               {[]*fakeCollection[*model.User]{known(), known()}, providers.Query{}, 1, 6},
		"unknown at one":      {[]*fakeCollection[*model.User]{known(), unknown()}, providers.Query{}, 1, nil},
		"read to the end":     {[]*fakeCollection[*model.User]{known(), unknown()}, providers.Query{}, 9, 5},
		"one page":            {[]*fakeCollection[*model.User]{short()}, providers.Query{}, 1, 2},
		"one page, filtered":  {[]*fakeCollection[*model.User]{short()}, ones, 1, 2},
		"all pages, filtered": {[]*fakeCollection[*model.User]{unknown()}, ones, 9, 1},
		"sorted locally":      {[]*fakeCollection[*model.User]{unknown()}, byName.Query, 1, 2},
		"no providers":        {nil, providers.Query{}, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			page := read(t, withUsers(c.collections...), directory.List{Query: c.query}, directory.Window{First: c.first, Total: true})
			if c.want == nil && page.TotalCount != nil || c.want != nil && (page.TotalCount == nil || *page.TotalCount != c.want) {
				t.Errorf("%v, want %v", page.TotalCount, c.want)
			}
		})
	}
	d, l := withUsers(known()), directory.List{}
	w := windowAfter(t, l, read(t, d, l, directory.Window{First: 2}), 2)
	w.Total = true
	if page := read(t, d, l, w); page.TotalCount == nil || *page.TotalCount != 3 {
		t.Errorf("second page: %v", page.TotalCount)
	}
}

// HasNextPage costs a call only when it is needed.
func TestRead_HasNextPageOnDemand(t *testing.T) {
	for more, want := range map[bool]int{true: 2, false: 1} {
		s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1"), usersNamed("a", "2")}}
		page := read(t, withUsers(s), directory.List{}, directory.Window{First: 1, More: more})
		if s.calls() != want || page.PageInfo.HasNextPage != more {
			t.Errorf("more %t: %d calls, want %d; %+v", more, s.calls(), want, page.PageInfo)
		}
	}
	counted := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1"), usersNamed("a", "2")}, totals: true}
	page := read(t, withUsers(counted), directory.List{}, directory.Window{First: 1, More: true})
	if counted.calls() != 1 || !page.PageInfo.HasNextPage {
		t.Errorf("with a total: %d calls, %+v", counted.calls(), page.PageInfo)
	}
}

// A list ends after as many pages as may be read, if the next one is empty.
func TestRead_PagesPerList(t *testing.T) {
	pages := [][]*model.User{usersNamed("a", "1"), usersNamed("a", "2"), usersNamed("a", "3"), {}}
	for name, list := range map[string]directory.List{"the vendor's order": {}, "sorted here": byName} {
		for most, complete := range map[int]bool{2: false, 3: true, 4: true} {
			s := &fakeCollection[*model.User]{pages: pages}
			d := withUsers(s)
			d.SetPagesPerList(most)
			page := read(t, d.WithCredentials(map[string]providers.Secret{"other": {}}), list, directory.Window{First: 9, More: true, Total: true})
			if page.Complete != complete || (len(page.Errors) == 0) != complete || complete && (len(page.Edges) != 3 || *page.TotalCount != 3) {
				t.Errorf("%s, %d pages: %q, complete %t, %v", name, most, ids(page), page.Complete, page.Errors)
			}
			if complete {
				continue
			}
			if text := page.Errors[0].(*providers.Error).Detail; !strings.Contains(text, "2 pages (limits.pagesPerList)") {
				t.Errorf("%s: %s", name, text)
			}
			if want := 2; list.Query.Order.Field == "" && len(page.Edges) != want || list.Query.Order.Field != "" && len(page.Edges) > 0 {
				t.Errorf("%s: %q", name, ids(page))
			}
		}
	}
	// Where the vendor's total tells that there is more, nothing is read to find that out.
	s := &fakeCollection[*model.User]{pages: pages, totals: true}
	d := withUsers(s)
	d.SetPagesPerList(2)
	if page := read(t, d, directory.List{}, directory.Window{First: 9, More: true}); page.Complete || s.calls() != 2 {
		t.Errorf("with a total: complete %t, %d calls", page.Complete, s.calls())
	}
}
