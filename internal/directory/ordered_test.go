package directory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

func byCreation(descending bool) directory.List {
	return directory.List{Query: providers.Query{Order: providers.Order{Field: model.OrderByCreatedAt, Descending: descending}}}
}

// createdOn returns a user whose id is its name, created on this day; 0 is unknown.
func createdOn(provider, id string, day int) *model.User {
	u := user(provider, id, id)
	if day > 0 {
		at := time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC)
		u.CreatedAt = &at
	}
	return u
}

// Rows without a value come last, wherever the vendor that sorts has them, and are
// returned once.
func TestRead_VendorSortsMissingValuesElsewhere(t *testing.T) {
	sorted := [][]*model.User{{createdOn("a", "2", 2), createdOn("a", "4", 4)}, {createdOn("a", "6", 6)}}
	missing := []*model.User{createdOn("a", "x", 0), createdOn("a", "y", 0)}
	other := [][]*model.User{{createdOn("b", "?", 0), createdOn("b", "5", 5), createdOn("b", "1", 1)}}
	for name, pages := range map[string][][]*model.User{
		"first":       {{missing[0], missing[1], sorted[0][0]}, {sorted[0][1], sorted[1][0]}},
		"last":        {sorted[0], {sorted[1][0], missing[0]}, {missing[1]}},
		"a full page": {missing, sorted[0], sorted[1]},
		"anywhere":    {{missing[0], sorted[0][0]}, {sorted[0][1], missing[1]}, sorted[1]},
		"no values":   {{missing[0]}, {missing[1]}},
	} {
		for _, descending := range []bool{false, true} {
			pages := slices.Clone(pages)
			if descending { // the vendor's order of values is reversed, the places of missing ones are not
				pages = reverseValues(pages)
			}
			for size := 1; size < 10; size++ {
				a := &fakeCollection[*model.User]{sorts: true, totals: true, pages: pages}
				d := withUsers(a, &fakeCollection[*model.User]{pages: other})
				walked := walk(t, d, byCreation(descending), size, nil)
				want := []string{"b:1", "a:2", "a:4", "b:5", "a:6", "a:x", "a:y", "b:?"}
				if name == "no values" {
					want = []string{"b:1", "b:5", "a:x", "a:y", "b:?"}
				}
				if descending {
					n := slices.IndexFunc(want, func(id string) bool { return id == "a:x" })
					slices.Reverse(want[:n])
				}
				if diff := cmp.Diff(want, rowsOf(walked)); diff != "" {
					t.Errorf("%s, descending %t, pages of %d (-want +got):\n%s", name, descending, size, diff)
				}
				for n, page := range walked {
					if page.TotalCount == nil || *page.TotalCount != len(want) || !page.Complete {
						t.Errorf("%s, page %d of %d: total %v, complete %t", name, n, size, page.TotalCount, page.Complete)
					}
				}
			}
		}
	}
}

// reverseValues returns pages in which the rows with a value are in reverse order.
func reverseValues(pages [][]*model.User) [][]*model.User {
	var rows []*model.User
	for _, u := range slices.Concat(pages...) {
		if u.CreatedAt != nil {
			rows = append(rows, u)
		}
	}
	reversed := make([][]*model.User, len(pages))
	for i, page := range pages {
		for _, u := range page {
			if u.CreatedAt != nil {
				u, rows = rows[len(rows)-1], rows[:len(rows)-1]
			}
			reversed[i] = append(reversed[i], u)
		}
	}
	return reversed
}

// A list that is not in the requested order on its first page is sorted here. On a
// later page, it is too late: the rest is left out, with an error.
func TestRead_VendorDoesNotSort(t *testing.T) {
	unsorted := [][]*model.User{{createdOn("a", "3", 3), createdOn("a", "1", 1)}, {createdOn("a", "4", 4), createdOn("a", "2", 2)}}
	other := &fakeCollection[*model.User]{pages: [][]*model.User{{createdOn("b", "5", 5), createdOn("b", "2", 2)}}}
	for size := 1; size < 8; size++ {
		d := withUsers(&fakeCollection[*model.User]{sorts: true, pages: unsorted}, other)
		walked := walk(t, d, byCreation(false), size, nil)
		if got := rowsOf(walked); !slices.Equal(got, []string{"a:1", "a:2", "b:2", "a:3", "a:4", "b:5"}) {
			t.Errorf("pages of %d: %q", size, got)
		}
		if last := walked[len(walked)-1]; !last.Complete || last.TotalCount == nil || *last.TotalCount != 6 {
			t.Errorf("pages of %d: complete %t, total %v", size, last.Complete, last.TotalCount)
		}
	}
	late := [][]*model.User{{createdOn("a", "1", 1), createdOn("a", "3", 3)}, {createdOn("a", "2", 2)}}
	page := read(t, withUsers(&fakeCollection[*model.User]{sorts: true, pages: late}, other), byCreation(false), directory.Window{First: 9, Total: true})
	if !slices.Equal(ids(page), []string{"a:1", "b:2", "a:3", "b:5"}) || !slices.Equal(kinds(page.Errors), []providers.Kind{providers.BadResponse}) ||
		page.Complete || page.TotalCount != nil || page.Failed {
		t.Errorf("%q, %v, complete %t", ids(page), page.Errors, page.Complete)
	}
}

