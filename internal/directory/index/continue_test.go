package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// step is a list of users in the vendor's order that is read from the vendor's pages, and then
// from an index.
type step struct {
	t        *testing.T
	v        *vendor
	d        *directory.Directory
	first    int
	rows     []string
	complete bool
	errors   []error
	last     *model.Cursor
}

func newStep(t *testing.T, first int) *step {
	o := options
	o.MinRows = 30
	v := newVendor(users(100)...)
	d, _ := indexed(t, v, o)
	return &step{t: t, v: v, d: d, first: first, complete: true}
}

// index makes the server read the index.
func (s *step) index() {
	s.t.Helper()
	if l := find(s.t, s.d, "person5@example.com", time.Minute); len(l.Errors) > 0 {
		s.t.Fatal(l.Errors)
	}
}

// next reads the next rows, and reports whether there are more.
func (s *step) next() bool {
	var after *model.Cursor
	if s.last != nil {
		parsed, err := model.ParseCursor(s.last.Encode(), s.last.List)
		if err != nil {
			s.t.Fatal(err)
		}
		after = &parsed
	}
	l := read(s.t, s.d, providers.Query{}, s.first, after)
	s.rows = append(s.rows, vendorIDs(l.Nodes())...)
	s.complete, s.errors = s.complete && l.Complete, append(s.errors, l.Errors...)
	s.last = l.PageInfo.Last
	return l.PageInfo.HasNextPage
}

func (s *step) rest() {
	for s.next() {
	}
}

func insert(i, id int) func(*vendor) {
	return func(v *vendor) { v.users = slices.Insert(slices.Clone(v.users), i, user(id)) }
}

func remove(i int) func(*vendor) {
	return func(v *vendor) { v.users = slices.Delete(slices.Clone(v.users), i, i+1) }
}

// repeat lists a user a second time, before the other one: the user has joined a tenant whose
// list is read first.
func repeat(i, from int) func(*vendor) {
	return func(v *vendor) { v.users = slices.Insert(slices.Clone(v.users), i, v.users[from]) }
}

// leave removes the first of the two rows of a user.
func leave(i, id int) (before, after func(*vendor)) {
	return insert(i, id), remove(i)
}

// A list that continues from an index after the vendor's pages has every user once that the vendor had
// all the time, whatever has changed between the two, or says that it may not.
func TestIndex_ContinuesAfterChanges(t *testing.T) {
	nothing := func(*vendor) {}
	moved, left := leave(4, 70)
	for name, c := range map[string]struct {
		before, change func(*vendor)
		// indexFirst is set to build the index before the change, from which the pages are
		// read afterwards.
		indexFirst, complete bool
	}{
		"nothing, index first":        {nothing, nothing, true, true},
		"nothing, pages first":        {nothing, nothing, false, true},
		"added, index first":          {nothing, insert(3, 200), true, true},
		"removed behind, index first": {nothing, remove(80), true, true},
		"removed, index first":        {nothing, remove(3), true, true},
		"last of page, index first":   {nothing, remove(34), true, true},
		"added, pages first":          {nothing, insert(3, 200), false, false},
		"removed, pages first":        {nothing, remove(3), false, false},
		"last row, pages first":       {nothing, remove(34), false, false},
		"joined, pages first":         {nothing, repeat(3, 70), false, false},
		"left, pages first":           {moved, left, false, false},
		"joined, index first":         {nothing, repeat(3, 70), true, true},
		"left, index first":           {moved, left, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStep(t, 35)
			s.v.set(c.before)
			if c.indexFirst {
				s.index()
				s.v.set(c.change)
			}
			s.next()
			if !c.indexFirst {
				s.v.set(c.change)
				s.index()
			}
			s.rest()
			s.check(c.complete)
		})
	}
}

// check fails unless the list is complete or not as expected, and then each row that the vendor had
// all the time came once.
func (s *step) check(complete bool) {
	s.t.Helper()
	if s.complete != complete || (len(s.errors) == 0) != complete {
		s.t.Errorf("complete %t, want %t: %v", s.complete, complete, s.errors)
	}
	if s.complete {
		s.checkRows(func(string) bool { return true })
	}
}

// checkRows fails if a row came twice, or one that the vendor has and had before is missing.
func (s *step) checkRows(had func(id string) bool) {
	s.t.Helper()
	count := map[string]int{}
	for _, id := range s.rows {
		if count[id]++; count[id] > 1 {
			s.t.Errorf("user %s comes twice", id)
		}
	}
	for _, u := range s.v.users {
		if had(u.VendorID) && count[u.VendorID] == 0 {
			s.t.Errorf("user %s is missing", u.VendorID)
		}
	}
}

// Whatever changes between the pages of a list: a list that is complete lacks no user that the
// vendor had all the time, and repeats none.
func TestIndex_RandomChangesBetweenPages(t *testing.T) {
	complete := 0
	const rounds = 300
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 1))
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := newStep(t, 30+r.IntN(20))
			always := map[string]bool{}
			for _, u := range s.v.users {
				always[u.VendorID] = true
			}
			n := 200
			change := func() {
				for range r.IntN(3) {
					i, at := r.IntN(len(s.v.users)), r.IntN(40)
					switch n++; r.IntN(3) {
					case 0:
						s.v.set(insert(at, n))
					case 1:
						s.v.set(remove(at))
					case 2:
						s.v.set(repeat(at, i))
					}
				}
				has := map[string]bool{}
				for _, u := range s.v.users {
					has[u.VendorID] = true
				}
				for id := range always {
					if !has[id] {
						delete(always, id)
					}
				}
			}
			if r.IntN(2) == 0 {
				s.index()
			}
			change()
			s.next()
			change()
			s.rest()
			if s.complete {
				complete++
				s.checkRows(func(id string) bool { return always[id] })
			}
		})
	}
	if complete < rounds/10 {
		t.Errorf("%d of %d lists were complete", complete, rounds)
	}
}

// A page of an index that cannot tell where it begins says that rows may be missing.
func TestIndex_RowsBeforeThePageAreGone(t *testing.T) {
	v := newVendor(users(100)...)
	d, _ := indexed(t, v, options)
	byName := providers.Query{Order: providers.Order{Field: model.OrderByName}}
	l := read(t, d, byName, 20, nil)
	gone := vendorIDs(l.Nodes())[10:]
	v.set(func(v *vendor) {
		v.users = slices.DeleteFunc(v.users, func(u *model.User) bool { return slices.Contains(gone, u.VendorID) })
		v.version++
	})
	l = read(t, d, byName, 20, l.PageInfo.Last)
	if l.Complete || l.TotalCount == nil || !cmp.Equal(kindsOf(l.Errors), []providers.Kind{providers.Incomplete}) {
		t.Errorf("complete %t, total %v, %v", l.Complete, l.TotalCount, l.Errors)
	}
}

func kindsOf(errs []error) (kinds []providers.Kind) {
	for _, err := range errs {
		kinds = append(kinds, providers.KindOf(err))
	}
	return kinds
}
