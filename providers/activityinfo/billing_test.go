package activityinfo_test

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
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
		// failed is the kind of Page's error, missing are those of the page's errors.
		failed  providers.Kind
		missing []providers.Kind
	}{
		"by id":                 {nil, all["/resources/databases"], []string{"190780004", "190780017", "9007199254740993"}, 0, kinds(providers.BadResponse)},
		"configured first":      {[]string{"190780018", "190780017", "190780018"}, all["/resources/databases"], []string{"190780018", "190780017", "190780004", "9007199254740993"}, 0, kinds(providers.BadResponse)},
		"no databases":          {nil, "[]", nil, 0, nil},
		"forbidden":             {nil, http.StatusForbidden, nil, providers.Forbidden, nil},
		"not found":             {nil, http.StatusNotFound, nil, providers.NotFound, nil},
		"forbidden, configured": {[]string{"190780018"}, http.StatusForbidden, []string{"190780018"}, 0, kinds(providers.Forbidden)},
		"not found, configured": {[]string{"190780018"}, http.StatusNotFound, []string{"190780018"}, 0, kinds(providers.NotFound)},
		"bad token, configured": {[]string{"190780018"}, http.StatusUnauthorized, []string{"190780018"}, 0, kinds(providers.Unauthenticated)},
		"not JSON, configured":  {[]string{"190780018"}, "<html>", []string{"190780018"}, 0, kinds(providers.BadResponse)},
		"limited, configured":   {[]string{"190780018"}, http.StatusTooManyRequests, nil, providers.RateLimited, nil},
		"unknown account":       {[]string{"5", "190780018"}, "[]", []string{"190780018"}, 0, kinds(providers.NotFound)},
		"odd database": {nil, `[{"billingAccountId":"x"},{"billingAccountId":190780004},{"billingAccountId":null},null]`,
			[]string{"190780004"}, 0, kinds(providers.BadResponse)},
	} {
		t.Run(name, func(t *testing.T) {
			vendor := maps.Clone(all)
			vendor["/resources/databases"] = c.databases
			p, _ := connect(t, vendor, c.billing...)
			page, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, "")
			if providers.KindOf(err) != c.failed {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			if got := vendorIDs(page.Items); !slices.Equal(got, c.want) {
				t.Errorf("accounts %q, want %q", got, c.want)
			}
			if got := kindsOf(page.Errors); !slices.Equal(got, c.missing) {
				t.Errorf("errors %v, want %v", page.Errors, c.missing)
			}
			if (page.Total != nil) != (c.missing == nil) || page.Total != nil && *page.Total != len(c.want) || page.Next != "" {
				t.Errorf("total %v, next %q", page.Total, page.Next)
			}
		})
	}
}

func kinds(all ...providers.Kind) []providers.Kind { return all }

func kindsOf(errs []error) []providers.Kind {
	var all []providers.Kind
	for _, err := range errs {
		all = append(all, providers.KindOf(err))
	}
	return all
}

func TestUsers_GetWithoutAccounts(t *testing.T) {
	for databases, kind := range map[any]providers.Kind{
		"[]": 0, http.StatusNotFound: providers.NotFound, http.StatusGone: providers.NotFound,
		http.StatusForbidden: providers.Forbidden, http.StatusUnauthorized: providers.Unauthenticated,
	} {
		p, _ := connect(t, responses{"/resources/databases": databases})
		got := p.Collections().Users.Get(t.Context(), []string{"401"})
		if len(got.Objects) != 0 || providers.KindOf(got.Failed["401"]) != kind {
			t.Errorf("databases %v: %v, want kind %d", databases, got, kind)
		}
	}
}

