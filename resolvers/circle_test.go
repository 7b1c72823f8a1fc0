package resolvers_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// The circle of three accounts, whole: 12 groups with 250 different users and all
// buyers of the accounts. Six calls: accounts, groups and buyers once each, users
// in batches of a hundred.
func TestCircleCost(t *testing.T) {
	stage := newStage(t)
	answer := stage.ask(t, `{ accounts(first: 3, filter: {providers: ["softwareone"]}) { nodes { groups(first: 4) { nodes {
		account { id name } modules { name }
		users(first: 100) { nodes { id email } }
		buyers { nodes { taxId sellers { name } } } } } } } }`, nil)
	var got struct {
		Errors []any
		Data   struct {
			Accounts struct {
				Nodes []struct {
					Groups struct {
						Nodes []struct {
							Account struct{ ID, Name string }
							Users   struct{ Nodes []struct{ ID, Email string } }
						}
					}
				}
			}
		}
	}
	if err := json.Unmarshal(answer, &got); err != nil || got.Errors != nil {
		t.Fatalf("%v %s", err, answer)
	}
	groups, users := 0, map[string]string{}
	for _, a := range got.Data.Accounts.Nodes {
		for _, g := range a.Groups.Nodes {
			groups++
			if g.Account.ID == "" || g.Account.Name == "" {
				t.Errorf("a group without its account: %+v", g)
			}
			for _, u := range g.Users.Nodes {
				users[u.ID] = u.Email
			}
		}
	}
	if groups != 12 || len(users) != 250 {
		t.Errorf("got %d groups with %d users, want 12 with 250", groups, len(users))
	}
	for id, email := range users {
		if !strings.Contains(email, "@") {
			t.Errorf("%s has no e-mail address: %q", id, email)
		}
	}
	if calls := stage.asked(); calls != 6 {
		t.Errorf("it took %d calls, want 6", calls)
	}
}
