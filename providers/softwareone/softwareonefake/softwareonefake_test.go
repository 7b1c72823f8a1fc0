package softwareonefake_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

const (
	first      = softwareonefake.FirstAccount
	everywhere = softwareonefake.EverywhereUser
)

// Each row requests a path and expects values of the response, "" for an absent
// one. The rules are documented at
// https://docs.platform.softwareone.com/developer-resources/rest-api.
func TestFake_FollowsDocumentedRules(t *testing.T) {
	f := fake()
	for _, test := range []struct {
		rule, path string
		want       map[string]string
	}{
		{"the envelope", "accounts", map[string]string{
			"$meta/pagination": `{"limit":10,"offset":0,"total":125}`, "$meta/omitted": `["groups","audit"]`, "data/0/id": `"` + first + `"`, "data/9/id": `"` + softwareonefake.AccountID(9) + `"`, "data/10": ""}},
		{"the limit is capped silently", "accounts?limit=1000", map[string]string{"$meta/pagination": `{"limit":100,"offset":0,"total":125}`, "data/99/id": `"` + softwareonefake.AccountID(99) + `"`, "data/100": ""}},
		{"the offset begins at 0", "accounts?limit=2&offset=124", map[string]string{"data/0/id": `"` + softwareonefake.AccountID(124) + `"`, "data/1": ""}},
		{"an offset after the end", "accounts?offset=2000", map[string]string{"data": `[]`, "$meta/pagination/total": "125"}},
		{"counting only", "users?limit=0", map[string]string{"data": `[]`, "$meta/pagination": `{"limit":0,"offset":0,"total":300}`}},
		{"sellers never include buyers", "sellers?select=+buyers", map[string]string{"$meta/omitted": `["buyers","audit"]`, "data/0/buyers": ""}},
		{"references are short", "user-groups?limit=1", map[string]string{
			"data/0/account": `{"id":"` + first + `","name":"Acme","status":"Active","type":"Client"}`, "data/0/users/0/email": "", "data/0/$meta": ""}},
		{"selecting an omitted property", "accounts?select=+groups&limit=1", map[string]string{"$meta/omitted": `["audit"]`, "data/0/groups/3/id": `"` + softwareonefake.GroupID(3) + `"`, "data/0/groups/3/account/id": `"` + first + `"`, "data/0/groups/4": "", "data/0/groups/0/$meta": `{"omitted":["audit"]}`}},
		{"the plus is optional", "accounts?select=audit&limit=1", map[string]string{"$meta/omitted": `["groups"]`, "data/0/audit/created/at": `"2018-01-02T03:04:05Z"`, "data/0/name": `"Acme"`}},
		{"deselecting", "accounts?select=-address,-name&limit=1", map[string]string{"$meta/omitted": `["name","address","groups","audit"]`, "data/0/name": "", "data/0/address": "", "data/0/status": `"Active"`}},
		{"selecting only some", "accounts?select=-*,id,name&limit=1", map[string]string{"data/0": `{"id":"` + first + `","name":"Acme"}`}},
		{"a part of a reference", "buyers?select=account.website&limit=1", map[string]string{"data/0/account/website": `"https://company0.example/?a=1\u0026b=2"`, "data/0/account/name": `"Acme"`, "data/0/account/address": ""}},
		{"a whole reference", "buyers?select=account&limit=1", map[string]string{"data/0/account/address/city": `"Springfield"`, "data/0/account/$meta": `{"omitted":["groups","audit"]}`}},
		{"selecting parts of an omitted property", "accounts?select=+groups.id,+groups.name&limit=1", map[string]string{"data/0/groups/0/id": `"` + softwareonefake.GroupID(0) + `"`, "data/0/groups/0/name": `"Administrators"`, "data/0/groups/0/users": "", "data/0/groups/0/isDefault": ""}},
		{"deselecting in a reference", "buyers?select=-account.name&limit=1", map[string]string{"data/0/account/id": `"` + first + `"`, "data/0/account/name": ""}},
		{"an object has $meta.omitted", "users/" + everywhere, map[string]string{"$meta": `{"omitted":["audit"]}`, "email": `"zoë.müller@straße.example"`, "href": ""}},
		{"a user by address", "users/zo%C3%AB.M%C3%BCller@stra%C3%9Fe.example?select=-*,id", map[string]string{"id": `"` + everywhere + `"`}},
		{"a user's accounts", "users/" + everywhere + "/accounts?limit=1&offset=1", map[string]string{"$meta/pagination/total": "5", "data/0/id": `"` + softwareonefake.AccountID(1) + `"`}},
		{"null is neither written nor omitted", "users/" + softwareonefake.UserID(8), map[string]string{"phone": "", "firstName": "", "settings": "", "$meta/omitted": `["audit"]`}},
		{"a user who has never logged in", "users/" + softwareonefake.UserID(4), map[string]string{"lastLoginAt": "", "status": `"Invited"`}},
		{"an address may be empty", "accounts/" + softwareonefake.AccountID(12), map[string]string{"address": `{}`}},
		{"an account without users", softwareonefake.LoneAccount + "/users", map[string]string{"$meta/pagination/total": "0"}},
		{"a user without accounts", "users/" + softwareonefake.LoneUser + "?select=accounts", map[string]string{"accounts": "", "currentAccount": "", "$meta/omitted": `["audit"]`}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			a := get(t, f, test.path)
			if a.status != http.StatusOK {
				t.Fatalf("%s: %d %v", test.path, a.status, a.body)
			}
			for path, want := range test.want {
				if got := a.text(path); got != want {
					t.Errorf("%s: %s is\n%s, want\n%s", test.path, path, got, want)
				}
			}
		})
	}
}

