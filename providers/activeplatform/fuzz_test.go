package activeplatform_test

import (
	"os"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func FuzzUsers_Page(f *testing.F) {
	example, err := os.ReadFile("testdata/users.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add(`[{"id":"1","custom_attributes":[{"name":"Password","value":1e999}],"created_at":""}]`)
	f.Fuzz(func(t *testing.T, body string) {
		page, err := withBody(t, body).Collections().Users.Page(t.Context(), providers.Query{}, "")
		if err != nil {
			if page != nil || providers.KindOf(err) != providers.BadResponse {
				t.Errorf("%v, %v", page, err)
			}
			return
		}
		for _, u := range page.Items {
			if _, err := model.ParseID(string(u.ID)); err != nil {
				t.Errorf("%q: %v", u.ID, err)
			}
			for _, a := range u.CustomAttributes {
				if strings.Contains(strings.ToLower(a.Name), "password") {
					t.Errorf("attribute %q is not omitted", a.Name)
				}
			}
		}
	})
}

func FuzzAccounts_Get(f *testing.F) {
	example, err := os.ReadFile("testdata/account.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Fuzz(func(t *testing.T, body string) {
		result := withBody(t, body).Collections().Accounts.Get(t.Context(), []string{"7011"})
		if len(result.Objects)+len(result.Failed) > 1 {
			t.Errorf("%v", result)
		}
	})
}
