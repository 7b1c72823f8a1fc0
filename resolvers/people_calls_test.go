package resolvers_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// addresses returns addresses of users of the simulated vendors, and some of nobody.
func addresses(t *testing.T, s *testServer, count int) []string {
	t.Helper()
	var got struct {
		Data map[string]struct{ Nodes []struct{ Email string } }
	}
	response := s.query(t, `{
		a: users(first: 100, filter: {providers: ["activeplatform"]}) { nodes { email } }
		b: users(first: 100, filter: {providers: ["blendvision"]}) { nodes { email } }
	}`, nil)
	if err := json.Unmarshal(response, &got); err != nil {
		t.Fatal(err)
	}
	all := []string{"nobody@acme.example", "no one@acme.example"}
	for i := range 100 {
		for _, list := range got.Data {
			if i < len(list.Nodes) && list.Nodes[i].Email != "" && len(all) < count {
				all = append(all, strings.ToLower(list.Nodes[i].Email))
			}
		}
	}
	if len(all) != count {
		t.Fatalf("%d addresses, want %d", len(all), count)
	}
	return all
}

// Many addresses cost each provider hardly more calls than its list of users, and the
// first response is as complete as the second.
func TestPeople_ManyAddressesCold(t *testing.T) {
	source := newTestServer(t, serverConfig{})
	for _, count := range []int{60, 100} {
		emails := addresses(t, source, count)
		variables, err := json.Marshal(map[string]any{"emails": emails})
		if err != nil {
			t.Fatal(err)
		}
		for name, query := range map[string]string{
			"peopleByEmail": `query($emails: [String!]!) { peopleByEmail(emails: $emails) { email users { id } unavailableProviders { name } } }`,
			"nested":        `{ users(first: 100) { nodes { person { users { id } } } } }`,
		} {
			s := newTestServer(t, serverConfig{})
			variables := variables
			if name == "nested" {
				variables = nil
			}
			first := string(s.query(t, query, variables))
			for _, v := range s.vendors.All {
				calls := map[string]bool{}
				for _, c := range v.Control.TakeCalls() {
					calls[fmt.Sprint(c.Path, "?", c.Query, c.Header["X-Bv-Org-Id"])] = true
				}
				if len(calls) > 4+5 { // none of the vendors has more than 400 users
					t.Errorf("%s of %d: %d calls to %s", name, count, len(calls), v.Name)
				}
			}
			if second := string(s.query(t, query, variables)); first != second || strings.Contains(first, `"errors"`) {
				t.Errorf("%s of %d: the second response differs, or there are errors:\n%.2000s\n%.2000s", name, count, first, second)
			}
		}
	}
}
