package differential_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/differential"
)

// everyList is an index of every list, however short.
var everyList = config.Index{Enabled: true, Fresh: time.Hour, Stale: time.Hour, MaxRows: 1_000_000}

// byDefault is the index of a configuration without the key.
var byDefault = config.Index{Enabled: true, Fresh: time.Hour, Stale: time.Hour, MinRows: 1000, MaxRows: 1_000_000}

var (
	users       = flag.Int("users", 1200, "the number of users of each vendor in the test with many users")
	manyQueries = flag.Int("many", 80, "the number of random queries in the test with many users")
)

// The responses to a part of the random queries are the same with an index of every list as
// without any, but for what comparableData removes.
func TestServer_SameResponseWithIndex(t *testing.T) {
	limit := int64(*queries) / 4
	if testing.Short() {
		limit /= 10
	}
	compareWithIndex(t, startVendors(t), everyList, limit)
}

// With so many users, lists of users are long enough for the index of the default
// configuration. The long form: go test ./internal/differential -run ManyUsers -users 12000
// -many 2000.
func TestServer_SameResponseWithManyUsers(t *testing.T) {
	compareWithIndex(t, startVendorsWith(t, *users), byDefault, int64(*manyQueries))
}

// limits are the codes of responses in which rows are missing because a list was too long to
// be read to its end, or because the vendor was called too often.
var limits = []string{"UPSTREAM_TRUNCATED", "BUDGET_EXCEEDED", "TIMEOUT", "UPSTREAM_TIMEOUT"}

// compareWithIndex compares the responses to random queries with those of a server without
// indexes, where those have all rows, and with the vendors' data.
func compareWithIndex(t *testing.T, simulated *demo.Vendors, index config.Index, limit int64) {
	world := readWorld(t, simulated)
	plain, indexed := startServerWithIndex(t, simulated, config.Index{}), startServerWithIndex(t, simulated, index)
	var compared, limited atomic.Int64
	eachQuery(t, world, limit, func(n int64, q differential.Query, pages int) {
		withIndex := q
		for more := true; more && pages > 0; pages-- {
			want, got := plain.post(t, q), indexed.post(t, withIndex)
			if slices.Equal(codes(want), codes(got)) && slices.Equal(codes(got), []string{"QUERY_TOO_COMPLEX"}) {
				return
			}
			if len(got.Errors) > 0 {
				t.Errorf("-seed %d, query %d: %+v\n%s", *seed, n, got.Errors[0], request(withIndex))
				return
			}
			if difference := world.Check(withIndex, got.Data); difference != "" {
				t.Errorf("-seed %d, query %d: %s\n%s", *seed, n, difference, request(withIndex))
				return
			}
			if len(want.Errors) > 0 && !slices.ContainsFunc(codes(want), func(code string) bool { return !slices.Contains(limits, code) }) {
				limited.Add(1)
				return
			}
			if diff := cmp.Diff(comparableData(t, want, false), comparableData(t, got, true), sameTotals); diff != "" {
				t.Errorf("-seed %d, query %d (-without +with index), %v:\n%s%s", *seed, n, codes(want), diff, request(withIndex))
				return
			}
			compared.Add(1)
			q, more = q.NextPage(want.Data)
			withIndex, _ = withIndex.NextPage(got.Data)
		}
	})
	t.Logf("%d pages were compared; without an index, %d queries reached a limit", compared.Load(), limited.Load())
	if 10*(compared.Load()+limited.Load()) < 9*limit {
		t.Errorf("%d of %d queries were compared", compared.Load(), limit)
	}
	for state, c := range map[string]client{"READY": indexed, "": plain} {
		for provider, s := range c.indexStates(t) {
			if s != state {
				t.Errorf("the index of %s is %q, want %q", provider, s, state)
			}
		}
	}
}

// total is a totalCount. It is null where the server does not know it.
type total struct {
	value   any
	indexed bool
}

// sameTotals compares totals. Where the vendor tells none, an index knows it; what is known
// without an index is known with it.
var sameTotals = cmp.Comparer(func(a, b total) bool {
	without := a
	if a.indexed {
		without = b
	}
	return without.value == nil || a.value == b.value
})

// comparableData returns the data of a response without the texts of cursors, which name pages
// of the vendor or rows of an index.
func comparableData(t *testing.T, r response, indexed bool) any {
	t.Helper()
	var data any
	if err := json.Unmarshal(r.Data, &data); err != nil {
		t.Fatal(err)
	}
	return withoutCursors(data, indexed)
}

func withoutCursors(value any, indexed bool) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = withoutCursors(v[i], indexed)
		}
	case map[string]any:
		for key, field := range v {
			switch key {
			case "cursor", "startCursor", "endCursor":
				v[key] = field != nil
			case "totalCount":
				v[key] = total{field, indexed}
			default:
				v[key] = withoutCursors(field, indexed)
			}
		}
	}
	return value
}

// indexStates returns the states of the providers' indexes, "" of those that have none.
func (c client) indexStates(t *testing.T) map[string]string {
	t.Helper()
	var data struct {
		Providers []struct {
			Name  string
			Index struct{ State string }
		}
	}
	r := c.send(t, http.MethodPost, string(c), []byte(`{"query":"{ providers { name index { state } } }"}`))
	if err := json.Unmarshal(r.Data, &data); err != nil || len(r.Errors) > 0 || len(data.Providers) == 0 {
		t.Fatalf("%v, %+v, %d providers", err, r.Errors, len(data.Providers))
	}
	states := map[string]string{}
	for _, p := range data.Providers {
		states[p.Name] = p.Index.State
	}
	return states
}
