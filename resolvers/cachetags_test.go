package resolvers_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCacheTags holds that an answer other than to a gateway's representations
// names what a router can forget it by where that was asked for, and only there.
func TestCacheTags(t *testing.T) {
	s := newStage(t)
	const group = `{ group(id: \"softwareone:Group:UGR-1000-1234\") { name users(first: 1) { nodes { name } } } person(email: \"person000@acme.example\") { users { id } } }`
	for name, test := range map[string]struct {
		query, asked string
		want         []string
	}{
		"not asked for": {group, "", nil},
		"asked for": {group, "1", []string{
			"softwareone:Group:UGR-1000-1234", "softwareone:Account:ACC-1000-1234", "softwareone:User:USR-1000-1234",
			"softwareone", "activityinfo", "activeplatform", "blendvision",
		}},
		"one that does not exist": {`{ user(id: \"softwareone:User:USR-9999-9999\") { name } }`, "1", []string{"softwareone:User:USR-9999-9999", "softwareone"}},
		"a mutation":              {`mutation { purge(provider: \"softwareone\") }`, "1", nil},
		"refused":                 {`{ user }`, "1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodPost, s.url, strings.NewReader(`{"query": "`+test.query+`"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accountgraph-Cache-Tags", test.asked)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			var answer struct {
				Extensions struct{ ApolloCacheTags []string }
			}
			if err := json.Unmarshal(body, &answer); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, answer.Extensions.ApolloCacheTags); diff != "" {
				t.Errorf("-want +got:\n%s%s", diff, body)
			}
		})
	}
}
