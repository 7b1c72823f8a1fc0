package differential_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/differential"
)

// peoplePage is a page of Query.people.
type peoplePage struct {
	TotalCount *int
	Complete   bool
	Nodes      []struct {
		Email      string
		LoginCount int
	}
	PageInfo struct {
		HasNextPage bool
		EndCursor   *string
	}
}

// people reads a page of people that a filter selects.
func (c client) people(t *testing.T, filter differential.Input, first int, after *string) peoplePage {
	t.Helper()
	selections := func(names ...string) (all []differential.Selection) {
		for _, name := range names {
			all = append(all, differential.Selection{Name: name})
		}
		return all
	}
	arguments := []differential.Argument{{Name: "first", Type: "Int", Value: first}, {Name: "filter", Type: "PersonFilter", Value: filter}}
	if after != nil {
		arguments = append(arguments, differential.Argument{Name: "after", Type: "String", Value: *after})
	}
	r := c.post(t, differential.NewQuery([]differential.Selection{{Name: "people", Arguments: arguments, Selections: append(
		selections("totalCount", "complete"),
		differential.Selection{Name: "nodes", Selections: selections("email", "loginCount")},
		differential.Selection{Name: "pageInfo", Selections: selections("hasNextPage", "endCursor")},
	)}}))
	var data struct{ People peoplePage }
	if err := json.Unmarshal(r.Data, &data); err != nil || len(r.Errors) > 0 {
		t.Fatalf("%v, %+v", err, r.Errors)
	}
	return data.People
}

// People are the union of the users of all vendors by their addresses, where the vendors have
// so many users that they are indexed.
func TestServer_PeopleAreTheUnionOfUsers(t *testing.T) {
	users := 10_000
	if testing.Short() { // as the race detector runs
		users = 1500
	}
	simulated, err := demo.StartSized(0, users)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Stop)
	world, server := readWorld(t, simulated), startServer(t, simulated, "fresh: 5m")

	want, got := map[string]int{}, map[string]int{}
	for _, p := range world.Lists["Person"] {
		want[p.ID] = len(p.Fields["users"].([]any))
	}
	var emails []string
	for after := (*string)(nil); ; {
		page := server.people(t, nil, 100, after)
		if !page.Complete || page.TotalCount == nil || *page.TotalCount != len(want) {
			t.Fatalf("after %d people: complete: %t, total %v, want %d", len(got), page.Complete, page.TotalCount, len(want))
		}
		for _, p := range page.Nodes {
			got[p.Email] = p.LoginCount
			emails = append(emails, p.Email)
		}
		if after = page.PageInfo.EndCursor; !page.PageInfo.HasNextPage {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(emails) != len(want) {
		t.Errorf("%d rows for %d people (-vendors +list):\n%.2000s", len(emails), len(want), diff)
	}
	if !slices.IsSorted(emails) {
		t.Error("the list is not in the order of the addresses")
	}

	enums := func(words ...string) (all []any) {
		for _, w := range words {
			all = append(all, differential.Enum(w))
		}
		return all
	}
	for _, filter := range []differential.Input{
		{"providersAtLeast": 2}, {"providersAtLeast": 4}, {"canSignIn": false}, {"neverLoggedIn": true, "canSignIn": true},
		{"licenses": enums("FULL")}, {"roles": enums("OWNER", "ADMIN")}, {"conflict": true}, {"emailDomain": "straße.example"},
		{"lastLoginBefore": "2026-01-20T00:00:00Z", "licenses": enums("BASIC", "FULL")}, {"name": "lukasz"},
	} {
		rows := differential.Filter(world.Lists["Person"], filter)
		page := server.people(t, filter, 100, nil)
		if !page.Complete || page.TotalCount == nil || *page.TotalCount != len(rows) || len(rows) == 0 || len(page.Nodes) != min(100, len(rows)) {
			t.Errorf("%v: %d people, total %v, want %d", filter, len(page.Nodes), page.TotalCount, len(rows))
			continue
		}
		for i, p := range page.Nodes {
			if p.Email != rows[i].ID {
				t.Errorf("%v: person %d is %q, want %q", filter, i, p.Email, rows[i].ID)
				break
			}
		}
	}
}