// Access to an account may be denied unless the account is configured. Any other
// failure of one account costs its rows and is an error beside the rest, and a failure
// that is not about one account fails the list.
func TestUsers_UnreadableAccounts(t *testing.T) {
	row := func(id string) string { return `[{"userId":"` + id + `"}]` }
	const databases = `[{"billingAccountId":1},{"billingAccountId":2},{"billingAccountId":3}]`
	for name, c := range map[string]struct {
		configured           []string
		first, second, third any
		want                 []string
		missing              []providers.Kind
		failed               providers.Kind
		second12             providers.Kind // of a user of the second account
	}{
		"all readable":          {nil, row("11"), row("12"), row("13"), []string{"11", "12", "13"}, nil, 0, 0},
		"foreign":               {nil, row("11"), 403, row("13"), []string{"11", "13"}, nil, 0, 0},
		"configured, forbidden": {[]string{"2"}, row("11"), 403, row("13"), []string{"11", "13"}, kinds(providers.Forbidden), 0, providers.Forbidden},
		"configured, bad token": {[]string{"2"}, row("11"), 401, row("13"), []string{"11", "13"}, kinds(providers.Unauthenticated), 0, providers.Unauthenticated},
		"configured, missing":   {[]string{"2"}, row("11"), 404, row("13"), []string{"11", "13"}, kinds(providers.NotFound), 0, providers.NotFound},
		"configured, gone":      {[]string{"1", "2"}, row("11"), 410, row("13"), []string{"11", "13"}, kinds(providers.NotFound), 0, providers.NotFound},
		"gone":                  {nil, 410, row("12"), row("13"), []string{"12", "13"}, kinds(providers.NotFound), 0, 0},
		"last missing":          {nil, row("11"), row("12"), 404, []string{"11", "12"}, kinds(providers.NotFound), 0, 0},
		"not JSON":              {nil, row("11"), "<", row("13"), []string{"11", "13"}, kinds(providers.BadResponse), 0, providers.BadResponse},
		"two missing":           {nil, 404, row("12"), 401, []string{"12"}, kinds(providers.NotFound, providers.Unauthenticated), 0, 0},
		"all foreign":           {nil, 403, 403, 403, nil, nil, providers.Forbidden, providers.Forbidden},
		"all missing":           {nil, 404, 410, 404, nil, nil, providers.NotFound, providers.NotFound},
		"all refused":           {[]string{"3"}, 403, 403, 401, nil, nil, providers.Unauthenticated, providers.Unauthenticated},
		"limited":               {nil, row("11"), 429, row("13"), nil, nil, providers.RateLimited, providers.RateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := connect(t, responses{
				"/resources/databases":               databases,
				"/resources/billingAccounts/1/users": c.first,
				"/resources/billingAccounts/2/users": c.second,
				"/resources/billingAccounts/3/users": c.third,
			}, c.configured...)
			users := p.Collections().Users
			var got []string
			var missing []providers.Kind
			var failure error
			for token := ""; ; {
				page, err := users.Page(t.Context(), providers.Query{}, token)
				if failure = err; err != nil {
					break
				}
				got = append(got, vendorIDs(page.Items)...)
				missing = append(missing, kindsOf(page.Errors)...)
				if token = page.Next; token == "" {
					break
				}
			}
			slices.Sort(got)
			if providers.KindOf(failure) != c.failed || failure == nil && !slices.Equal(got, c.want) {
				t.Errorf("users %q, %v; want %q", got, failure, c.want)
			}
			if failure == nil && !slices.Equal(missing, c.missing) {
				t.Errorf("errors %v, want %v", missing, c.missing)
			}
			page, err := p.Collections().Memberships.Page(t.Context(), ofUsers("11", "12", "13"), "")
			if providers.KindOf(err) != c.failed || err == nil && (len(page.Items) != len(c.want) || !slices.Equal(kindsOf(page.Errors), c.missing)) {
				t.Errorf("memberships: %v, %v", page, err)
			}
			if err == nil && (page.Total == nil) != (c.missing != nil) {
				t.Errorf("total of memberships is %v", page.Total)
			}
			result := users.Get(t.Context(), []string{"11", "12"})
			if c.first == row("11") && result.Objects["11"] == nil {
				t.Errorf("the user of a readable account is missing: %v", result)
			}
			if kind := providers.KindOf(result.Failed["12"]); kind != c.second12 {
				t.Errorf("the user of the second account failed with kind %d, want %d", kind, c.second12)
			}
		})
	}
}

// The error names the account, and keeps what the vendor said.
func TestAccounts_ErrorNamesAccount(t *testing.T) {
	p, _ := connect(t, responses{"/resources/databases": "[]", "/resources/billingAccounts/1": `{"id":1}`, "/resources/billingAccounts/2": 403}, "1", "2")
	page, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Errors) != 1 {
		t.Fatalf("%v, %v", page, err)
	}
	var e *providers.Error
	if !errors.As(page.Errors[0], &e) || e.VendorCode != "SOME_CODE" || e.HTTPStatus != 403 || e.Provider != p.Connection() ||
		e.Error() != "ai: permission denied (HTTP 403): billing account 2" {
		t.Errorf("%#v", page.Errors[0])
	}
}

