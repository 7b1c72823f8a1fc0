package index_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/providers"
)

// byEmail is a query that needs the index.
func byEmail(email string) providers.Query {
	return providers.Query{Filter: providers.Filter{Emails: []string{email}}}
}

// find reads the user with an address before a deadline.
func find(t *testing.T, d *directory.Directory, email string, timeout time.Duration) directory.Listing[*model.User] {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	return directory.Read(ctx, d, selectUsers, directory.List{Kind: "users", Query: byEmail(email)}, directory.Window{First: 10})
}

// expect fails unless a listing has so many rows and is stale or not, without an error.
func expect(t *testing.T, when string, l directory.Listing[*model.User], rows int, stale bool) {
	t.Helper()
	if len(l.Nodes()) != rows || len(l.Errors) > 0 || l.Freshness == nil || l.Freshness.Stale != stale {
		t.Errorf("%s: %d rows, %v, freshness %+v", when, len(l.Nodes()), l.Errors, l.Freshness)
	}
}

func errorOf(l directory.Listing[*model.User]) *providers.Error {
	if len(l.Errors) != 1 {
		return &providers.Error{}
	}
	return l.Errors[0].(*providers.Error)
}

func unavailable(string) error { return &providers.Error{Kind: providers.Unavailable} }

// slow opens a vendor whose index of 100 users takes ten seconds to build.
func slow(t *testing.T, o index.Options) (*vendor, *directory.Directory, *index.Provider) {
	t.Helper()
	v := newVendor(users(100)...)
	v.latency = time.Second
	d, p := indexed(t, v, o)
	return v, d, p
}

func TestLive_BuiltOnceWhenNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, p := slow(t, options)
		if s := p.Stats(); s.State != model.IndexNone || v.pages() != 0 {
			t.Errorf("before the first query: %+v", s)
		}
		for range 5 {
			go find(t, d, "person5@example.com", time.Minute)
		}
		synctest.Wait()
		if s := p.Stats(); s.State != model.IndexBuilding {
			t.Errorf("while it is built: %+v", s)
		}
		expect(t, "first query", find(t, d, "PERSON5@example.com", time.Minute), 0, false) // not normalized
		if i := d.Index("one"); i == nil || i.State != model.IndexReady || i.Rows != 100 || i.BuiltAt == nil {
			t.Errorf("%+v", i)
		}
		if i := directory.New(v).Index("one"); i != nil {
			t.Errorf("without an index: %+v", i)
		}
		expect(t, "second query", find(t, d, "person5@example.com", time.Minute), 1, false)
		if s, pages := p.Stats(), v.pages(); pages != 10 || s.State != model.IndexReady || s.Rows != 100 || s.Took != 10*time.Second || s.Bytes == 0 {
			t.Errorf("%d pages, %+v", pages, s)
		}
	})
}

func TestLive_KeptFreshWhileUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, p := slow(t, options)
		find(t, d, "person5@example.com", time.Minute)
		find(t, d, "person5@example.com", time.Minute)
		v.set(func(v *vendor) { v.users = append(v.users, user(500)) })
		v.pages()
		time.Sleep(options.Fresh)
		synctest.Wait()
		if pages := v.pages(); pages != 11 {
			t.Errorf("%d pages were read before the index was stale, want 11", pages)
		}
		expect(t, "changed user", find(t, d, "person500@example.com", time.Minute), 1, false)
		time.Sleep(2 * options.Fresh)
		v.pages()
		time.Sleep(3 * options.Fresh)
		if pages := v.pages(); pages != 0 {
			t.Errorf("%d pages were read while nothing used the index", pages)
		}
		time.Sleep(2 * options.Stale)
		if s := p.Stats(); s.State != model.IndexNone || s.Bytes != 0 {
			t.Errorf("after its time: %+v", s)
		}
	})
}

// A vendor that fails leaves the old index, which is served stale, until it expires.
func TestLive_VendorFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, p := slow(t, options)
		find(t, d, "person5@example.com", time.Minute)
		v.set(func(v *vendor) {
			v.fail = func(token string) error {
				if token == "50" {
					return unavailable(token)
				}
				return nil
			}
		})
		time.Sleep(options.Fresh)
		expect(t, "while it is read again", find(t, d, "person5@example.com", time.Minute), 1, true)
		time.Sleep(time.Minute)
		expect(t, "after that failed", find(t, d, "person5@example.com", time.Minute), 1, true)
		if s := p.Stats(); s.State != model.IndexStale {
			t.Errorf("%+v", s)
		}
		time.Sleep(options.Stale)
		if e := errorOf(find(t, d, "person5@example.com", time.Minute)); e.Kind != providers.Unavailable {
			t.Errorf("after its time: %+v", e)
		}
		if s := p.Stats(); s.State != model.IndexFailed {
			t.Errorf("%+v", s)
		}
		v.pages()
		find(t, d, "person5@example.com", time.Minute)
		if pages := v.pages(); pages != 0 {
			t.Errorf("%d pages were read immediately after a failure", pages)
		}
		v.set(func(v *vendor) { v.fail = nil })
		time.Sleep(time.Minute)
		expect(t, "after the vendor recovered", find(t, d, "person5@example.com", time.Minute), 1, false)
	})
}

