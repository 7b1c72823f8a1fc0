package activityinfofake_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
)

const token = "token-of-the-fake"

// get requests a path and decodes the body. Numbers stay json.Number.
func get[T any](t *testing.T, f *activityinfofake.Fake, path string) (int, T) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.SetBasicAuth("anything", token)
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if ct := w.Header().Get("Content-Type"); !strings.HasPrefix(ct, "application/json") {
		t.Errorf("%s: Content-Type %q", path, ct)
	}
	var body T
	d := json.NewDecoder(w.Body)
	d.UseNumber()
	if err := d.Decode(&body); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return w.Code, body
}

type object = map[string]any

func TestFake_Authentication(t *testing.T) {
	f := activityinfofake.New(token)
	for name, c := range map[string]struct {
		authenticate func(*http.Request)
		want         int
	}{
		"no header":      {func(*http.Request) {}, 401},
		"basic":          {func(r *http.Request) { r.SetBasicAuth("x", token) }, 200},
		"basic, no user": {func(r *http.Request) { r.SetBasicAuth("", token) }, 200},
		"as user name":   {func(r *http.Request) { r.SetBasicAuth(token, "") }, 401},
		"wrong":          {func(r *http.Request) { r.SetBasicAuth("x", token+"x") }, 401},
		"bearer":         {func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, 200},
		"wrong bearer":   {func(r *http.Request) { r.Header.Set("Authorization", "Bearer") }, 401},
	} {
		r := httptest.NewRequest(http.MethodGet, "/resources/ping", nil)
		c.authenticate(r)
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
		if w.Code == 401 && strings.TrimSpace(w.Body.String()) != `{"code":"AUTHENTICATION_REQUIRED"}` {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
}

func TestFake_Errors(t *testing.T) {
	f := activityinfofake.New(token)
	const accounts = "/resources/billingAccounts/"
	const databases = "/resources/databases/"
	for path, want := range map[string]string{
		accounts + "1":             "404 NOT_FOUND",
		accounts + "x":             "404 NOT_FOUND",
		accounts + "0190780004":    "404 NOT_FOUND",
		accounts + "1/users":       "404 NOT_FOUND",
		databases + "nope":         "404 NOT_FOUND",
		databases + "nope/users":   "404 NOT_FOUND",
		"/resources/users":         "404 NOT_FOUND",
		"/":                        "404 NOT_FOUND",
		accounts + "190780410":     "410 DELETED",
		accounts + "190780555":     "403 FORBIDDEN",
		databases + "ckx0fore1g/x": "404 NOT_FOUND",
		databases + activityinfofake.ForeignDatabase + "/billingAccount":   "403 FORBIDDEN",
		databases + activityinfofake.ForeignDatabase + "/users":            "403 FORBIDDEN",
		databases + activityinfofake.Database + "/users/1/grants":          "404 NOT_FOUND",
		accounts + activityinfofake.DeletedAccount + "/users":              "410 DELETED",
		accounts + activityinfofake.ForeignAccount + "/users?owners=false": "403 FORBIDDEN",
	} {
		status, body := get[map[string]string](t, f, path)
		if got := fmt.Sprint(status, " ", body["code"]); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestFake_AccountUsers(t *testing.T) {
	f := activityinfofake.New(token)
	const users = "/resources/billingAccounts/" + activityinfofake.FirstAccount + "/users"
	for query, want := range map[string]int{
		"":             3,
		"?owners=TRUE": 3, "?owners=false": 60, "?owners=": 60, "?owners=no": 60,
		"?databaseId=" + activityinfofake.Database: 3,
		// Half of the members are invited to the database, including two of the owners.
		"?owners=false&databaseId=" + activityinfofake.Database: 30,
		"?owners=TRUE&databaseId=" + activityinfofake.Database:  3,
		"?owners=false&databaseId=" + "ck9z3k1bq7":              3,
		"?owners=false&databaseId=" + "ckb2m5v9d3":              3,
		"?owners=false&databaseId=":                             3,
	} {
		_, rows := get[[]object](t, f, users+query)
		owners := slices.DeleteFunc(slices.Clone(rows), func(row object) bool { return row["billingAccountRole"] != "OWNER" })
		if len(rows) != want || len(owners) != 3 {
			t.Errorf("users%s: %d, of which %d owners; want %d and 3", query, len(rows), len(owners), want)
		}
	}
}

func TestFake_UserRows(t *testing.T) {
	f := activityinfofake.New(token)
	people := fakevendor.People()
	seen := map[string]int{}
	times := map[string]int{}
	licenses := map[any]bool{}
	for _, account := range []string{
		activityinfofake.FirstAccount, activityinfofake.SuspendedAccount, activityinfofake.LargeAccount, activityinfofake.ClosedAccount,
	} {
		_, rows := get[[]object](t, f, "/resources/billingAccounts/"+account+"/users?owners=false")
		for _, row := range rows {
			seen[row["userId"].(string)]++
			licenses[row["userLicenseType"]] = true
			if row["billingAccountId"] != json.Number(account) {
				t.Errorf("account %s: a row of account %v", account, row["billingAccountId"])
			}
			switch at := fmt.Sprint(row["lastLoginTime"]); {
			case row["lastLoginTime"] == nil:
				times["null"]++
			case at == "0.0":
				times["zero"]++
			case strings.Contains(at, "E"):
				times["exponent"]++
			case strings.Contains(at, ".25"):
				times["fraction"]++
			case strings.Contains(at, "."):
				times["float"]++
			default:
				times["whole"]++
			}
		}
	}
	for n := activityinfofake.FirstPerson; n <= activityinfofake.LastPerson; n++ {
		if seen[activityinfofake.UserID(n)] == 0 {
			t.Errorf("%s is in no account", people[n].Name())
		}
	}
	if len(seen) != 160 || seen["500"] != 4 || seen["550"] != 2 || seen["510"] != 1 {
		t.Errorf("%d users, user 500 in %d accounts, 550 in %d, 510 in %d", len(seen), seen["500"], seen["550"], seen["510"])
	}
	for _, notation := range []string{"null", "zero", "exponent", "fraction", "float", "whole"} {
		if times[notation] == 0 {
			t.Errorf("no time has the notation %s", notation)
		}
	}
	for _, license := range []any{"NONE", "BASIC", "FULL", activityinfofake.UnknownLicense} {
		if !licenses[license] {
			t.Errorf("no user has license %s", license)
		}
	}
}

func TestFake_Accounts(t *testing.T) {
	f := activityinfofake.New(token)
	for account, status := range map[string]string{
		activityinfofake.FirstAccount: "ACTIVE", activityinfofake.SuspendedAccount: "SUSPENDED",
		activityinfofake.LargeAccount: "ACTIVE", activityinfofake.ClosedAccount: "CLOSED",
	} {
		_, a := get[object](t, f, "/resources/billingAccounts/"+account)
		if a["id"] != json.Number(account) || a["status"] != status || !strings.HasPrefix(a["code"].(string), "SUB") {
			t.Errorf("account %s is %v", account, a)
		}
		_, databases := get[[]object](t, f, "/resources/billingAccounts/"+account+"/databases")
		if fmt.Sprint(len(databases)) != fmt.Sprint(a["databaseCount"]) {
			t.Errorf("account %s has %d databases, databaseCount is %v", account, len(databases), a["databaseCount"])
		}
		_, domains := get[[]object](t, f, "/resources/billingAccounts/"+account+"/domains")
		if len(domains) == 0 {
			t.Errorf("account %s has no domains", account)
		}
	}
}

func TestFake_Databases(t *testing.T) {
	f := activityinfofake.New(token)
	_, rows := get[[]object](t, f, "/resources/databases")
	if len(rows) != 8 {
		t.Errorf("%d databases", len(rows))
	}
	for _, row := range rows {
		id := row["databaseId"].(string)
		_, tree := get[object](t, f, "/resources/databases/"+id)
		if tree["label"] != row["label"] || len(tree["roles"].([]any)) != 2 || tree["ownerRef"].(object)["id"] != row["ownerId"] {
			t.Errorf("tree of %s: %v", id, tree)
		}
		if id == activityinfofake.ForeignDatabase {
			continue
		}
		_, account := get[object](t, f, "/resources/databases/"+id+"/billingAccount")
		if account["id"] != row["billingAccountId"] {
			t.Errorf("account of %s: %v, want %v", id, account["id"], row["billingAccountId"])
		}
		_, users := get[[]object](t, f, "/resources/databases/"+id+"/users")
		for i, user := range users {
			if user["userId"] == row["ownerId"] {
				t.Errorf("users of %s include the owner", id)
			}
			if i > 3 {
				continue
			}
			_, one := get[object](t, f, "/resources/databases/"+id+"/users/"+user["userId"].(string)+"/grants")
			if one["email"] != user["email"] || one["inviteTime"] == nil || one["inviteDate"] != nil || user["inviteDate"] == nil {
				t.Errorf("user of %s: %v, in the list %v", id, one, user)
			}
		}
	}
}

func TestFake_SharedPeople(t *testing.T) {
	_, rows := get[[]object](t, activityinfofake.New(token), "/resources/billingAccounts/"+activityinfofake.FirstAccount+"/users?owners=false")
	person := fakevendor.People()[fakevendor.SharedPersonFirst]
	i := slices.IndexFunc(rows, func(row object) bool { return row["userId"] == activityinfofake.UserID(person.Number) })
	if i < 0 || rows[i]["email"] != person.EmailAs(fakevendor.Decomposed) || rows[i]["name"] != person.Name() {
		t.Errorf("person %d has another name or address", person.Number)
	}
}
