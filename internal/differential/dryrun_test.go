package differential_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/differential"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// vendorCalls are `extensions.cost.vendorCalls`.
type vendorCalls struct {
	AtMost, Made, Now int
	Exact             bool
}

// vendorCalls sends a query with a header. ok is false if it is not executed.
func (c client) vendorCalls(t *testing.T, header string, q differential.Query) (v vendorCalls, ok bool) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, string(c), bytes.NewReader(q.JSON()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(header, "1")
	res, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var r struct {
		Extensions struct {
			Cost *struct{ VendorCalls vendorCalls }
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	if r.Extensions.Cost == nil {
		return v, false
	}
	return r.Extensions.Cost.VendorCalls, true
}

// A dry run makes no vendor call. The query makes at most as many as the dry run says, and no
// other ones where it says that it knows all.
func TestServer_DryRunsOfRandomQueries(t *testing.T) {
	simulated := startVendors(t)
	world := readWorld(t, simulated)
	limit := uint64(*queries) / 10
	if testing.Short() {
		limit /= 10
	}
	// No index: it is built in the background, beside the calls of operations.
	vendors := fakevendor.NewCalls()
	t.Cleanup(vendors.Close)
	server := run(t, withIndex(t, simulated, config.Index{}), vendors)
	executed, calls, exact := 0, 0, 0
	for n := range limit {
		q := differential.NewGenerator(world, *seed<<32+n).Query()
		vendors.Take()
		estimate, ok := server.vendorCalls(t, "Accountgraph-Dry-Run", q)
		if got := vendors.Take(); got != 0 {
			t.Fatalf("-seed %d, query %d: the dry run made %d calls\n%s", *seed, n, got, request(q))
		}
		if !ok {
			continue
		}
		v, _ := server.vendorCalls(t, "Accountgraph-Cost", q)
		executed, calls = executed+1, calls+v.Made
		if estimate.Exact {
			exact++
		}
		if v.Made > estimate.AtMost || estimate.Exact && v.Made > estimate.Now {
			t.Errorf("-seed %d, query %d: %d calls, expected %+v\n%s", *seed, n, v.Made, estimate, request(q))
		}
	}
	if uint64(executed) < limit/2 || calls == 0 || exact == 0 {
		t.Errorf("%d of %d queries were executed, with %d calls; %d were cached", executed, limit, calls, exact)
	}
}
