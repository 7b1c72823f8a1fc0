package index_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

// slowVendor returns a vendor whose list of 100 users takes ten pages of this time.
func slowVendor(latency time.Duration) *vendor {
	v := newVendor(users(100)...)
	v.latency = latency
	return v
}

// A replica waits for the one that reads the list, says so when it has waited long enough, and
// reads the list itself if that one ends.
func TestLease_BuilderEnds(t *testing.T) {
	for name, ends := range map[string]func(one *replica){
		"a crash":    func(one *replica) { one.network.cut() },
		"a shutdown": func(one *replica) { one.cache.Close() },
		"the build":  func(one *replica) { one.vendor.set(func(v *vendor) { v.fail = unavailable }) },
	} {
		synctest.Test(t, func(t *testing.T) {
			f := new(redistest.Fake)
			one, two := startFakedReplica(t, f, slowVendor(2*time.Second)), startFakedReplica(t, f, newVendor(users(100)...))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go directory.Read(ctx, one.Directory, selectUsers, directory.List{Query: byEmail("person5@example.com")}, directory.Window{First: 1})
			time.Sleep(3 * time.Second)
			l := find(t, two.Directory, "person5@example.com", 300*time.Millisecond)
			if e := errorOf(l); e.Kind != providers.Indexing || e.RetryAfter < time.Second || l.Complete || len(l.Nodes()) > 0 || two.vendor.pages() > 0 {
				t.Errorf("%s: %+v, complete %t", name, e, l.Complete)
			}
			ends(one)
			start := time.Now()
			expect(t, name, find(t, two.Directory, "person5@example.com", time.Minute), 1, false)
			if pages := two.vendor.pages(); pages != 10 {
				t.Errorf("%s: %d pages were read, want 10", name, pages)
			}
			// A lease lives for 3 s, and the reading is repeated four times before it fails.
			if took := time.Since(start); name == "a crash" && took < time.Second || took > 20*time.Second {
				t.Errorf("%s: the lease was taken over after %v", name, took)
			}
		})
	}
}

// A replica whose lease lapses while it reads does not replace the later index that another one
// has read meanwhile: neither if it could not reach Redis, nor if it did not notice.
func TestLease_LapsesWhileBuilding(t *testing.T) {
	for name, lapse := range map[string]func(f *redistest.Fake, one *replica){
		"no connection": func(_ *redistest.Fake, one *replica) { one.network.block(true) },
		"not noticed": func(f *redistest.Fake, _ *replica) {
			f.Remove(func(key string) bool { return strings.Contains(key, "}:l:") })
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := new(redistest.Fake)
			one, two := startFakedReplica(t, f, slowVendor(3*time.Second)), startFakedReplica(t, f, slowVendor(time.Second))
			go find(t, one.Directory, "person5@example.com", time.Hour)
			time.Sleep(2 * time.Second)
			lapse(f, one)
			two.vendor.set(func(v *vendor) { v.users[5] = user(500) })
			expect(t, name, find(t, two.Directory, "person500@example.com", time.Minute), 1, false)
			if pages := two.vendor.pages(); pages != 10 {
				t.Errorf("%s: the second replica read %d pages, want 10", name, pages)
			}
			if name == "no connection" {
				one.network.block(false)
			}
			find(t, one.Directory, "person5@example.com", time.Hour)
			time.Sleep(time.Minute)

			three := startFakedReplica(t, f, slowVendor(time.Second))
			expect(t, name, find(t, three.Directory, "person500@example.com", time.Minute), 1, false)
			if a, b := two.index.Stats(), three.index.Stats(); three.vendor.pages() != 0 || !a.BuiltAt.Truncate(time.Millisecond).Equal(b.BuiltAt) {
				t.Errorf("%s: the third replica has the index of %v, want %v", name, b.BuiltAt, a.BuiltAt)
			}
		})
	}
}

// A Redis that does not respond for some seconds when an index is complete gets it afterwards.
func TestLease_RedisFrozenAtTheEnd(t *testing.T) {
	for _, frozen := range []time.Duration{2 * time.Second, 20 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			f := new(redistest.Fake)
			one := startFakedReplica(t, f, slowVendor(time.Second))
			go find(t, one.Directory, "person5@example.com", time.Hour)
			time.Sleep(9500 * time.Millisecond)
			f.SetSilent(true)
			expect(t, "while Redis is frozen", find(t, one.Directory, "person5@example.com", time.Minute), 1, false)
			time.Sleep(frozen)
			f.SetSilent(false)
			one.awaitEvent(t, pagecache.SnapshotKept)
			two := startFakedReplica(t, f, slowVendor(time.Second))
			expect(t, "another replica", find(t, two.Directory, "person5@example.com", time.Minute), 1, false)
			if pages := two.vendor.pages(); pages != 0 {
				t.Errorf("frozen for %v: another replica read %d pages", frozen, pages)
			}
		})
	}
}
