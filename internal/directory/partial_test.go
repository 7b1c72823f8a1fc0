package directory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// A list that begins with a partial page has the same rows as another one, for any window. It
// reads the pages of the other one, and the partial one.
func TestRead_PartialPageIsFollowedByTheWholePage(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for round := range 300 {
		l := byCreation(random.IntN(2) == 0)
		if random.IntN(2) == 0 {
			l = directory.List{}
		}
		var whole, partial []*fakeCollection[*model.User]
		for i := range 2 {
			var all []*model.User
			for n := range random.IntN(30) {
				all = append(all, createdOn(string(rune('a'+i)), fmt.Sprint(n), random.IntN(6)))
			}
			sorts := random.IntN(2) == 0
			if sorts {
				sortValues(all, l.Query.Order.Descending)
			}
			s := fakeCollection[*model.User]{pages: slices.Collect(slices.Chunk(all, 10)), totals: random.IntN(2) == 0, sorts: sorts}
			if random.IntN(4) == 0 && len(all) > 0 {
				s.gaps = map[int][]error{0: {unavailable}}
			}
			whole = append(whole, &fakeCollection[*model.User]{pages: s.pages, totals: s.totals, sorts: s.sorts, gaps: s.gaps})
			partial = append(partial, &fakeCollection[*model.User]{pages: s.pages, totals: s.totals, sorts: s.sorts, gaps: s.gaps, partial: 1 + random.IntN(9)})
		}
		size := 1 + random.IntN(12)
		want, got := walk(t, withUsers(whole...), l, size, nil), walk(t, withUsers(partial...), l, size, nil)
		if len(got) != len(want) {
			t.Fatalf("round %d: %d pages, want %d", round, len(got), len(want))
		}
		for n, page := range got {
			if !slices.Equal(ids(page), ids(want[n])) || page.Complete != want[n].Complete || len(page.Errors) != len(want[n].Errors) {
				t.Fatalf("round %d, page %d: %q, complete %t, %v; want %q, %t, %v", round, n,
					ids(page), page.Complete, page.Errors, ids(want[n]), want[n].Complete, want[n].Errors)
			}
		}
		for i, s := range partial {
			isMore := func(token string) bool { return token != "partial" && !slices.Contains(whole[i].tokens, token) }
			if slices.ContainsFunc(s.tokens, isMore) || len(s.tokens) > 2*len(whole[i].tokens) {
				t.Fatalf("round %d: pages %q, want %q and a partial one", round, s.tokens, whole[i].tokens)
			}
		}
	}
}

// A list that may be read to its end, or whose rows are compared here, has no partial page.
func TestRead_PartialPageOnlyWhereTheWindowNeedsNoMore(t *testing.T) {
	for name, c := range map[string]struct {
		list   directory.List
		window directory.Window
		calls  int
	}{
		"the start":            {directory.List{}, directory.Window{First: 2, More: true, Total: true}, 1},
		"the start, in order":  {byName, directory.Window{First: 2, More: true}, 1},
		"the whole page":       {directory.List{}, directory.Window{First: 4, More: true}, 1},
		"another window":       {directory.List{}, directory.Window{First: 1, Rows: 3, More: true}, 1},
		"no row but the total": {directory.List{}, directory.Window{Total: true}, 1},
		"a filter":             {directory.List{Query: providers.Query{Filter: providers.Filter{Name: "3"}}}, directory.Window{First: 1, More: true}, 2},
	} {
		s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2", "3", "4"), usersNamed("a", "5")}, totals: true, sorts: true, partial: 3}
		page := read(t, withUsers(s), c.list, c.window)
		if len(page.Edges) == 0 && c.window.First > 0 || !page.Complete || s.calls() != c.calls {
			t.Errorf("%s: %q, complete %t, pages %q", name, ids(page), page.Complete, s.tokens)
		}
		if c.window.More && name != "a filter" && !page.PageInfo.HasNextPage {
			t.Errorf("%s: no next page", name)
		}
		if c.window.Total && (page.TotalCount == nil || *page.TotalCount != 5) {
			t.Errorf("%s: total %v", name, page.TotalCount)
		}
	}
}

