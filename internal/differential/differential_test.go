package differential_test

import (
	"flag"
	"fmt"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/differential"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
	"github.com/accountgraph/accountgraph/resolvers"
)

var (
	seed    = flag.Uint64("seed", 1, "the seed of the random queries")
	queries = flag.Int("queries", 2000, "the number of random queries")
)

// Responses to random queries are those that the vendors' data give. To run it with other
// queries: go test ./internal/differential -run Random -seed 7 -queries 20000.
func TestServer_RandomQueries(t *testing.T) {
	simulated := startVendors(t)
	world, server := readWorld(t, simulated), startServer(t, simulated, "fresh: 5m")
	limit := int64(*queries)
	if testing.Short() { // as the race detector runs
		limit /= 10
	}
	checkQueries(t, world, server, limit)
}

// Responses do not depend on what the vendor filters and sorts.
func TestServer_RejectedPushDowns(t *testing.T) {
	simulated := startVendors(t)
	fake := softwareonefake.New(demo.Token)
	fake.RejectOrders, fake.RejectRanges = true, true
	vendor := httptest.NewServer(fake)
	t.Cleanup(vendor.Close)
	simulated.All[0] = demo.Vendor{Name: "softwareone", BaseURL: vendor.URL + "/public", Control: &fake.Control}
	world := readWorld(t, simulated)
	limit := int64(*queries) / 10
	if testing.Short() {
		limit /= 10
	}
	for name, index := range map[string]config.Index{"without an index": {}, "with an index": everyList} {
		t.Run(name, func(t *testing.T) { checkQueries(t, world, startServerWithIndex(t, simulated, index), limit) })
	}
}

// checkQueries compares the responses to random queries with the vendors' data.
func checkQueries(t *testing.T, world *differential.World, server client, limit int64) {
	t.Helper()
	var refused atomic.Int64
	eachQuery(t, world, limit, func(n int64, q differential.Query, pages int) {
		for more := true; more && pages > 0; pages-- {
			r := server.post(t, q)
			if slices.Equal(codes(r), []string{"QUERY_TOO_COMPLEX"}) {
				refused.Add(1)
				return
			}
			if len(r.Errors) > 0 {
				t.Errorf("-seed %d, query %d: %+v\n%s", *seed, n, r.Errors[0], request(q))
				return
			}
			if difference := world.Check(q, r.Data); difference != "" {
				t.Errorf("-seed %d, query %d: %s\n%s", *seed, n, difference, request(q))
				return
			}
			q, more = q.NextPage(r.Data)
		}
	})
	if 10*refused.Load() > limit {
		t.Errorf("%d of %d queries are too complex to be executed", refused.Load(), limit)
	}
}

// eachQuery calls check concurrently for random queries, the numbers 1 to limit, and the
// number of pages to read of each: every fourth is continued for two pages.
func eachQuery(t *testing.T, world *differential.World, limit int64, check func(n int64, q differential.Query, pages int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				n := next.Add(1)
				if n > limit || t.Failed() && n > 50 {
					return
				}
				pages := 1
				if n%4 == 0 {
					pages = 3
				}
				// Queries have different seeds, so that one can be repeated alone.
				check(n, differential.NewGenerator(world, *seed<<32+uint64(n)).Query(), pages)
			}
		})
	}
	workers.Wait()
}

// A check that never fails would not find anything.
func TestCheck_FindsDifferences(t *testing.T) {
	simulated := startVendors(t)
	world := readWorld(t, simulated)
	users := world.Lists["User"]
	q := differential.NewQuery([]differential.Selection{{
		Name:      "users",
		Arguments: []differential.Argument{{Name: "first", Type: "Int", Value: 1}},
		Selections: []differential.Selection{
			{Name: "nodes", Selections: []differential.Selection{{Name: "id"}, {Name: "name"}}}, {Name: "totalCount"},
		},
	}})
	const format = `{"users":{"nodes":[%s],"totalCount":%s}}`
	node := func(u *differential.Object, name any) string { return fmt.Sprintf(`{"id":%q,"name":%q}`, u.ID, name) }
	first, total := node(users[0], users[0].Fields["name"]), fmt.Sprint(len(users))
	for name, c := range map[string]struct {
		data string
		same bool
	}{
		"same":           {fmt.Sprintf(format, first, total), true},
		"unknown total":  {fmt.Sprintf(format, first, "null"), true},
		"another total":  {fmt.Sprintf(format, first, "3"), false},
		"another user":   {fmt.Sprintf(format, node(users[1], users[1].Fields["name"]), total), false},
		"another name":   {fmt.Sprintf(format, node(users[0], "?"), total), false},
		"no user":        {fmt.Sprintf(format, "", total), false},
		"two users":      {fmt.Sprintf(format, first+","+first, total), false},
		"null":           {`{"users":null}`, false},
		"another field":  {`{"user":null}`, false},
		"a field beside": {fmt.Sprintf(`{"users":{"nodes":[%s],"totalCount":%s},"more":1}`, first, total), false},
	} {
		if difference := world.Check(q, []byte(c.data)); (difference == "") != c.same {
			t.Errorf("%s: %q", name, difference)
		}
	}
}

// notSelected are the fields of the schema that random queries do not select.
var notSelected = map[string]string{
	"Provider.status":     "it depends on the calls before",
	"Provider.index":      "it depends on the queries before",
	"ProviderIndex.state": "as Provider.index", "ProviderIndex.rows": "as Provider.index", "ProviderIndex.builtAt": "as Provider.index",
}

// A field that queries do not select is never compared.
func TestGenerator_SelectsEveryField(t *testing.T) {
	for name, typ := range resolvers.New().Schema().Types {
		_, isConnection := strings.CutSuffix(name, "Connection")
		_, isEdge := strings.CutSuffix(name, "Edge")
		_, isInternal := strings.CutPrefix(name, "_")
		if typ.Kind != "OBJECT" || isConnection || isEdge || isInternal || slices.Contains([]string{"PageInfo", "Freshness", "Mutation", "Entity"}, name) {
			continue
		}
		for _, f := range typ.Fields {
			full := name + "." + f.Name
			if strings.HasPrefix(f.Name, "_") || differential.Selects(name, f.Name) || notSelected[full] != "" {
				continue
			}
			t.Errorf("%s is not compared: add it to types in table.go and to the readers of the vendors that fill it, or to notSelected with a reason", full)
		}
	}
}
