package activityinfo_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// FuzzMemberships_Page checks the ids and times of the records that are decoded from
// any body.
func FuzzMemberships_Page(f *testing.F) {
	f.Add(readTestdata(f, "users.json"))
	f.Add(`[{"userId":1,"lastLoginTime":1.7E12}]`)
	f.Add(`[{"userId":"1","lastLoginTime":-1e-9}, null]`)
	f.Add("{\"code\":\"\xff\"}")
	f.Fuzz(func(t *testing.T, body string) {
		got, err := members(t, body)
		if err != nil {
			if providers.KindOf(err) != providers.BadResponse {
				t.Fatalf("%v, want BadResponse", err)
			}
			return
		}
		if !json.Valid([]byte(body)) {
			t.Fatal("invalid JSON accepted")
		}
		for _, m := range got {
			id, err := model.ParseID(string(m.ID))
			if err != nil || m.VendorID != "190780004/"+m.User.VendorID || id.VendorID() != m.VendorID {
				t.Fatalf("id %q: %v", m.ID, err)
			}
			if at := m.User.LastLoginAt; at != nil && (at.Year() < 1970 || at.Year() > 9999) {
				t.Fatalf("last login %v", at)
			}
		}
	})
}

// FuzzAccounts_Page checks that no list of databases leads to a malformed path.
func FuzzAccounts_Page(f *testing.F) {
	f.Add(readTestdata(f, "databases.json"))
	f.Add(`[{"billingAccountId":"../x"},{"billingAccountId":-1}]`)
	f.Add(`[{"billingAccountId":"1/users?owners=TRUE"}]`)
	f.Fuzz(func(t *testing.T, body string) {
		p, v := connect(t, responses{"/resources/databases": body})
		_, _ = p.Collections().Accounts.Page(t.Context(), providers.Query{}, "")
		for _, call := range v.calls[1:] {
			var id int64
			u, err := url.Parse(call)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := fmt.Sscanf(u.Path, "/resources/billingAccounts/%d", &id); n != 1 || err != nil || id <= 0 ||
				call != fmt.Sprintf("/resources/billingAccounts/%d", id) {
				t.Fatalf("call %q", call)
			}
		}
	})
}
