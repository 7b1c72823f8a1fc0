package blendvision_test

import (
	"os"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// FuzzCollections reads arbitrary bodies. Every result is records with ids or an error of
// kind BadResponse or Incomplete.
func FuzzCollections(f *testing.F) {
	for _, name := range []string{"accounts.json", "organization.json"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add(`{"organizations":[{"id":"a","parent_id":"a","created_at":"0001-01-01T00:00:00Z"}],"pagination":{"total_items":1e9}}`)
	f.Add(`{"roles":[{"id":"a","is_default":null}],"pagination":{"total_items":"3","items_per_page":-1,"current_page":2147483648}}`)
	f.Add(`{"code":7,"message":"no","details":[{"@type":"x"}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		p := connect(t, respondWith(body), "o")
		c := p.Collections()
		members, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization, "o"), "")
		checkError(t, p, err)
		if err == nil {
			for _, m := range members.Items {
				if m.User.VendorID == "" || m.VendorID != "o/"+m.User.VendorID || m.Organization.VendorID != "o" || m.Role == "" || m.Status == "" {
					t.Errorf("incomplete membership: %+v", m)
				}
			}
		}
		below, err := c.Organizations.Page(t.Context(), of(model.TypeOrganization, "o"), "")
		checkError(t, p, err)
		if err == nil {
			for _, o := range below.Items {
				if o.VendorID == "" || o.Parent == nil || o.Parent.VendorID == "" || o.Status == "" {
					t.Errorf("organization without id or parent: %+v", o)
				}
			}
		}
		found := c.Organizations.Get(t.Context(), []string{"o"})
		if err := found.Failed["o"]; providers.KindOf(err) != providers.NotFound { // a configured tenant
			checkError(t, p, err)
		}
		if o := found.Objects["o"]; o != nil && o.VendorID != "o" {
			t.Errorf("Get(o) = %s", o.VendorID)
		}
		roles, err := c.Roles(t.Context(), "o")
		checkError(t, p, err)
		for _, role := range roles {
			if role.VendorID == "" {
				t.Error("role without id")
			}
		}
	})
}

// checkError checks the type, the provider and the kind of an error.
func checkError(t *testing.T, p providers.Provider, err error) {
	t.Helper()
	if err == nil {
		return
	}
	e, ok := err.(*providers.Error) //nolint:errorlint // the contract wants this type itself
	if !ok || e.Provider != p.Connection() || e.Kind != providers.BadResponse && e.Kind != providers.Incomplete {
		t.Errorf("unexpected error %v", err)
	}
}
