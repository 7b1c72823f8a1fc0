package index_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
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
	o := options
	for name, rows := range map[string]int{"longer": 99, "as long": 100} {
		o.MaxRows = rows
		synctest.Test(t, func(t *testing.T) {
			v, d, p := slow(t, o)
			v.hasMembers = name == "longer" // the rows are memberships, of fewer users
			for _, u := range v.users {
				v.memberships = append(v.memberships, membership("a", u))
			}
			v.memberships[99] = membership("b", v.users[0])
			if !v.hasMembers {
				expect(t, name, find(t, d, "person5@example.com", time.Hour), 1, false)
				return
			}
			d, p = indexed(t, v, o)
			for _, q := range []providers.Query{byEmail("person5@example.com"), {Order: providers.Order{Field: model.OrderByName}}} {
				l := read(t, d, q, 10, nil)
				if e := errorOf(l); e.Kind != providers.Incomplete || l.Complete || l.TotalCount != nil {
					t.Errorf("%+v, complete %t, total %v", e, l.Complete, l.TotalCount)
				}
			}
			if s := p.Stats(); s.State != model.IndexFailed || s.Bytes != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
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