func TestFake_RespondsWithProblems(t *testing.T) {
	f := fake()
	for _, test := range []struct {
		path   string
		status int
		errors string
	}{
		{"users?eq(foo,1)", 400, `{"foo":["Unknown expression group."]}`},
		{"users?frob(name,1)", 400, `{"frob":["Unknown expression group."]}`},
		{"users?rql=eq(status,Active)", 400, `{"rql":["Invalid equals shortcut expression"]}`},
		{"users?order=subscriptionsCount", 400, `{"subscriptionsCount":["Unknown expression group."]}`},
		{"users?order=-audit.created.at", 400, `{"audit.created.at":["The audit can be used only when it is selected."]}`},
		{`users?gt(audit.created.at,"2016-01-01T00:00:00.000Z")`, 400, `{"audit.created.at":["The audit can be used only when it is selected."]}`},
		{`users?select=audit&gt(audit.created.at,"2016-01-01")`, 400, `{"audit.created.at":["A date has the form YYYY-MM-DDTHH:mm:ss.sssZ."]}`},
		{`users?gt(lastLoginAt,"2016-01-01T00:00:00Z")`, 400, `{"lastLoginAt":["A date has the form YYYY-MM-DDTHH:mm:ss.sssZ."]}`},
		{`accounts?eq(groups.id,"X")`, 400, `{"groups.id":["Unknown expression group."]}`},
		{`users?eq(firstName,Buzz !!!)`, 400, `{"Buzz !!!":["A value is missing or needs quotation marks."]}`},
		{`users?in(id,())`, 400, `{"":["A value is missing or needs quotation marks."]}`},
		{"users?select=nope", 400, `[{"message":"Unknown property nope.","properties":["select"]}]`},
		{"users?limit=-1", 400, `[{"message":"The value is not a number from 0 to 2147483647.","properties":["limit"]}]`},
		{"users?offset=99999999999", 400, `[{"message":"The value is not a number from 0 to 2147483647.","properties":["offset"]}]`},
		{"users/USR-9999-9999", 404, ""},
		{"users/", 404, ""},
		{"nothing", 404, ""},
		{"api-tokens", 404, ""},
		{"ACC-9999-9999/users", 404, ""},
		{"accounts/ACC-9999-9999/users", 404, ""},
		{"accounts/" + softwareonefake.LoneAccount + "/users/" + everywhere, 404, ""},
	} {
		t.Run(test.path, func(t *testing.T) {
			a := get(t, f, test.path)
			if a.status != test.status || a.text("status") == "" || a.text("title") == "" || a.text("traceId") == "" {
				t.Errorf("status %d, want %d, in %v", a.status, test.status, a.body)
			}
			if got := a.text("errors"); got != test.errors {
				t.Errorf("errors are %s, want %s", got, test.errors)
			}
			if want := "application/problem+json; charset=utf-8"; a.contentType != want {
				t.Errorf("content type is %s, want %s", a.contentType, want)
			}
		})
	}
}

func TestFake_RequiresToken(t *testing.T) {
	for authorization, want := range map[string]int{
		"Bearer " + token: 200, "bearer " + token: 200,
		"": 401, token: 401, "Bearer ": 401, "Bearer x": 401, "Basic " + token: 401,
	} {
		if got := send(fake(), http.MethodGet, authorization, "users?limit=0").Code; got != want {
			t.Errorf("%q: status %d, want %d", authorization, got, want)
		}
	}
	if got := send(fake(), http.MethodPost, "Bearer "+token, "users").Code; got != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", got)
	}
}

