package resolvers_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
)

// A billing account whose list of users takes more than 8 MB is served: pages of its members,
// and one of them by address.
func TestAccount_LongListOfUsers(t *testing.T) {
	simulated := startVendors(t)
	fake := activityinfofake.NewSized(demo.Token, 60_000)
	for i, v := range simulated.All {
		if v.Name == "activityinfo" {
			simulated.All[i] = demo.Vendor{Name: v.Name, BaseURL: listen(t, fake), Keys: v.Keys, Control: &fake.Control}
		}
	}
	s := newTestServer(t, serverConfig{
		vendors: simulated, wrapProvider: withIndex(t), cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Hour}),
	})
	const query = `query($after: String) { account(id: "activityinfo:Account:` + activityinfofake.FirstAccount + `") {
		members(first: 100, after: $after) { totalCount complete pageInfo { endCursor } nodes { user { id email } } }
	} }`
	type member struct{ User struct{ ID, Email string } }
	seen := map[string]bool{}
	var last member
	var after *string
	for range 3 {
		variables, err := json.Marshal(map[string]any{"after": after})
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Data struct {
				Account struct {
					Members struct {
						TotalCount int
						Complete   bool
						PageInfo   struct{ EndCursor *string }
						Nodes      []member
					}
				}
			}
			Errors json.RawMessage
		}
		if err := json.Unmarshal(s.query(t, query, variables), &got); err != nil {
			t.Fatal(err)
		}
		page := got.Data.Account.Members
		if got.Errors != nil || !page.Complete || page.TotalCount < 45_000 {
			t.Fatalf("%d members, complete %t, %s", page.TotalCount, page.Complete, got.Errors)
		}
		for _, m := range page.Nodes {
			if seen[m.User.ID] {
				t.Fatalf("%s is on two pages", m.User.ID)
			}
			seen[m.User.ID], last = true, m
		}
		after = page.PageInfo.EndCursor
	}
	variables, err := json.Marshal(map[string]string{"email": last.User.Email})
	if err != nil {
		t.Fatal(err)
	}
	var person struct {
		Data struct {
			Person struct{ Users []struct{ ID string } }
		}
		Errors json.RawMessage
	}
	if err := json.Unmarshal(s.queryIndexed(t, `query($email: String!) { person(email: $email) { users { id } } }`, variables), &person); err != nil {
		t.Fatal(err)
	}
	if users := person.Data.Person.Users; person.Errors != nil || len(users) != 1 || users[0].ID != last.User.ID {
		t.Errorf("%v, %s, want %s", users, person.Errors, last.User.ID)
	}
}