func TestProvider_CachesRefusals(t *testing.T) {
	const foreign = "/resources/billingAccounts/" + activityinfofake.ForeignAccount
	cache, err := pagecache.Open(pagecache.Config{Fresh: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cache.Close)
	v := &recorder{Handler: activityinfofake.New(token)}
	p := open(t, upstream.Config{Transport: v, Cache: cache})
	for range 3 {
		// A client that names the account gets the same answer.
		if _, err := p.Collections().Memberships.Page(t.Context(), ofAccount(activityinfofake.ForeignAccount), ""); providers.KindOf(err) != providers.Forbidden {
			t.Errorf("members of the foreign account: %v", err)
		}
		membership := activityinfofake.ForeignAccount + "/500"
		if result := p.Collections().Memberships.Get(t.Context(), []string{membership}); providers.KindOf(result.Failed[membership]) != providers.Forbidden {
			t.Errorf("membership of the foreign account: %+v", result)
		}
		if result := p.Collections().Accounts.Get(t.Context(), []string{activityinfofake.ForeignAccount, activityinfofake.FirstAccount}); providers.KindOf(result.Failed[activityinfofake.ForeignAccount]) != providers.Forbidden || len(result.Objects) != 1 {
			t.Errorf("the foreign account: %+v", result)
		}
		if _, err := p.Collections().Memberships.Page(t.Context(), ofUsers("500"), ""); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, ""); err != nil {
			t.Fatal(err)
		}
		ids, errs := p.Collections().UnreadableTenants(t.Context())
		if !slices.Equal(ids, []string{activityinfofake.ForeignAccount}) || errs != nil {
			t.Errorf("unreadable tenants %q, %v", ids, errs)
		}
	}
	calls := slices.DeleteFunc(v.calls, func(call string) bool { return !strings.HasPrefix(call, foreign) })
	slices.Sort(calls)
	if want := []string{foreign, foreign + "/users?owners=false"}; !slices.Equal(calls, want) {
		t.Errorf("calls %q, want %q", calls, want)
	}
	p.Invalidate(t.Context(), []model.ID{"ai:Account:" + activityinfofake.ForeignAccount})
	before := len(v.calls)
	_, _ = p.Collections().UnreadableTenants(t.Context())
	if len(v.calls) != before+1 {
		t.Errorf("%d calls after the account was invalidated, want 1", len(v.calls)-before)
	}
}

func TestProvider_UnreadableTenants(t *testing.T) {
	const databases = `[{"billingAccountId":1},{"billingAccountId":2},{"billingAccountId":3}]`
	for name, c := range map[string]struct {
		databases any
		users     map[string]any
		want      []string
		errs      []providers.Kind
	}{
		"none":               {databases, nil, nil, nil},
		"refused":            {databases, map[string]any{"1": 403, "2": 404, "3": 410, "9": 401}, []string{"9", "1", "2", "3"}, nil},
		"not known":          {databases, map[string]any{"1": 503, "2": 403, "3": "<"}, []string{"2"}, kinds(providers.Unavailable, providers.BadResponse)},
		"databases refused":  {403, map[string]any{"9": 403}, []string{"9"}, kinds(providers.Forbidden)},
		"databases not read": {503, nil, nil, kinds(providers.Unavailable)},
	} {
		t.Run(name, func(t *testing.T) {
			vendor := responses{"/resources/databases": c.databases}
			for _, id := range []string{"1", "2", "3", "9"} {
				vendor["/resources/billingAccounts/"+id+"/users"] = "[]"
			}
			for id, response := range c.users {
				vendor["/resources/billingAccounts/"+id+"/users"] = response
			}
			p := open(t, upstream.Config{Transport: &recorder{Handler: vendor}, Rand: func() float64 { return 0 }}, "9")
			ids, errs := p.Collections().UnreadableTenants(t.Context())
			if !slices.Equal(ids, c.want) || !slices.Equal(kindsOf(errs), c.errs) {
				t.Errorf("%q, %v; want %q, %v", ids, errs, c.want, c.errs)
			}
		})
	}
}
