package resolvers_test

import (
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// A long list in the vendor's own order has every user once, also where users of several
// tenants are in several lists of the vendor, and where the vendor sends a list whole.
func TestUsers_WalkOfLongLists(t *testing.T) {
	users := 13_000
	if testing.Short() { // as the race detector runs
		users = 2000
	}
	simulated, err := demo.StartSized(0, users)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Stop)
	s := newTestServer(t, serverConfig{
		vendors: simulated, wrapProvider: withIndex(t), cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Hour}),
	})
	for _, v := range simulated.All {
		all, _ := readPages(t, s, 100, `, filter: {providers: ["`+v.Name+`"]}`, "")
		seen := map[string]bool{}
		for _, u := range all {
			seen[u.ID] = true
		}
		if len(all) != users || len(seen) != users {
			t.Errorf("%s: %d rows, %d users, want %d", v.Name, len(all), len(seen), users)
		}
	}
}
