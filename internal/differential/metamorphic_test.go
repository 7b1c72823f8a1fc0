package differential_test

import (
	"encoding/json"

	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/differential"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

type (
	selection = differential.Selection
	argument  = differential.Argument
	input     = differential.Input
	enum      = differential.Enum
)

// page is a page of a list.
type page struct {
	Nodes      []struct{ ID string }
	TotalCount *int
	Complete   bool
	PageInfo   struct {
		HasNextPage, HasPreviousPage bool
		EndCursor                    *string
	}
}

// listName names a list of the graph, or one of the object that the field of Query returns
// for an id.
type listName struct{ list, parent, id string }

// pageQuery selects ids of a list.
func pageQuery(of listName, arguments ...argument) differential.Query {
	list := selection{Name: of.list, Arguments: arguments, Selections: []selection{
		{Name: "nodes", Selections: []selection{{Name: "id"}}}, {Name: "totalCount"}, {Name: "complete"},
		{Name: "pageInfo", Selections: []selection{{Name: "hasNextPage"}, {Name: "hasPreviousPage"}, {Name: "endCursor"}}},
	}}
	if of.parent == "" {
		return differential.NewQuery([]selection{list})
	}
	id := argument{Name: "id", Type: "ID!", Value: of.id}
	return differential.NewQuery([]selection{{Name: of.parent, Arguments: []argument{id}, Selections: []selection{list}}})
}

// readPage returns the page in the data of a response.
func (of listName) readPage(data json.RawMessage) (*page, error) {
	var pages map[string]*page
	if of.parent == "" {
		err := json.Unmarshal(data, &pages)
		return pages[of.list], err
	}
	var parents map[string]map[string]*page
	err := json.Unmarshal(data, &parents)
	return parents[of.parent][of.list], err
}

// walk reads a list in pages of a size. It checks what each page says of the list.
func walk(t *testing.T, c client, of listName, size int, arguments ...argument) []string {
	t.Helper()
	ids := []string{}
	var after any
	var total *int
	for n := 0; ; n++ {
		q := pageQuery(of, append(slices.Clone(arguments), argument{Name: "first", Type: "Int", Value: size}, argument{Name: "after", Type: "String", Value: after})...)
		r := c.post(t, q)
		p, err := of.readPage(r.Data)
		if err != nil || p == nil || len(r.Errors) > 0 {
			t.Fatalf("page %d: %+v, %v\n%s", n, r.Errors, err, request(q))
		}
		if n == 0 {
			total = p.TotalCount
		}
		if !cmp.Equal(p.TotalCount, total) || !p.Complete || p.PageInfo.HasPreviousPage != (n > 0) {
			t.Errorf("page %d: total %v, on the first page %v; %+v\n%s", n, deref(p.TotalCount), deref(total), p.PageInfo, request(q))
		}
		for _, node := range p.Nodes {
			ids = append(ids, node.ID)
		}
		if !p.PageInfo.HasNextPage {
			if total != nil && *total != len(ids) {
				t.Errorf("%d rows, total %d\n%s", len(ids), *total, request(q))
			}
			return ids
		}
		if len(p.Nodes) != size {
			t.Fatalf("page %d has %d rows of %d\n%s", n, len(p.Nodes), size, request(q))
		}
		after = *p.PageInfo.EndCursor
	}
}

func deref(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

func filterBy(typ string, conditions input) argument {
	return argument{Name: "filter", Type: typ, Value: conditions}
}

func orderBy(typ, field, direction string) argument {
	return argument{Name: "orderBy", Type: typ, Value: input{"field": enum(field), "direction": enum(direction)}}
}

// Pages of any size join to the whole list: each row once, in its order.
func TestServer_PagesJoinToWhole(t *testing.T) {
	simulated := startVendors(t)
	world, server := readWorld(t, simulated), startServer(t, simulated, "fresh: 5m")
	indexed := startServerWithIndex(t, simulated, everyList)
	for name, c := range map[string]struct {
		list, typ string
		arguments []argument
	}{
		"users":                {"users", "User", nil},
		"users by name":        {"users", "User", []argument{orderBy("UserOrder", "NAME", "ASC")}},
		"users by login":       {"users", "User", []argument{orderBy("UserOrder", "LAST_LOGIN_AT", "DESC")}},
		"users by creation":    {"users", "User", []argument{orderBy("UserOrder", "CREATED_AT", "ASC")}},
		"users with a name":    {"users", "User", []argument{filterBy("UserFilter", input{"name": "li"})}},
		"users by status":      {"users", "User", []argument{filterBy("UserFilter", input{"status": []any{enum("INACTIVE"), enum("OTHER")}})}},
		"users of two":         {"users", "User", []argument{filterBy("UserFilter", input{"providers": []any{"activityinfo", "blendvision"}})}},
		"accounts":             {"accounts", "Account", nil},
		"accounts by name":     {"accounts", "Account", []argument{orderBy("EntityOrder", "NAME", "DESC")}},
		"accounts by creation": {"accounts", "Account", []argument{orderBy("EntityOrder", "CREATED_AT", "DESC")}},
		"groups":               {"groups", "Group", nil},
		"buyers by name":       {"buyers", "Buyer", []argument{orderBy("EntityOrder", "NAME", "ASC")}},
		"organizations":        {"organizations", "Organization", nil},
	} {
		t.Run(name, func(t *testing.T) {
			want := world.Lists[c.typ]
			for _, a := range c.arguments {
				if a.Name == "filter" {
					want = differential.Filter(want, a.Value)
				}
			}
			whole := checkPages(t, server, listName{list: c.list}, want, c.arguments...)
			if c.typ != "User" {
				return
			}
			if diff := cmp.Diff(whole, walk(t, indexed, listName{list: c.list}, 33, c.arguments...)); diff != "" {
				t.Errorf("pages of 33 of an index (-without +with):\n%s", diff)
			}
		})
	}
}

// checkPages reads a list in pages of several sizes. They join to the same rows in the
// same order, which are those that the vendors have. It returns their ids.
func checkPages(t *testing.T, server client, of listName, want []*differential.Object, arguments ...argument) (whole []string) {
	t.Helper()
	sizes := []int{100, 33}
	if len(want) < 150 {
		sizes = []int{100, 33, 7, 1}
	}
	for _, size := range sizes {
		ids := walk(t, server, of, size, arguments...)
		if whole == nil {
			whole = ids
		}
		if diff := cmp.Diff(whole, ids); diff != "" {
			t.Errorf("%v: pages of %d (-100 +%d):\n%s", of, size, size, diff)
		}
	}
	ids := []string{}
	for _, o := range want {
		ids = append(ids, o.ID)
	}
	slices.Sort(ids)
	if diff := cmp.Diff(ids, slices.Sorted(slices.Values(whole))); diff != "" {
		t.Errorf("%v: rows (-vendors +server):\n%s", of, diff)
	}
	return whole
}

// Pages of the lists of an object join to the whole, too: of each provider, those of the
// objects with the longest lists.
func TestServer_ChildPagesJoinToWhole(t *testing.T) {
	simulated := startVendors(t)
	world, server := readWorld(t, simulated), startServer(t, simulated, "fresh: 5m")
	byName := orderBy("UserOrder", "NAME", "DESC")
	withA := filterBy("MembershipFilter", input{"name": "a"})
	for name, c := range map[string]struct {
		parent, typ, list string
		arguments         []argument
		// parents is the number of objects, at all providers, that must have such a list.
		parents int
	}{
		"members of accounts":              {"account", "Account", "members", nil, 6},
		"members of accounts by name":      {"account", "Account", "members", []argument{byName}, 6},
		"members of accounts with a name":  {"account", "Account", "members", []argument{withA}, 6},
		"members of organizations":         {"organization", "Organization", "members", nil, 2},
		"members of organizations by name": {"organization", "Organization", "members", []argument{byName, withA}, 2},
		"sub-organizations":                {"organization", "Organization", "subOrganizations", nil, 1},
		"memberships of users":             {"user", "User", "memberships", nil, 6},
		"groups of accounts":               {"account", "Account", "groups", nil, 2},
		"buyers of accounts":               {"account", "Account", "buyers", nil, 2},
		"users of groups":                  {"group", "Group", "users", nil, 2},
		"buyers of groups":                 {"group", "Group", "buyers", nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			parents := longest(world.Lists[c.typ], c.list)
			if len(parents) < c.parents {
				t.Errorf("%d objects have such a list", len(parents))
			}
			for _, o := range parents {
				want := rowsOf(o, c.list)
				for _, a := range c.arguments {
					if a.Name == "filter" {
						want = differential.Filter(want, a.Value)
					}
				}
				checkPages(t, server, listName{c.list, c.parent, o.ID}, want, c.arguments...)
			}
		})
	}
}

// longest returns two objects of each provider that have the longest lists.
func longest(all []*differential.Object, list string) (chosen []*differential.Object) {
	taken := map[string]int{}
	byLength := slices.SortedStableFunc(slices.Values(all), func(a, b *differential.Object) int {
		return len(rowsOf(b, list)) - len(rowsOf(a, list))
	})
	for _, o := range byLength {
		if taken[o.Provider] < 2 && len(rowsOf(o, list)) > 1 {
			taken[o.Provider]++
			chosen = append(chosen, o)
		}
	}
	return chosen
}

func rowsOf(o *differential.Object, list string) []*differential.Object {
	if l, ok := o.Fields[list].(*differential.List); ok {
		return l.Rows
	}
	return nil
}

// The rows that meet two conditions are those that meet each.
func TestServer_FiltersIntersect(t *testing.T) {
	simulated := startVendors(t)
	server := startServer(t, simulated, "fresh: 5m")
	for typ, c := range map[string]struct {
		list       string
		conditions []input
	}{
		"UserFilter": {"users", []input{
			{"name": "a"}, {"status": []any{enum("ACTIVE"), enum("OTHER")}}, {"createdAfter": "2017-01-01T00:00:00Z"},
			{"updatedBefore": "2024-02-01T00:00:00Z"}, {"providers": []any{"softwareone", "activeplatform"}}, {"email": "PERSON123@acme.example"},
		}},
		"AccountFilter": {"accounts", []input{{"name": "o"}, {"status": []any{enum("ACTIVE")}}, {"providers": []any{"activeplatform", "activityinfo"}}}},
		"BuyerFilter":   {"buyers", []input{{"name": "o"}, {"status": []any{enum("ACTIVE"), enum("CONFLICT")}}}},
	} {
		rows := map[int][]string{}
		for i, a := range c.conditions {
			rows[i] = walk(t, server, listName{list: c.list}, 100, filterBy(typ, a))
		}
		for i, a := range c.conditions {
			for j, b := range c.conditions[:i] {
				both := input{}
				for _, condition := range []input{a, b} {
					for name, value := range condition {
						both[name] = value
					}
				}
				want := slices.DeleteFunc(slices.Clone(rows[i]), func(id string) bool { return !slices.Contains(rows[j], id) })
				got := walk(t, server, listName{list: c.list}, 100, filterBy(typ, both))
				slices.Sort(want)
				slices.Sort(got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s %v (-intersection +both):\n%s", c.list, both, diff)
				}
			}
		}
	}
}

// A response does not depend on where its data comes from: a vendor, a cache, another
// replica, POST or GET.
func TestServer_SameResponseFromEverywhere(t *testing.T) {
	simulated := startVendors(t)
	world := readWorld(t, simulated)
	redis := "fresh: 5m, redis: \"" + redistest.Run(t).URL() + "\""
	cold := startServer(t, simulated, "fresh: 0s, stale: 0s")
	warm, first, second := startServer(t, simulated, "fresh: 5m"), startServer(t, simulated, redis), startServer(t, simulated, redis)
	compared := 0
	for n := range 60 {
		q := differential.NewGenerator(world, *seed<<32+uint64(1_000_000+n)).Query()
		want := cold.send(t, "POST", string(cold), q.JSON())
		if len(want.Errors) > 0 { // more vendor calls than an operation may make
			continue
		}
		compared++
		for _, other := range []struct {
			name string
			response
		}{
			{"cached", warm.post(t, q)}, {"cached, again", warm.post(t, q)}, {"GET", warm.get(t, q)},
			{"Redis", first.post(t, q)}, {"second replica", second.post(t, q)}, {"second replica, GET", second.get(t, q)},
		} {
			if len(other.Errors) > 0 || string(other.Data) != string(want.Data) {
				t.Errorf("-seed %d, query %d: %s: %v\n%s\n%s", *seed, n, other.name, other.Errors, cmp.Diff(string(want.Data), string(other.Data)), request(q))
			}
		}
	}
	if compared < 30 {
		t.Errorf("%d queries were compared", compared)
	}
}
