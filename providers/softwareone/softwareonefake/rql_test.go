package softwareonefake_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// Each filter must return the rows of the whole list for which want is true.
func TestFake_Filters(t *testing.T) {
	f := fake()
	user := func(n int) string { return `"` + softwareonefake.UserID(n) + `"` }
	anna, li := is("firstName", "Anna"), is("lastName", "李")
	none := func(row) bool { return false }
	login := func(r row) time.Time {
		at, _ := time.Parse(time.RFC3339, textOf(r, "lastLoginAt"))
		return at
	}
	newYear := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	lists := map[string][]row{}
	for _, test := range []struct {
		path, filter string
		want         func(row) bool
	}{
		{"users", `eq(id,` + user(7) + `)`, is("id", softwareonefake.UserID(7))},
		{"users", `id=` + user(7), is("id", softwareonefake.UserID(7))},
		{"users", `eq(id,'` + softwareonefake.UserID(7) + `')`, is("id", softwareonefake.UserID(7))},
		{"users", `eq(id,` + softwareonefake.UserID(7) + `)`, none},
		{"users", `id=` + softwareonefake.UserID(7), none},
		{"users", `like(id,` + softwareonefake.UserID(7) + `)`, none},
		{"users", `in(id,(` + softwareonefake.UserID(7) + `,` + user(8) + `))`, is("id", softwareonefake.UserID(8))},
		{"users", `in(id,(` + user(7) + `,` + user(8) + `,"USR-0000-0000"))`, or(is("id", softwareonefake.UserID(7)), is("id", softwareonefake.UserID(8)))},
		{"users", `out(id,(` + user(7) + `,` + user(8) + `))`, not(or(is("id", softwareonefake.UserID(7)), is("id", softwareonefake.UserID(8))))},
		{"users", `ne(id,` + user(7) + `)`, not(is("id", softwareonefake.UserID(7)))},
		{"users", `firstName=Anna`, anna},
		{"users", `eq(firstName,anna)`, none},
		{"users", `firstName=Anna&lastName=李`, and(anna, li)},
		{"users", `firstName=Anna,lastName=李`, and(anna, li)},
		{"users", `and(eq(firstName,Anna),eq(lastName,李))`, and(anna, li)},
		{"users", `firstName=Anna;lastName=李`, or(anna, li)},
		{"users", `or(eq(firstName,Anna),eq(lastName,李))`, or(anna, li)},
		{"users", `(firstName=Anna)|(lastName=李)`, or(anna, li)},
		{"users", `((eq(firstName,Anna))|(eq(lastName,李)))&ilike(email,*ACME*)`, and(or(anna, li), func(r row) bool { return strings.Contains(textOf(r, "email"), "acme") })},
		{"users", `not(eq(firstName,Anna))`, not(anna)},
		{"users", `not(firstName=Anna;lastName=李)`, not(or(anna, li))},
		{"users", `ilike(firstName,anna)`, anna},
		{"users", `ilike(firstName,AN*)`, anna},
		{"users", `like(firstName,an*)`, none},
		{"users", `like(firstName,*nn*)`, anna},
		{"users", `ilike(firstName,nn)`, none},
		{"users", `ilike(lastName,"Star\*")`, is("lastName", "Star*")},
		{"users", `ilike(lastName,"Star\**")`, is("lastName", "Star*")},
		{"users", `ilike(lastName,"*\*")`, is("lastName", "Star*")},
		{"users", `ilike(lastName,"Sta\*")`, none},
		{"users", `eq(lastName,Star*)`, is("lastName", "Star*")},
		{"users", `eq(lastName,"Lopez, Jr.")`, is("lastName", "Lopez, Jr.")},
		{"users", `eq(lastName,"Kim (Berlin)")`, is("lastName", "Kim (Berlin)")},
		{"users", `eq(lastName,'"Ace" Stone')`, is("lastName", `"Ace" Stone`)},
		{"users", `eq(lastName,"O'Brien")`, is("lastName", "O'Brien")},
		{"users", `eq(lastName,Null)`, is("lastName", "Null")},
		{"users", `eq(firstName,null())`, lacks("firstName")},
		{"users", `ne(firstName,null())`, not(lacks("firstName"))},
		{"users", `lastName=empty()`, and(lacks("lastName"), not(lacks("firstName")))},
		{"users", `eq(lastName,"")`, and(lacks("lastName"), not(lacks("firstName")))},
		{"users", `in(lastName,(empty(),null()))`, lacks("lastName")},
		{"users", `eq(lastLoginAt,null())`, lacks("lastLoginAt")},
		{"users", `ge(lastLoginAt,"2026-01-01T00:00:00.000Z")`, func(r row) bool { return !login(r).Before(newYear) }},
		{"users", `ge(lastLoginAt,2026-01-01T00:00:00.000Z)`, func(r row) bool { return !login(r).Before(newYear) }},
		{"users", `lt(lastLoginAt,"2026-01-01T00:00:00.000Z")`, and(not(lacks("lastLoginAt")), func(r row) bool { return login(r).Before(newYear) })},
		{"users", `select=audit&and(ge(audit.created.at,"2016-01-05T00:00:00.000Z"),lt(audit.created.at,"2016-01-06T00:00:00.000Z"))`, is("id", softwareonefake.UserID(1))},
		{"users", `gt(revision,4)`, func(r row) bool { return r["revision"].(float64) > 4 }},
		{"users", `le(revision,1)`, func(r row) bool { return r["revision"].(float64) <= 1 }},
		{"users", `ge(name,Z)`, func(r row) bool { return textOf(r, "name") >= "Z" }},
		{"users", `eq(currentAccount,null())`, lacks("currentAccount")},
		{"users", `eq(currentAccount.id,"` + softwareonefake.AccountID(1) + `")`, func(r row) bool { return inObject(r, "currentAccount", is("id", softwareonefake.AccountID(1))) }},
		{"users", `any(accounts,id="` + first + `")`, anyOf("accounts", is("id", first))},
		{"users", `any(accounts,id=` + first + `)`, none},
		{"users", `any(accounts,and(eq(type,Vendor),eq(status,Active)))`, anyOf("accounts", and(is("type", "Vendor"), is("status", "Active")))},
		{"users", `any(accounts)`, not(lacks("accounts"))},
		{"users", `all(accounts,eq(type,Client))`, not(anyOf("accounts", not(is("type", "Client"))))},
		{"users", `not(any(accounts))`, lacks("accounts")},
		{"buyers", `eq(account.id,"` + first + `")`, func(r row) bool { return inObject(r, "account", is("id", first)) }},
		{"buyers", `eq(account.id,` + first + `)`, none},
		{"buyers", `in(account.id,("` + first + `","` + softwareonefake.AccountID(1) + `"))`, func(r row) bool {
			return inObject(r, "account", or(is("id", first), is("id", softwareonefake.AccountID(1))))
		}},
		{"buyers", `any(sellers,in(id,("` + softwareonefake.SellerID(0) + `")))`, anyOf("sellers", is("id", softwareonefake.SellerID(0)))},
		{"buyers", `eq(externalIds.erpCustomer,"US-SCU-200000")`, is("id", softwareonefake.BuyerID(0))},
		{"user-groups", `eq(isDefault,true)`, func(r row) bool { return r["isDefault"] == true }},
		{"user-groups", `any(users,eq(id,` + user(120) + `))`, anyOf("users", is("id", everywhere))},
		{"user-groups", `filter(group.buyers)&name=Null`, is("name", "Null")},
		{first + "/users", `eq(user.id,` + user(120) + `)`, func(r row) bool { return inObject(r, "user", is("id", everywhere)) }},
		{first + "/users", `any(groups,eq(id,"` + softwareonefake.GroupID(0) + `"))`, anyOf("groups", is("id", softwareonefake.GroupID(0)))},
		{"accounts/" + first + "/users", `in(id,(` + user(0) + `,` + user(249) + `))`, is("id", softwareonefake.UserID(0))},
		{"accounts", `ilike(name,"*(holding)*")`, func(r row) bool { return strings.Contains(textOf(r, "name"), "(Holding)") }},
		{"accounts", `eq(name,"Müller, Weiß")`, is("id", softwareonefake.AccountID(7))},
		{"modules", `like(id,"MOD-1239*")`, or(is("id", "MOD-1239"), is("id", "MOD-1239-0045"))},
	} {
		if lists[test.path] == nil {
			lists[test.path] = all(t, f, test.path, "")
		}
		var want []string
		for _, r := range lists[test.path] {
			if test.want(r) {
				want = append(want, textOf(r, "id"))
			}
		}
		var got []string
		for _, r := range all(t, f, test.path, "&"+test.filter) {
			got = append(got, textOf(r, "id"))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s?%s (-want +got):\n%s", test.path, test.filter, diff)
		}
	}
}

