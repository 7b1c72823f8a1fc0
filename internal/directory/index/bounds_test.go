package index_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/providers"
)

// A reading requests as many pages at a time as it may, and no more.
func TestLive_Concurrent(t *testing.T) {
	for concurrent, seconds := range map[int]int{1: 10, 3: 4, 100: 2} {
		o := options
		o.Concurrent = concurrent
		synctest.Test(t, func(t *testing.T) {
			v, d, _ := slow(t, o)
			v.tellsPages = true
			start := time.Now()
			expect(t, "user", find(t, d, "person95@example.com", time.Minute), 1, false)
			if took := time.Since(start); v.most > concurrent || took != time.Duration(seconds)*time.Second {
				t.Errorf("%d pages at a time, want at most %d; %v, want %d s", v.most, concurrent, took, seconds)
			}
		})
	}
}

// A list that is longer than an index may be is an error wherever the index is needed, with no
// row as if it were all.
func TestLive_MaxRows(t *testing.T) {
	for name, test := range map[string]struct {
		maxRows, memberships int
		exceeded             bool
	}{
		"users":                {100, 0, false},
		"too many users":       {99, 100, true},
		"memberships":          {100, 200, false},
		"too many memberships": {100, 201, true},
	} {
		o := options
		o.MaxRows = test.maxRows
		synctest.Test(t, func(t *testing.T) {
			v, _, _ := slow(t, o)
			v.hasMembers = test.memberships > 0
			for i := range test.memberships {
				v.memberships = append(v.memberships, membership(string(rune('a'+i/100)), v.users[i%100]))
			}
			d, p := indexed(t, v, o)
			if !test.exceeded {
				expect(t, name, find(t, d, "person5@example.com", time.Hour), 1, false)
				return
			}
			for _, q := range []providers.Query{byEmail("person5@example.com"), {Order: providers.Order{Field: model.OrderByName}}} {
				l := read(t, d, q, 10, nil)
				if e := errorOf(l); e.Kind != providers.Incomplete || l.Complete || l.TotalCount != nil {
					t.Errorf("%s: %+v, complete %t, total %v", name, e, l.Complete, l.TotalCount)
				}
			}
			if s := p.Stats(); s.State != model.IndexFailed || s.Bytes != 0 {
				t.Errorf("%s: %+v", name, s)
			}
		})
	}
}

// A list that is too long for an index, but short enough to be read without one, answers what
// it answers without one.
func TestLive_MaxRowsOfReadableList(t *testing.T) {
	o := options
	o.MaxRows, o.ListPages = 60, 10
	v := newVendor(randomUsers(rand.New(rand.NewPCG(1, 2)), 95)...)
	plain := directory.New(v)
	d, p := indexed(t, v, o)
	for _, q := range queries() {
		want, _ := walk(t, plain, q, 30)
		if got, _ := walk(t, d, q, 30); !slices.Equal(got, want) {
			t.Errorf("%+v: %q, want %q", q, got, want)
		}
	}
	if s := p.Stats(); s.State != model.IndexFailed {
		t.Fatalf("%+v", s)
	}
	for _, id := range []model.ID{v.users[90].ID, "one:User:none"} {
		objects, failed := directory.Objects(t.Context(), d, selectUsers, []model.ID{id})
		if len(failed) > 0 || (objects[id] != nil) != (id != "one:User:none") {
			t.Errorf("%s: %v, %v", id, objects[id], failed)
		}
	}
	if _, ok, err := snapshotter(p).Snapshot(t.Context()); ok || err != nil {
		t.Errorf("a snapshot: %t, %v", ok, err)
	}

	// Of a longer list, the vendor's search answers what it finds.
	v, o.ListPages = newVendor(users(100)...), 6
	d, _ = indexed(t, v, o)
	l := read(t, d, byEmail("person5@example.com"), 10, nil)
	e := errorOf(l)
	if len(l.Nodes()) != 1 || l.Complete || e.Kind != providers.Incomplete || !strings.Contains(e.Detail, "index.maxRows") || !strings.Contains(e.Detail, "60 users") {
		t.Errorf("%d rows, complete %t, %+v", len(l.Nodes()), l.Complete, e)
	}
	v.pages()
	l = read(t, d, providers.Query{Order: providers.Order{Field: model.OrderByName}}, 10, nil)
	if e := errorOf(l); len(l.Nodes()) > 0 || l.Complete || e.Kind != providers.Incomplete || v.pages() > 1 {
		t.Errorf("an order: %d rows, complete %t, %+v", len(l.Nodes()), l.Complete, e)
	}
	objects, failed := directory.Objects(t.Context(), d, selectUsers, []model.ID{"one:User:3"})
	if len(objects) > 0 || providers.KindOf(failed["one:User:3"]) != providers.Incomplete {
		t.Errorf("by its id: %v, %v", objects, failed)
	}
}

func snapshotter(p *index.Provider) directory.Snapshotter[*model.User] {
	return p.Collections().Users.(directory.Snapshotter[*model.User])
}

func TestLive_Warm(t *testing.T) {
	o := options
	o.Warm = true
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(users(100)...)
		withMembers(rand.New(rand.NewPCG(1, 2)), v)
		d, p := indexed(t, v, o)
		synctest.Wait()
		if s := p.Stats(); s.State != model.IndexReady {
			t.Errorf("%+v", s)
		}
		v.pages()
		readOf(t, d, selectMemberships, membershipsOf("1"), 10, nil)
		if find(t, d, "person5@example.com", time.Minute); v.pages() != 0 {
			t.Error("users or memberships were read again")
		}
	})
	// An invalidation during the first reading begins another one.
	synctest.Test(t, func(t *testing.T) {
		v, _, p := slow(t, o)
		time.Sleep(5 * time.Second)
		v.Invalidate(t.Context(), nil)
		time.Sleep(16 * time.Second)
		if s := p.Stats(); s.State != model.IndexReady {
			t.Errorf("after an invalidation: %+v", s)
		}
	})
}