// A partial page with a row twice, or with a gap, is read again as a whole.
func TestRead_UncleanPartialPage(t *testing.T) {
	for name, s := range map[string]*fakeCollection[*model.User]{
		"a row twice":  {pages: [][]*model.User{usersNamed("a", "1", "2", "1", "3")}},
		"next to it":   {pages: [][]*model.User{usersNamed("a", "1", "1", "2", "3")}},
		"in no order":  {pages: [][]*model.User{usersNamed("a", "2", "1", "2", "3")}},
		"a broken row": {pages: [][]*model.User{usersNamed("a", "1", "2", "3", "4")}, gaps: map[int][]error{0: {unavailable}}},
		"a hidden row": {pages: [][]*model.User{usersNamed("a", "1", "2", "3", "4")}, hidden: map[int]bool{0: true}},
	} {
		s.totals, s.partial = true, 3
		page := read(t, withUsers(s), directory.List{}, directory.Window{First: 2, More: true, Total: true})
		if !slices.Equal(s.tokens, []string{"partial", ""}) || len(page.Edges) != 2 || len(page.Errors) != len(s.gaps) {
			t.Errorf("%s: %q of pages %q, %v", name, ids(page), s.tokens, page.Errors)
		}
		if complete := s.gaps == nil && s.hidden == nil; page.Complete != complete || complete && (page.TotalCount == nil || *page.TotalCount != 3) {
			t.Errorf("%s: complete %t, total %v", name, page.Complete, page.TotalCount)
		}
	}
}

// A list whose rows have changed between the partial page and the whole one says so, since a row
// may have moved over the border.
func TestRead_ChangeBehindAPartialPage(t *testing.T) {
	blank := func(ids ...string) (all []*model.User) {
		for _, id := range ids {
			all = append(all, user("a", id, ""))
		}
		return all
	}
	for name, c := range map[string]struct {
		rows     []*model.User
		complete bool
	}{
		"unchanged": {append(blank("1", "2"), usersNamed("a", "3", "4")...), true},
		"removed":   {append(blank("2"), usersNamed("a", "3", "4")...), false},
	} {
		s := &fakeCollection[*model.User]{pages: [][]*model.User{append(blank("1", "2"), usersNamed("a", "3", "4")...)}, sorts: true, partial: 2}
		s.before = func(string) {
			if s.calls() > 1 {
				s.pages = [][]*model.User{c.rows}
			}
		}
		page := read(t, withUsers(s), byName, directory.Window{First: 2})
		if page.Complete != c.complete || len(page.Edges) != 2 || (page.Errors == nil) != c.complete {
			t.Errorf("%s: %q, complete %t, %v", name, ids(page), page.Complete, page.Errors)
		}
	}
}

// A cursor in a partial page continues after its row in the whole page, and the first total stays.
func TestRead_TotalChangesAfterAPartialPage(t *testing.T) {
	s := &fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2", "3", "4")}, totals: true, partial: 3}
	pages := walk(t, withUsers(s), directory.List{}, 2, func(page int) {
		if page == 1 {
			s.pages = [][]*model.User{usersNamed("a", "2", "3", "4")}
		}
	})
	last := pages[len(pages)-1]
	if got := rowsOf(pages); !slices.Equal(got, []string{"a:1", "a:2", "a:4"}) || last.Complete || !slices.Equal(kinds(last.Errors), []providers.Kind{providers.Incomplete}) {
		t.Errorf("%q, complete %t, %v", got, last.Complete, last.Errors)
	}
	if total := last.TotalCount; total == nil || *total != 4 {
		t.Errorf("total %v, want that of the first page", total)
	}
}