func TestFake_AccountUsersInBothForms(t *testing.T) {
	f := fake()
	nested := get(t, f, first+"/users?select=audit,user&limit=1&eq(user.id,\""+everywhere+"\")")
	if got, want := nested.keys("data/0"), "account audit buyers groups id invitation modules user"; got != want {
		t.Errorf("nested: %s, want %s", got, want)
	}
	if got, want := nested.text("data/0/id"), `"`+softwareonefake.AccountUserID(0, 120)+`"`; got != want {
		t.Errorf("nested: id %s, want %s", got, want)
	}
	if got, want := nested.keys("data/0/audit"), "access created invited joined updated"; got != want {
		t.Errorf("nested: audit %s, want %s", got, want)
	}
	if got := nested.text("data/0/user/email"); got == "" {
		t.Error("nested: an expanded user has no e-mail address")
	}
	flat := get(t, f, "accounts/"+first+"/users?select=audit&limit=1&eq(id,\""+everywhere+"\")")
	if got, want := flat.keys("data/0"), "account audit buyers email firstName groups id invitation lastName modules name phone settings status"; got != want {
		t.Errorf("flat: %s, want %s", got, want)
	}
	if got, want := flat.keys("data/0/audit"), "access created invited joined login updated"; got != want {
		t.Errorf("flat: audit %s, want %s", got, want)
	}
	for _, path := range []string{first + "/users/" + everywhere, first + "/users/" + softwareonefake.AccountUserID(0, 120), "accounts/" + first + "/users/" + everywhere, "account-users/" + softwareonefake.AccountUserID(0, 120)} {
		if a := get(t, f, path); a.status != 200 || a.text("account/id") != `"`+first+`"` {
			t.Errorf("%s: %d %v", path, a.status, a.body)
		}
	}
}

