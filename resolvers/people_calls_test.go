package resolvers_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
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

// peopleQueries ask for the logins of many addresses.
var peopleQueries = map[string]string{
	"peopleByEmail": `query($emails: [String!]!) { peopleByEmail(emails: $emails) { email users { id } unavailableProviders { name } } }`,
	"_entities":     `query($people: [_Any!]!) { _entities(representations: $people) { ... on Person { email users { id } unavailableProviders { name } } } }`,
	"users":         `{ users(first: 100) { nodes { person { users { id } } } } }`,
}

// variables returns the variables of all queries.
func variables(t *testing.T, emails []string) json.RawMessage {
	t.Helper()
	var people []map[string]string
	for _, email := range emails {
		people = append(people, map[string]string{"__typename": "Person", "email": email})
	}
	text, err := json.Marshal(map[string]any{"emails": emails, "people": people})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Many addresses cost each provider hardly more calls than its list of users, and the
// first response is as complete as the second.
func TestPeople_ManyAddressesCold(t *testing.T) {
	for _, c := range []struct {
		users  int // of each vendor; 0 is the demo's
		counts []int
		// calls are the pages of a vendor's list of users and 5 more, and ofSeveral those of
		// BlendVision's, where users of several organizations are in several lists.
		calls, ofSeveral int
	}{
		{0, []int{60, 100}, 4 + 5, 4 + 5}, {10_000, []int{100}, 100 + 5, 132 + 5},
	} {
		simulated, err := demo.StartSized(0, c.users)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(simulated.Stop)
		source := newTestServer(t, serverConfig{vendors: simulated})
		for _, count := range c.counts {
			variables := variables(t, addresses(t, source, count))
			for name, query := range peopleQueries {
				countCalls(simulated)
				s := newTestServer(t, serverConfig{
					vendors: simulated, wrapProvider: withIndex(t),
					cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Hour}),
				})
				first := string(s.query(t, query, variables))
				for provider, n := range countCalls(simulated) {
					most := c.calls
					if provider == "blendvision" {
						most = c.ofSeveral
					}
					if n > most {
						t.Errorf("%s of %d, %d users: %d calls to %s, want at most %d", name, count, c.users, n, provider, most)
					}
				}
				if second := string(s.query(t, query, variables)); first != second || strings.Contains(first, `"errors"`) {
					t.Errorf("%s of %d, %d users: the second response differs, or there are errors:\n%.2000s\n%.2000s", name, count, c.users, first, second)
				}
			}
		}
	}
}

// countCalls returns the number of calls to each vendor since the last count.
func countCalls(simulated *demo.Vendors) map[string]int {
	counts := map[string]int{}
	for _, v := range simulated.All {
		counts[v.Name] = len(v.Control.TakeCalls())
	}
	return counts
}

// A person is found at a vendor whose filter distinguishes case, whatever the case of the
// stored address.
func TestPeople_VendorDistinguishesCase(t *testing.T) {
	for name, c := range map[string]serverConfig{"without an index": {}, "with an index": {wrapProvider: withIndex(t)}} {
		c.vendors = startVariations(t, activeplatformfake.Variation{ExactEmails: true}, blendvisionfake.Variation{})
		c.cache = newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Hour})
		s := newTestServer(t, c)
		var list struct {
			Data struct {
				Users struct{ Nodes []struct{ ID, Email string } }
			}
		}
		response := s.query(t, `{ users(first: 20, filter: {providers: ["activeplatform"]}) { nodes { id email } } }`, nil)
		if err := json.Unmarshal(response, &list); err != nil {
			t.Fatal(err)
		}
		spellings := 0
		for _, u := range list.Data.Users.Nodes {
			lower := strings.ToLower(u.Email)
			if lower == u.Email {
				continue
			}
			spellings++
			for _, email := range []string{lower, u.Email, strings.ToUpper(u.Email)} {
				variables, err := json.Marshal(map[string]string{"email": email})
				if err != nil {
					t.Fatal(err)
				}
				body := string(s.query(t, `query($email: String!) { person(email: $email) { users { id } } }`, variables))
				if !strings.Contains(body, `"`+u.ID+`"`) || strings.Contains(body, `"errors"`) {
					t.Errorf("%s: %s is not found as %s: %s", name, u.ID, email, body)
				}
			}
		}
		if spellings == 0 {
			t.Errorf("%s: no stored address has letters in upper case", name)
		}
	}
}

// A filter by a role that all members have reads all memberships of each vendor, also where
// that takes more calls than an operation may make.
func TestPeople_RoleOfMany(t *testing.T) {
	simulated, err := demo.StartSized(0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Stop)
	s := newTestServer(t, serverConfig{
		vendors: simulated, wrapProvider: withIndex(t), cache: newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: time.Hour}),
	})
	var got struct {
		Data struct {
			People struct {
				Complete bool
				Nodes    []struct {
					Memberships struct{ Nodes []struct{ Role string } }
				}
			}
		}
	}
	query := `query($providers: [String!]) { people(first: 20, filter: {roles: [MEMBER], providers: $providers}) {
		complete nodes { memberships(first: 20) { nodes { role } } } } }`
	for _, provider := range []string{"softwareone", "activeplatform"} {
		response := s.queryIndexed(t, query, json.RawMessage(`{"providers": ["`+provider+`"]}`))
		if err := json.Unmarshal(response, &got); err != nil || strings.Contains(string(response), `"errors"`) || !got.Data.People.Complete {
			t.Fatalf("%s: %v, %.2000s", provider, err, response)
		}
		for i, p := range got.Data.People.Nodes {
			if len(p.Memberships.Nodes) == 0 {
				t.Errorf("%s: person %d has no membership", provider, i)
			}
		}
	}
	for provider, n := range countCalls(simulated) {
		if most := 400; n > most {
			t.Errorf("%d calls to %s, want at most %d", n, provider, most)
		}
	}
}