type row = map[string]any

func textOf(r row, name string) string { s, _ := r[name].(string); return s }

func is(name, value string) func(row) bool { return func(r row) bool { return r[name] == value } }
func lacks(name string) func(row) bool     { return func(r row) bool { return r[name] == nil } }
func not(a func(row) bool) func(row) bool  { return func(r row) bool { return !a(r) } }

func and(a, b func(row) bool) func(row) bool { return func(r row) bool { return a(r) && b(r) } }
func or(a, b func(row) bool) func(row) bool  { return func(r row) bool { return a(r) || b(r) } }

func inObject(r row, name string, a func(row) bool) bool {
	child, ok := r[name].(row)
	return ok && a(child)
}

func anyOf(name string, a func(row) bool) func(row) bool {
	return func(r row) bool {
		list, _ := r[name].([]any)
		return slices.ContainsFunc(list, func(e any) bool { return a(e.(row)) })
	}
}

// Percent-encoding does not change a query: an encoded & inside quotes is part of
// the value, and + is not a space.
func TestFake_DecodesQueries(t *testing.T) {
	f := fake()
	for _, filter := range []string{`eq(name,"Søndergaard & Søn")`, `name="Søndergaard & Søn"`} {
		for _, query := range []string{url.PathEscape(filter), strings.ReplaceAll(url.QueryEscape(filter), "+", "%20")} {
			if got := get(t, f, "accounts?limit=0&"+query).total(); got != 1 {
				t.Errorf("%s: %d rows, want 1", query, got)
			}
		}
		if got := get(t, f, "accounts?limit=0&"+url.QueryEscape(filter)).total(); got != 0 {
			t.Errorf("%s with plus signs for spaces: %d rows, want 0", filter, got)
		}
	}
	if got := get(t, f, "accounts?limit=1&select=%2Baudit").text("data/0/audit/updated/at"); got == "" {
		t.Error("an encoded plus does not select")
	}
	r := httptest.NewRequest(http.MethodGet, "/public/v1/accounts/users", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	r.URL.RawQuery = "name=%zz"
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if w.Code != 400 {
		t.Errorf("an invalid escape: status %d, want 400", w.Code)
	}
}

func TestFake_Orders(t *testing.T) {
	f := fake()
	for _, test := range []struct {
		path string
		less func(a, b row) bool
	}{
		{"order=id", func(a, b row) bool { return textOf(a, "id") < textOf(b, "id") }},
		{"order=-id", func(a, b row) bool { return textOf(a, "id") > textOf(b, "id") }},
		{"order=+status,-name", func(a, b row) bool {
			return textOf(a, "status") < textOf(b, "status") || textOf(a, "status") == textOf(b, "status") && textOf(a, "name") > textOf(b, "name")
		}},
		{"order=lastLoginAt,id", func(a, b row) bool { return a["lastLoginAt"] == nil && b["lastLoginAt"] != nil }},
		{"select=audit&order=-audit.updated.at", func(a, b row) bool { return textOf(a, "id") > textOf(b, "id") }},
	} {
		rows := get(t, f, "users?limit=100&"+test.path).rows()
		for i := range rows[1:] {
			if test.less(rows[i+1], rows[i]) {
				t.Errorf("%s: %v comes after %v", test.path, rows[i+1], rows[i])
			}
		}
	}
}

// Pages ordered by id contain every row once.
func TestFake_Pages(t *testing.T) {
	f := fake()
	seen := map[string]bool{}
	for offset := 0; offset < 300; offset += 70 {
		for _, r := range get(t, f, "users?limit=70&order=id&offset="+strconv.Itoa(offset)).rows() {
			if seen[textOf(r, "id")] {
				t.Errorf("%s twice", textOf(r, "id"))
			}
			seen[textOf(r, "id")] = true
		}
	}
	if len(seen) != 300 {
		t.Errorf("%d rows, want 300", len(seen))
	}
}

// FuzzQuery checks that every query gets a list or a problem, in JSON.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"", "&&", "a", "a=", "=", "(", "((((", ")", "eq", "eq(", "eq(id", "eq(id,", `eq(id,"`, `eq(id,"x`, "eq(id,null(", "not()", "and()", "any(groups", "any(groups,",
		`in(id,("A","B"))&limit=5&offset=1&select=-*,id&order=-id`, `any(groups,and(eq(id,'a'),not(isDefault=true)))`, `ilike(name,"\**\*")`,
		"select=.", "select=-", "select=a.b.c", "select=audit.created.by.id,-audit.created.by.name", "order=", "order=-", "order=audit", "limit=&offset=", "name=%22%00%22", "a;b|c,d",
		"all(accounts,any(groups,any(users,any(accounts,any(groups)))))", strings.Repeat("(", 200), strings.Repeat("not(", 200), "eq(accounts,empty())", "gt(currentAccount,null())", "gt(revision,NaN)",
	} {
		f.Add(seed)
	}
	vendor := fake()
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "/public/v1/accounts/users", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		vendor.ServeHTTP(w, r)
		vendor.Control.Reset()
		if w.Code != 200 && w.Code != 400 {
			t.Errorf("status %d", w.Code)
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("not JSON: %s", w.Body)
		}
	})
}

// BenchmarkPage writes pages of 100 rows; each should take about two milliseconds.
func BenchmarkPage(b *testing.B) {
	f := fake()
	for _, path := range []string{"users?limit=100", "users?limit=100&select=audit&order=-audit.updated.at", first + "/users?limit=100", "user-groups?limit=100"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				if w := send(f, http.MethodGet, "Bearer "+token, path); w.Code != 200 {
					b.Fatal(w.Code)
				}
				f.Control.Reset()
			}
		})
	}
}

// BenchmarkFirst makes the first request, which builds the data.
func BenchmarkFirst(b *testing.B) {
	for b.Loop() {
		send(fake(), http.MethodGet, "Bearer "+token, "users?limit=0")
	}
}