// A list that is sorted here has the same order on all windows, also of equal rows: none is
// in two of them.
func TestRead_VendorDoesNotSortEqualRows(t *testing.T) {
	x, y, z, later := createdOn("a", "x", 1), createdOn("a", "y", 1), createdOn("a", "z", 1), createdOn("a", "later", 2)
	rows, ordered := [][]*model.User{{x, y}, {z, later}}, [][]*model.User{{later, z, y}, {x}}
	walked := walk(t, withUsers(&fakeCollection[*model.User]{sorts: true, pages: rows, ordered: ordered}), byCreation(false), 1, nil)
	if got := rowsOf(walked); !slices.Equal(got, []string{"a:x", "a:y", "a:z", "a:later"}) {
		t.Errorf("%q", got)
	}
}

// A cursor counts the rows of the vendor's order. If the vendor stops sorting, the rest of the
// list is an error.
func TestRead_VendorStopsSorting(t *testing.T) {
	a := &fakeCollection[*model.User]{sorts: true, pages: [][]*model.User{{createdOn("a", "1", 1), createdOn("a", "2", 2)}, {createdOn("a", "3", 3)}}}
	d, l := withUsers(a), byCreation(false)
	for first := 1; first < 3; first++ {
		a.sorts = true
		begun := read(t, d, l, directory.Window{First: first})
		a.sorts = false
		rest := read(t, d, l, windowAfter(t, l, begun, 9))
		if len(rest.Edges) > 0 || rest.Complete || !slices.Equal(kinds(rest.Errors), []providers.Kind{providers.BadResponse}) {
			t.Errorf("after %d rows: %q, complete %t, %v", first, ids(rest), rest.Complete, rest.Errors)
		}
	}
}

// For any pages of vendors that sort, that do not, and that only claim to, paging
// returns the same rows as one large page, in order.
func TestRead_OrderedPagingReturnsEachRowOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 300 {
		descending := round%2 == 0
		var collections []*fakeCollection[*model.User]
		rows := 0
		for i := range 3 {
			s := &fakeCollection[*model.User]{sorts: random.IntN(3) > 0, totals: random.IntN(2) == 0}
			provider := string(rune('a' + i))
			var all []*model.User
			for n := range random.IntN(9) {
				all = append(all, createdOn(provider, fmt.Sprint(n), random.IntN(6)))
			}
			rows += len(all)
			if s.sorts && random.IntN(4) > 0 {
				sortValues(all, descending)
			}
			for len(all) > 0 {
				n := random.IntN(len(all) + 1)
				if !s.sorts || len(s.pages) > 0 || isSorted(all, descending) {
					s.pages, all = append(s.pages, all[:n:n]), all[n:]
					continue
				}
				s.pages, all = append(s.pages, all), nil // unsorted on the first page
			}
			collections = append(collections, s)
		}
		d, l := withUsers(collections...), byCreation(descending)
		whole := read(t, d, l, directory.Window{First: 100})
		if len(whole.Edges) != rows || !whole.Complete {
			t.Fatalf("round %d: %d of %d rows, %v", round, len(whole.Edges), rows, whole.Errors)
		}
		nodes := whole.Nodes()
		if !isSorted(nodes, descending) || slices.ContainsFunc(nodes[slices.IndexFunc(append(nodes, createdOn("", "", 0)), isUnknown):], func(u *model.User) bool { return !isUnknown(u) }) {
			t.Fatalf("round %d: %q is not in order", round, ids(whole))
		}
		size := 1 + random.IntN(4)
		if diff := cmp.Diff(ids(whole), rowsOf(walk(t, d, l, size, nil))); diff != "" {
			t.Fatalf("round %d, pages of %d (-whole +pieces):\n%s", round, size, diff)
		}
	}
}

func isUnknown(u *model.User) bool { return u.CreatedAt == nil }

func compareDays(descending bool) func(a, b *model.User) int {
	return func(a, b *model.User) int {
		if descending {
			a, b = b, a
		}
		return a.CreatedAt.Compare(*b.CreatedAt)
	}
}

// isSorted reports whether the rows with a value are in order.
func isSorted(rows []*model.User, descending bool) bool {
	return slices.IsSortedFunc(slices.DeleteFunc(slices.Clone(rows), isUnknown), compareDays(descending))
}

// sortValues sorts the rows with a value and leaves the others where they are.
func sortValues(rows []*model.User, descending bool) {
	known := slices.DeleteFunc(slices.Clone(rows), isUnknown)
	slices.SortFunc(known, compareDays(descending))
	for i, u := range rows {
		if !isUnknown(u) {
			rows[i], known = known[0], known[1:]
		}
	}
}

// The cursors of ordered lists stay short.
func TestRead_CursorsAreShort(t *testing.T) {
	pages := [][]*model.User{{createdOn("a", "x", 0), createdOn("a", "1", 1)}, {createdOn("a", "2", 2)}}
	var collections []*fakeCollection[*model.User]
	for range 4 {
		collections = append(collections, &fakeCollection[*model.User]{sorts: true, totals: true, pages: pages})
	}
	page := read(t, withUsers(collections...), byCreation(false), directory.Window{First: 2, Total: true})
	if cursor := *page.PageInfo.EndCursor(); len(cursor) > 200 || strings.ContainsAny(cursor, "+/=") {
		t.Errorf("%d bytes: %s", len(cursor), cursor)
	}
}
