package vendors_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

// A simulator with many users lists each of them, finds each by id, and has users who
// share an address with one of another vendor.
func TestSimulateSized(t *testing.T) {
	const users = 2400
	vendorsOf := map[string]int{}
	for _, v := range vendors.All() {
		t.Run(v.Word(), func(t *testing.T) {
			simulator := v.SimulateSized("the-token", users)
			server := httptest.NewServer(simulator.Handler)
			t.Cleanup(server.Close)
			p, err := vendors.Open(parse(t, v, server.URL+simulator.BasePath, "token: the-token", simulator.Options), upstream.Config{})
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]*model.User{}
			var last string
			for token := ""; ; {
				page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, token)
				if err != nil || len(page.Errors) > 0 {
					t.Fatal(err, page)
				}
				for _, u := range page.Items {
					last = u.VendorID
					if seen[last] == nil && u.Email != nil {
						vendorsOf[strings.ToLower(*u.Email)]++
					}
					seen[last] = u
				}
				if token = page.Next; token == "" {
					break
				}
			}
			if len(seen) != users {
				t.Errorf("%d users, want %d", len(seen), users)
			}
			capitals, never := 0, 0
			for _, u := range seen {
				if u.Email != nil && *u.Email != strings.ToLower(*u.Email) {
					capitals++
				}
				if u.LastLoginAt == nil {
					never++
				}
			}
			if tells := never < users; tells != v.Name.TellsLogins() {
				t.Errorf("users have a last login: %t, Vendor.TellsLogins: %t", tells, !tells)
			}
			if capitals == 0 && v.Name != model.ActivityInfo || never == 0 {
				t.Errorf("%d addresses with a capital letter, %d users without a login", capitals, never)
			}
			result := p.Collections().Users.Get(t.Context(), []string{last})
			if result.Objects[last] == nil || len(result.Failed) > 0 {
				t.Errorf("%s: %+v", last, result)
			}
			memberships, err := p.Collections().Memberships.Page(t.Context(), providers.Query{Parent: providers.Parent{Type: model.TypeUser, IDs: []string{last}}}, "")
			if err != nil || len(memberships.Items) == 0 || memberships.Items[0].User.VendorID != last {
				t.Errorf("memberships of %s: %+v, %v", last, memberships, err)
			}
		})
	}
	shared := 0
	for _, n := range vendorsOf {
		if n == len(vendors.All()) {
			shared++
		}
	}
	if shared < users/20 {
		t.Errorf("%d addresses are at every vendor", shared)
	}
}
