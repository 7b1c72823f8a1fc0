package resolvers_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCacheTags reads the cache tags of queries other than for entities, whose tags
// are in the stories.
func TestCacheTags(t *testing.T) {
	s := newTestServer(t, serverConfig{})
	var all []string
	for _, v := range s.vendors.All {
		all = append(all, v.Name)
	}
	const group = `{ group(id: "softwareone:Group:UGR-1000-1234") { name users(first: 1) { nodes { name } } } person(email: "person000@acme.example") { users { id } } }`
	for name, test := range map[string]struct {
		query, header string
		want          []string
	}{
		"no header": {group, "", nil},
		"header": {group, "1", append([]string{
			"softwareone:Group:UGR-1000-1234", "softwareone:Account:ACC-1000-1234", "softwareone:User:USR-1000-1234",
		}, all...)},
		"unknown object": {`{ user(id: "softwareone:User:USR-9999-9999") { name } }`, "1", []string{"softwareone:User:USR-9999-9999", "softwareone"}},
		"mutation":       {`mutation { purge(provider: "softwareone") }`, "1", nil},
		"invalid query":  {`{ user }`, "1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, body := s.post(t, test.query, nil, http.Header{"Accountgraph-Cache-Tags": {test.header}})
			var response struct {
				Extensions struct{ ApolloCacheTags []string }
			}
			if err := json.Unmarshal(body, &response); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, response.Extensions.ApolloCacheTags); diff != "" {
				t.Errorf("-want +got:\n%s%s", diff, body)
			}
		})
	}
}
