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
