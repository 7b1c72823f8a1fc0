package activityinfo_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
)

func ofUsers(ids ...string) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: model.TypeUser, IDs: ids}}
}

// vendorIDs are those of some records, in their order.
func vendorIDs[T model.Node](nodes []T) []string {
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		ids[i] = n.GlobalID().VendorID()
	}
	return ids
}

func TestDiscovery(t *testing.T) {
	answers := fixed{
		"/resources/databases":                        testdata(t, "databases.json"),
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
		"by id":                  {nil, answers["/resources/databases"], []string{"190780004", "190780017", "9007199254740993"}, 0},
		"configured first":       {[]string{"190780018", "190780017", "190780018"}, answers["/resources/databases"], []string{"190780018", "190780017", "190780004", "9007199254740993"}, 0},
		"no databases":           {nil, "[]", []string{}, 0},
		"forbidden":              {nil, http.StatusForbidden, nil, providers.Forbidden},
		"forbidden, configured":  {[]string{"190780018"}, http.StatusForbidden, []string{"190780018"}, 0},
		"not found, configured":  {[]string{"190780018"}, http.StatusNotFound, []string{"190780018"}, 0},
		"bad token, configured":  {[]string{"190780018"}, http.StatusUnauthorized, nil, providers.Unauthenticated},
		"not JSON, configured":   {[]string{"190780018"}, "<html>", nil, providers.BadResponse},
		"limited, configured":    {[]string{"190780018"}, http.StatusTooManyRequests, nil, providers.RateLimited},
		"an account that is not": {[]string{"5", "190780018"}, "[]", []string{"190780018"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			answers := maps.Clone(answers)
			answers["/resources/databases"] = c.databases
			p, _ := connect(t, answers, c.billing...)
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

// Nobody can be found where no billing account is known.
func TestNothingToSearch(t *testing.T) {
	for databases, kind := range map[any]providers.Kind{
		"[]": 0, http.StatusNotFound: 0, http.StatusGone: 0,
		http.StatusForbidden: providers.Forbidden, http.StatusUnauthorized: providers.Unauthenticated,
	} {
		p, _ := connect(t, fixed{"/resources/databases": databases})
		found := p.Collections().Users.Get(t.Context(), []string{"401"})
		if len(found.Objects) != 0 || providers.KindOf(found.Failed["401"]) != kind {
			t.Errorf("databases %v: %v, want kind %d", databases, found, kind)
		}
	}
}

// A closed account costs nothing but itself; any other failure fails the list.
func TestClosedAccounts(t *testing.T) {
	row := func(id string) string { return `[{"userId":"` + id + `"}]` }
	const databases = `[{"billingAccountId":1},{"billingAccountId":2},{"billingAccountId":3}]`
	for name, c := range map[string]struct {
		first, second, third any
		want                 []string
		kind                 providers.Kind
		failed               providers.Kind // of a user in the second account, if readable
	}{
		"all open":      {row("11"), row("12"), row("13"), []string{"11", "12", "13"}, 0, 0},
		"one forbidden": {row("11"), 403, row("13"), []string{"11", "13"}, 0, 0},
		"one gone":      {410, row("12"), row("13"), []string{"12", "13"}, 0, 0},
		"last missing":  {row("11"), row("12"), 404, []string{"11", "12"}, 0, 0},
		"all forbidden": {403, 404, 403, nil, providers.Forbidden, providers.Forbidden},
		"all missing":   {404, 410, 404, []string{}, 0, 0},
		"bad token":     {row("11"), 401, 403, nil, providers.Unauthenticated, providers.Unauthenticated},
		"not JSON":      {row("11"), "<", row("13"), nil, providers.BadResponse, providers.BadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := connect(t, fixed{
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
				t.Errorf("pages hold %q, %v", got, failure)
			}
			page, err := p.Collections().Memberships.Page(t.Context(), ofUsers("11", "12", "13"), "")
			if providers.KindOf(err) != c.kind || err == nil && len(page.Items) != len(c.want) {
				t.Errorf("memberships: %v, %v", page, err)
			}
			found := users.Get(t.Context(), []string{"11", "12"})
			if c.first == row("11") && found.Objects["11"] == nil {
				t.Errorf("a user of an account that answers is not found: %v", found)
			}
			if kind := providers.KindOf(found.Failed["12"]); kind != c.failed {
				t.Errorf("the user of the second account failed with kind %d, want %d", kind, c.failed)
			}
		})
	}
}

func TestUsersPages(t *testing.T) {
	p, _ := connect(t, activityinfofake.New(token), activityinfofake.LargeAccount)
	users := p.Collections().Users
	var tokens []string
	seen := map[string]int{}
	for token := ""; ; {
		page, err := users.Page(t.Context(), providers.Query{}, token)
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != nil || !page.MayRepeat || page.Freshness.FetchedAt.IsZero() {
			t.Errorf("page %q: total %v, repeats %t, fetched %v", token, page.Total, page.MayRepeat, page.Freshness.FetchedAt)
		}
		for _, u := range page.Items {
			seen[u.VendorID]++
		}
		if token = page.Next; token == "" {
			break
		}
		tokens = append(tokens, token)
	}
	// The configured account is on the first page. The last one, of the foreign
	// account, is empty.
	want := []string{activityinfofake.FirstAccount, activityinfofake.SuspendedAccount, activityinfofake.ClosedAccount, activityinfofake.ForeignAccount}
	if !slices.Equal(tokens, want) {
		t.Errorf("tokens %q, want %q", tokens, want)
	}
	if n := activityinfofake.LastPerson - activityinfofake.FirstPerson + 1; len(seen) != n {
		t.Errorf("%d users, want %d", len(seen), n)
	}
	if seen[activityinfofake.UserID(100)] != 4 || seen[activityinfofake.UserID(110)] != 1 {
		t.Errorf("rows a user: %v", seen)
	}
	for _, token := range []string{"190780005", activityinfofake.DeletedAccount, "0" + activityinfofake.FirstAccount} {
		if _, err := users.Page(t.Context(), providers.Query{}, token); providers.KindOf(err) != providers.InvalidArgument {
			t.Errorf("token %q: %v, want BadInput", token, err)
		}
	}
	if _, err := users.Page(t.Context(), ofAccount(activityinfofake.FirstAccount), ""); providers.KindOf(err) != providers.InvalidArgument {
		t.Errorf("users of an account: %v, want BadInput", err)
	}
}

func TestSingleAccountCounts(t *testing.T) {
	p, _ := connect(t, fixed{
		"/resources/databases":               "[]",
		"/resources/billingAccounts/1/users": `[{"userId":"11"},{"userId":"12"}]`,
	}, "1")
	page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || page.Total == nil || *page.Total != 2 || page.MayRepeat {
		t.Errorf("%+v, %v", page, err)
	}
	page, err = p.Collections().Users.Page(t.Context(), providers.Query{Filter: providers.Filter{Name: "a"}}, "")
	if err != nil || page.Total != nil {
		t.Errorf("with a filter that is not applied: %+v, %v", page, err)
	}
}

func TestMembershipQueries(t *testing.T) {
	const list = "/resources/billingAccounts/" + activityinfofake.FirstAccount + "/users?"
	now := time.Now()
	for name, c := range map[string]struct {
		filter providers.Filter
		query  string
		rows   int
		exact  bool
	}{
		"everyone":           {providers.Filter{}, "owners=false", 60, true},
		"owners":             {providers.Filter{Roles: []model.MembershipRole{"OWNER"}}, "owners=TRUE", 3, true},
		"owners, twice":      {providers.Filter{Roles: []model.MembershipRole{"OWNER", "OWNER"}}, "owners=TRUE", 3, true},
		"owners and others":  {providers.Filter{Roles: []model.MembershipRole{"OWNER", "MEMBER"}}, "owners=false", 60, false},
		"members":            {providers.Filter{Roles: []model.MembershipRole{"MEMBER"}}, "owners=false", 60, false},
		"licenses":           {providers.Filter{Licenses: []model.License{"FULL"}}, "owners=false", 60, false},
		"status":             {providers.Filter{Status: []string{"ACTIVE"}}, "owners=false", 60, false},
		"created":            {providers.Filter{CreatedAfter: &now}, "owners=false", 60, false},
		"database":           {providers.Filter{Database: activityinfofake.Database}, "databaseId=" + activityinfofake.Database + "&owners=false", 30, true},
		"owners of database": {providers.Filter{Database: activityinfofake.Database, Roles: []model.MembershipRole{"OWNER"}}, "databaseId=" + activityinfofake.Database + "&owners=TRUE", 3, true},
		"hostile database":   {providers.Filter{Database: "x&owners=TRUE#/../y"}, "databaseId=x%26owners%3DTRUE%23%2F..%2Fy&owners=false", 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			p, v := connect(t, activityinfofake.New(token))
			q := ofAccount(activityinfofake.FirstAccount)
			q.Filter = c.filter
			page, err := p.Collections().Memberships.Page(t.Context(), q, "")
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.asked, []string{list + c.query}) {
				t.Errorf("asked %q, want %q", v.asked, list+c.query)
			}
			if len(page.Items) != c.rows || (page.Total != nil) != c.exact || c.exact && *page.Total != c.rows {
				t.Errorf("%d rows, total %v; want %d", len(page.Items), page.Total, c.rows)
			}
			if page.Next != "" || page.MayRepeat {
				t.Errorf("the only page: next %q, repeats %t", page.Next, page.MayRepeat)
			}
		})
	}
}

func TestMembershipsOfUsers(t *testing.T) {
	p, v := connect(t, activityinfofake.New(token))
	memberships := p.Collections().Memberships
	if !memberships.SupportsParents(model.TypeUser) || memberships.SupportsParents(model.TypeAccount) {
		t.Error("memberships join users and nothing else")
	}
	page, err := memberships.Page(t.Context(), ofUsers("555", "500", "555", "533"), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"190780004/500", "190780004/533", "190780004/555", "190780017/555", "190780017/500", "190780230/500", "9007199254740993/500"}
	if diff := cmp.Diff(want, vendorIDs(page.Items)); diff != "" {
		t.Error(diff)
	}
	if page.Total == nil || *page.Total != len(want) {
		t.Errorf("total %v", page.Total)
	}
	if len(v.asked) != 6 {
		t.Errorf("asked %q, want the databases and five lists", v.asked)
	}
	if l := page.Items[1].License; l == nil || *l != model.LicenseOther {
		t.Errorf("license of user 533 is %v", l)
	}
}

func TestMembershipsGet(t *testing.T) {
	p, v := connect(t, activityinfofake.New(token))
	found := p.Collections().Memberships.Get(t.Context(), []string{
		"190780004/500", "190780004/510", "190780004/999", "9007199254740993/600", "190780555/600", "190780410/500",
		"777/500", "0190780004/500", "190780004", "", "x/y", "190780004/",
	})
	got := vendorIDs(slices.SortedFunc(maps.Values(found.Objects), func(a, b *model.Membership) int { return strings.Compare(a.VendorID, b.VendorID) }))
	if diff := cmp.Diff([]string{"190780004/500", "190780004/510", "9007199254740993/600"}, got); diff != "" {
		t.Error(diff)
	}
	if len(found.Failed) != 1 || providers.KindOf(found.Failed["190780555/600"]) != providers.Forbidden {
		t.Errorf("failed %v, want the foreign account", found.Failed)
	}
	if len(v.asked) != 5 {
		t.Errorf("asked %q, want five accounts, each once", v.asked)
	}
}

func TestMembershipsRefused(t *testing.T) {
	p, v := connect(t, activityinfofake.New(token))
	for name, c := range map[string]struct {
		of    providers.Parent
		token string
		kind  providers.Kind
	}{
		"whole list":      {providers.Parent{}, "", providers.InvalidArgument},
		"of organization": {providers.Parent{Type: model.TypeOrganization, IDs: []string{"1"}}, "", providers.InvalidArgument},
		"of two accounts": {providers.Parent{Type: model.TypeAccount, IDs: []string{"1", "2"}}, "", providers.InvalidArgument},
		"of no user":      {providers.Parent{Type: model.TypeUser}, "", providers.InvalidArgument},
		"second page":     {providers.Parent{Type: model.TypeAccount, IDs: []string{"190780004"}}, "2", providers.InvalidArgument},
		"no account's id": {providers.Parent{Type: model.TypeAccount, IDs: []string{"../databases"}}, "", providers.NotFound},
	} {
		if page, err := p.Collections().Memberships.Page(t.Context(), providers.Query{Parent: c.of}, c.token); providers.KindOf(err) != c.kind || page != nil {
			t.Errorf("%s: %v, %v", name, page, err)
		}
	}
	if len(v.asked) != 0 {
		t.Errorf("asked %q", v.asked)
	}
}