func TestLive_Invalidation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, _ := slow(t, options)
		find(t, d, "person5@example.com", time.Minute)
		v.set(func(v *vendor) { v.users = append(v.users, user(500)) })
		expect(t, "before", find(t, d, "person500@example.com", time.Minute), 0, false)
		d.Invalidate(t.Context(), []model.ID{"one:User:500"})
		expect(t, "after", find(t, d, "person500@example.com", time.Minute), 1, false)

		// An index that was being built at the time of the invalidation is not served.
		v.Invalidate(t.Context(), nil)
		go find(t, d, "person5@example.com", time.Minute)
		time.Sleep(9500 * time.Millisecond)
		v.set(func(v *vendor) { v.users[0] = user(600) })
		v.Invalidate(t.Context(), nil)
		expect(t, "while it is built", find(t, d, "person600@example.com", time.Minute), 1, false)
	})
}

// A vendor that rejects the credential takes the index with it.
func TestLive_CredentialRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, p := slow(t, options)
		find(t, d, "person5@example.com", time.Minute)
		v.set(func(v *vendor) {
			v.fail = func(string) error { return &providers.Error{Kind: providers.Unauthenticated} }
		})
		time.Sleep(options.Fresh)
		find(t, d, "person5@example.com", time.Minute)
		time.Sleep(time.Minute)
		if s := p.Stats(); s.Rows != 0 {
			t.Errorf("%+v", s)
		}
		if e := errorOf(find(t, d, "person5@example.com", time.Minute)); e.Kind != providers.Unauthenticated {
			t.Errorf("%+v", e)
		}
	})
}

// Short lists are read page by page, long ones are indexed.
func TestLive_MinRows(t *testing.T) {
	for minRows, state := range map[int]model.IndexState{100: model.IndexReady, 101: model.IndexNone} {
		o := options
		o.MinRows = minRows
		synctest.Test(t, func(t *testing.T) {
			_, d, p := slow(t, o)
			expect(t, "user", find(t, d, "person95@example.com", time.Hour), 1, false)
			if s := p.Stats(); s.State != state {
				t.Errorf("minRows %d: %+v", minRows, s)
			}
		})
	}
}

// A row that cannot be packed fails the reading, and nothing else.
func TestLive_Panic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, _ := slow(t, options)
		v.set(func(v *vendor) { v.users[3] = nil })
		if e := errorOf(find(t, d, "person5@example.com", time.Minute)); e.Kind != providers.BadResponse {
			t.Errorf("%+v", e)
		}
	})
}

// Pages of a list continue where they ended when the index is built again between them.
func TestLive_CursorsOfAnOlderIndex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, _ := slow(t, options)
		q := providers.Query{Order: providers.Order{Field: model.OrderByName}}
		want, _ := walk(t, d, q, 100)
		var got []string
		var after *model.Cursor
		for n := 0; ; n++ {
			l := read(t, d, q, 7, after)
			for _, u := range l.Nodes() {
				got = append(got, u.VendorID)
			}
			if !l.PageInfo.HasNextPage {
				break
			}
			after = l.PageInfo.Last
			// One user appears before the cursor, and the last one that was returned is gone.
			v.set(func(v *vendor) {
				added := user(1000 + n)
				added.Name = new("A")
				last := l.Nodes()[6].VendorID
				for i, u := range v.users {
					if u.VendorID == last {
						v.users = append(append([]*model.User{added}, v.users[:i]...), v.users[i+1:]...)
						break
					}
				}
				v.version++
			})
			time.Sleep(time.Second)
		}
		if len(got) != len(want) {
			t.Fatalf("%d rows, want %d", len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("row %d is %s, want %s", i, got[i], want[i])
			}
		}
	})
}

// The end of each reading is observed, with the time until a reading that failed is repeated.
func TestLive_Observe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var observed []string
		o := options
		o.Observe = func(err error, retryAfter time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			observed = append(observed, fmt.Sprint(providers.KindOf(err), " ", retryAfter))
		}
		v, d, _ := slow(t, o)
		failing := func(at string, kind providers.Kind) {
			v.set(func(v *vendor) {
				v.fail = func(token string) error {
					if token == at {
						return &providers.Error{Kind: kind}
					}
					return nil
				}
			})
			find(t, d, "person5@example.com", time.Hour)
			time.Sleep(time.Minute)
		}
		failing("", providers.Unavailable)
		failing("50", providers.Forbidden)
		failing("50", providers.Incomplete)
		time.Sleep(options.Fresh)
		failing("none", 0)
		v.Invalidate(t.Context(), nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		directory.Read(ctx, d, selectUsers, directory.List{Kind: "users", Query: byEmail("x")}, directory.Window{First: 10})
		v.Invalidate(t.Context(), nil) // a reading that is replaced is not observed
		failing("", providers.Unauthenticated)
		mu.Lock()
		defer mu.Unlock()
		want := []string{
			fmt.Sprint(providers.Unavailable, " 0s"), fmt.Sprint(providers.Forbidden, " 5s"), fmt.Sprint(providers.Incomplete, " 10m0s"),
			fmt.Sprint(providers.Kind(0), " 0s"), fmt.Sprint(providers.Unauthenticated, " 0s"),
		}
		if !slices.Equal(observed, want) {
			t.Errorf("%q, want %q", observed, want)
		}
	})
}