func TestFake_PathsDependOnVersion(t *testing.T) {
	removed, nested := fake(), fake()
	removed.Removed, nested.NestedOnly = true, true
	for path, want := range map[string][2]int{
		first + "/users":                    {404, 200},
		first + "/users/" + everywhere:      {404, 200},
		"account-users":                     {404, 200},
		"accounts/" + first + "/users":      {200, 404},
		"users/" + everywhere:               {200, 200},
		"users/" + everywhere + "/accounts": {200, 200},
	} {
		if got := [2]int{get(t, removed, path).status, get(t, nested, path).status}; got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}

func TestFake_ClientToken(t *testing.T) {
	f := fake()
	f.Operations = false
	if a := get(t, f, "modules"); a.status != http.StatusForbidden || !strings.HasPrefix(a.text("errors"), "[") {
		t.Errorf("modules: %d %v", a.status, a.body)
	}
	a := get(t, f, "users/"+everywhere+"?select=accounts,audit")
	if a.status != 200 || a.text("accounts") != "" || a.text("$meta/omitted") != "[]" {
		t.Errorf("accounts of a user are included or omitted: %v", a.body)
	}
	for _, buyer := range all(t, f, "buyers", "") {
		if buyer["errors"] != nil {
			t.Errorf("%v has errors", buyer["id"])
		}
	}
	for path, want := range map[string]int{"accounts?limit=0": 1, "user-groups?limit=0": 4, "buyers?limit=0": 10, "sellers?limit=0": 110, "users?limit=0": 154, "users/" + everywhere + "/accounts": 1} {
		if got := get(t, f, path).total(); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if got := get(t, f, "accounts/"+softwareonefake.AccountID(1)).status; got != 404 {
		t.Errorf("another account: %d, want 404", got)
	}
	if got := get(t, f, "users?eq(accounts,null())").status; got != 400 {
		t.Errorf("filter by a hidden property: %d, want 400", got)
	}
}

func TestFake_Variants(t *testing.T) {
	f := fake()
	f.Verbose, f.CurrencyObjects = true, true
	a := get(t, f, first+"/users?limit=1")
	if got, want := a.text("data/0/href"), `"/v1/accounts/account-users/`+softwareonefake.AccountUserID(0, 0)+`"`; got != want {
		t.Errorf("href %s, want %s", got, want)
	}
	if got, want := a.text("data/0/account/$meta/omitted"), `"externalName"`; !strings.Contains(got, want) {
		t.Errorf("a short reference omits %s, want %s in it", got, want)
	}
	if got, want := get(t, f, "sellers?limit=1").text("data/0/currencies"), `[{"billingEnabled":true,"isDefault":true,"value":"EUR"}]`; got != want {
		t.Errorf("currencies %s, want %s", got, want)
	}
	f = fake()
	f.NoOmitted = true
	if got := get(t, f, "accounts?limit=0").keys("$meta"); got != "pagination" {
		t.Errorf("$meta has %s", got)
	}
	if got := get(t, f, "accounts/"+first).text("$meta"); got != "" {
		t.Errorf("$meta is %s", got)
	}
}

func TestFake_Control(t *testing.T) {
	f := fake()
	f.Control.Add(fakevendor.Fault{Path: "/public/v1/accounts/users", Times: 1, Status: 503, Body: "{}"})
	if got := get(t, f, "users").status; got != 503 {
		t.Errorf("status %d, want 503", got)
	}
	get(t, f, "users?limit=0")
	var requests []string
	for _, c := range f.Control.Calls() {
		requests = append(requests, c.Path+"?"+c.Query)
	}
	if diff := cmp.Diff([]string{"/public/v1/accounts/users?", "/public/v1/accounts/users?limit=0"}, requests); diff != "" {
		t.Error(diff)
	}
}

// Demonstrations and benchmarks rely on these numbers.
func TestFake_DataSize(t *testing.T) {
	f := fake()
	for path, want := range map[string]int{"accounts": 125, "users": 300, "user-groups": 134, "buyers": 142, "sellers": 110, "modules": 12, "licensees": 130} {
		if got := len(all(t, f, path, "")); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	accounts := get(t, f, "accounts?limit=3&order=id&select=groups").rows()
	ids, users, groups, buyers := []string{}, map[any]bool{}, 0, 0
	for _, account := range accounts {
		ids = append(ids, `"`+account["id"].(string)+`"`)
		for _, g := range account["groups"].([]any) {
			groups++
			for _, u := range g.(map[string]any)["users"].([]any) {
				users[u.(map[string]any)["id"]] = true
			}
		}
	}
	buyers = get(t, f, "buyers?limit=0&in(account.id,("+url.PathEscape(strings.Join(ids, ","))+"))").total()
	if groups != 12 || len(users) != 250 || buyers != 20 {
		t.Errorf("the first three accounts have %d groups, %d users and %d buyers, want 12, 250 and 20", groups, len(users), buyers)
	}
	for n := range 250 {
		if !users[softwareonefake.UserID(n)] {
			t.Errorf("user %d is in no group of the first three accounts", n)
		}
	}
}

func TestFake_DataHasEdgeCases(t *testing.T) {
	f := fake()
	statuses, levels, types, actors, invitations := map[any]bool{}, map[any]bool{}, map[any]bool{}, map[string]bool{}, map[any]bool{}
	for _, u := range all(t, f, "users", "&select=audit") {
		statuses[u["status"]] = true
		by := u["audit"].(map[string]any)["created"].(map[string]any)["by"].(map[string]any)
		id, _ := by["id"].(string)
		if id == "" && by["href"] != "//" {
			t.Errorf("%v has no creator", u["id"])
		}
		actors[strings.SplitN(id, "-", 2)[0]] = true
	}
	for _, status := range []string{"New", "Invited", "InvitationExpired", "Active", "Blocked", "Disabled", "Deleted", "Dormant"} {
		if !statuses[status] {
			t.Errorf("no user is %s", status)
		}
	}
	if diff := cmp.Diff(map[string]bool{"USR": true, "TKN": true, "": true}, actors); diff != "" {
		t.Error(diff)
	}
	for _, a := range all(t, f, "accounts", "") {
		levels[a["serviceLevel"]], types[a["type"]] = true, true
	}
	if !levels["Dsc"] || !levels["DSC"] || !levels["Essential"] || !levels["Express"] || !levels[nil] || len(types) != 3 {
		t.Errorf("levels %v, types %v", levels, types)
	}
	for _, m := range all(t, f, "account-users", "") {
		invitation, _ := m["invitation"].(map[string]any)
		invitations[invitation["status"]] = true
		if open := invitation["status"] == "Invited"; open != (invitation["url"] != nil) {
			t.Errorf("the invitation of %v has the URL %v", m["id"], invitation["url"])
		}
	}
	if diff := cmp.Diff(map[any]bool{nil: true, "Invited": true, "Active": true, "InvitationExpired": true}, invitations); diff != "" {
		t.Error(diff)
	}
	email := fakevendor.People()[3].EmailAs(fakevendor.FifthCapitalized)
	if got := get(t, f, `users?eq(email,"`+email+`")`).column("id"); !slices.Equal(got, []any{softwareonefake.UserID(3)}) {
		t.Errorf("%s belongs to %v", email, got)
	}
}
