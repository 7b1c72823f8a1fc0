package activityinfo_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/providers"
)

func TestAccounts_PageOfDiscoveredAccounts(t *testing.T) {
	all := responses{
		"/resources/databases":                        readTestdata(t, "databases.json"),
		"/resources/billingAccounts/190780004":        `{"id":190780004}`,
		"/resources/billingAccounts/190780017":        `{"id":190780017}`,
		"/resources/billingAccounts/190780018":        `{"id":190780018}`,
		"/resources/billingAccounts/9007199254740993": `{"id":9007199254740993}`,
	}
	for name, c := range map[string]struct {
		billing   []string
		databases any
		want      []string
		kind      providers.Kind
	}{
		"by id":                 {nil, all["/resources/databases"], []string{"190780004", "190780017", "9007199254740993"}, 0},
		"configured first":      {[]string{"190780018", "190780017", "190780018"}, all["/resources/databases"], []string{"190780018", "190780017", "190780004", "9007199254740993"}, 0},
		"no databases":          {nil, "[]", []string{}, 0},
		"forbidden":             {nil, http.StatusForbidden, nil, providers.Forbidden},
		"forbidden, configured": {[]string{"190780018"}, http.StatusForbidden, []string{"190780018"}, 0},
		"not found, configured": {[]string{"190780018"}, http.StatusNotFound, []string{"190780018"}, 0},
		"bad token, configured": {[]string{"190780018"}, http.StatusUnauthorized, nil, providers.Unauthenticated},
		"not JSON, configured":  {[]string{"190780018"}, "<html>", nil, providers.BadResponse},
		"limited, configured":   {[]string{"190780018"}, http.StatusTooManyRequests, nil, providers.RateLimited},
		"unknown account":       {[]string{"5", "190780018"}, "[]", []string{"190780018"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			vendor := maps.Clone(all)
			vendor["/resources/databases"] = c.databases
			p, _ := connect(t, vendor, c.billing...)
			page, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, "")
			if providers.KindOf(err) != c.kind {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(c.want, vendorIDs(page.Items)); diff != "" {
				t.Error(diff)
			}
			if page.Total == nil || *page.Total != len(c.want) || page.Next != "" {
				t.Errorf("total %v, next %q", page.Total, page.Next)
			}
		})
	}
}

func TestUsers_GetWithoutAccounts(t *testing.T) {
	for databases, kind := range map[any]providers.Kind{
		"[]": 0, http.StatusNotFound: 0, http.StatusGone: 0,
		http.StatusForbidden: providers.Forbidden, http.StatusUnauthorized: providers.Unauthenticated,
	} {
		p, _ := connect(t, responses{"/resources/databases": databases})
		got := p.Collections().Users.Get(t.Context(), []string{"401"})
		if len(got.Objects) != 0 || providers.KindOf(got.Failed["401"]) != kind {
			t.Errorf("databases %v: %v, want kind %d", databases, got, kind)
		}
	}
}

// An unreadable account is skipped; any other failure fails the list.
func TestUsers_UnreadableAccounts(t *testing.T) {
	row := func(id string) string { return `[{"userId":"` + id + `"}]` }
	const databases = `[{"billingAccountId":1},{"billingAccountId":2},{"billingAccountId":3}]`
	for name, c := range map[string]struct {
		first, second, third any
		want                 []string
		kind                 providers.Kind
		failed               providers.Kind // of a user of the second account
	}{
		"all readable":  {row("11"), row("12"), row("13"), []string{"11", "12", "13"}, 0, 0},
		"one forbidden": {row("11"), 403, row("13"), []string{"11", "13"}, 0, 0},
		"one gone":      {410, row("12"), row("13"), []string{"12", "13"}, 0, 0},
		"last missing":  {row("11"), row("12"), 404, []string{"11", "12"}, 0, 0},
		"all forbidden": {403, 404, 403, nil, providers.Forbidden, providers.Forbidden},
		"all missing":   {404, 410, 404, []string{}, 0, 0},
		"bad token":     {row("11"), 401, 403, nil, providers.Unauthenticated, providers.Unauthenticated},
		"not JSON":      {row("11"), "<", row("13"), nil, providers.BadResponse, providers.BadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := connect(t, responses{
				"/resources/databases":               databases,
				"/resources/billingAccounts/1/users": c.first,
				"/resources/billingAccounts/2/users": c.second,
				"/resources/billingAccounts/3/users": c.third,
			})
			users := p.Collections().Users
			var got []string
			var failure error
			for token := ""; ; {
				page, err := users.Page(t.Context(), providers.Query{}, token)
				if failure = err; err != nil {
					break
				}
				got = append(got, vendorIDs(page.Items)...)
				if token = page.Next; token == "" {
					break
				}
			}
			if providers.KindOf(failure) != c.kind || failure == nil && !slices.Equal(got, c.want) {
				t.Errorf("users %q, %v; want %q", got, failure, c.want)
			}
			page, err := p.Collections().Memberships.Page(t.Context(), ofUsers("11", "12", "13"), "")
			if providers.KindOf(err) != c.kind || err == nil && len(page.Items) != len(c.want) {
				t.Errorf("memberships: %v, %v", page, err)
			}
			result := users.Get(t.Context(), []string{"11", "12"})
			if c.first == row("11") && result.Objects["11"] == nil {
				t.Errorf("the user of a readable account is missing: %v", result)
			}
			if kind := providers.KindOf(result.Failed["12"]); kind != c.failed {
				t.Errorf("the user of the second account failed with kind %d, want %d", kind, c.failed)
			}
		})
	}
}
