package activityinfo_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

var deep = cmp.AllowUnexported(model.FieldSet{})

func ofAccount(id string) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: model.TypeAccount, IDs: []string{id}}}
}

// members reads the members of account 190780004 out of a body.
func members(t testing.TB, body string) ([]*model.Membership, error) {
	t.Helper()
	p, _ := connect(t, fixed{"/resources/billingAccounts/190780004/users": body})
	page, err := p.Collections().Memberships.Page(t.Context(), ofAccount("190780004"), "")
	if err != nil {
		return nil, err
	}
	return page.Items, nil
}

func TestMembers(t *testing.T) {
	got, err := members(t, testdata(t, "users.json"))
	if err != nil {
		t.Fatal(err)
	}
	p := &model.Provider{Name: "ai", Vendor: model.ActivityInfo, BaseURL: "https://activityinfo.example"}
	account := &model.Account{Entity: model.NewEntity(p, "Account", "190780004").WithFieldSet(model.OnlyFields())}
	want := []*model.Membership{
		{
			Entity: model.NewEntity(p, "Membership", "190780004/401"),
			User: &model.User{
				Entity: model.NewEntity(p, "User", "401"), Email: new("anna@acme.example"), Name: new("Anna Smith"),
				Status: "ACTIVE", LastLoginAt: new(time.Date(2026, 2, 23, 5, 23, 33, 731e6, time.UTC)),
			},
			Account: account, Role: "OWNER", VendorRole: new("OWNER"), License: new(model.LicenseFull), Status: "ACTIVE",
		},
		{
			Entity: model.NewEntity(p, "Membership", "190780004/402"),
			User: &model.User{
				Entity: model.NewEntity(p, "User", "402"), Email: new("jose@acme.example"), Name: new("José O'Brien"),
				Status: "ACTIVE",
			},
			Account: account, Role: "MEMBER", VendorRole: new("NONE"), License: new(model.LicenseBasic), Status: "ACTIVE",
		},
	}
	if diff := cmp.Diff(want, got, deep); diff != "" {
		t.Error(diff)
	}
	// What schema.graphqls says that ActivityInfo fills, and nothing else.
	fills(t, *got[0], "Entity", "User", "Account", "Role", "VendorRole", "License", "Status")
	fills(t, *got[0].User, "Entity", "Email", "Name", "Status", "LastLoginAt")
	if got[0].Account.HasField("name") || !got[0].Complete() || !got[0].User.Complete() {
		t.Error("the account is not a short reference, or another record is")
	}
}

func TestAccount(t *testing.T) {
	p, _ := connect(t, fixed{"/resources/billingAccounts/190780004": testdata(t, "account.json")})
	found := p.Collections().Accounts.Get(t.Context(), []string{"190780004"})
	got := found.Objects["190780004"]
	want := &model.Account{
		Entity: model.NewEntity(p.Connection(), "Account", "190780004"), Name: new("Acme"),
		Status: "ACTIVE", VendorStatus: new("ACTIVE"), ExternalID: new("SUB001"),
	}
	if diff := cmp.Diff(want, got, deep); diff != "" {
		t.Fatal(diff)
	}
	fills(t, *got, "Entity", "Name", "Status", "VendorStatus", "ExternalID")
}

// fills checks which fields of a record are not zero.
func fills(t *testing.T, record any, want ...string) {
	t.Helper()
	v := reflect.ValueOf(record)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if filled := !v.Field(i).IsZero(); filled != slices.Contains(want, name) {
			t.Errorf("%s.%s: filled is %t", v.Type(), name, filled)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		fields  string
		role    model.MembershipRole
		word    *string
		license *model.License
	}{
		{`"billingAccountRole":"NONE","userLicenseType":"NONE"`, "MEMBER", new("NONE"), new(model.LicenseNone)},
		{`"billingAccountRole":"OWNER","userLicenseType":"BASIC"`, "OWNER", new("OWNER"), new(model.LicenseBasic)},
		{`"billingAccountRole":"AUDITOR","userLicenseType":"EXTENDED"`, "OTHER", new("AUDITOR"), new(model.LicenseOther)},
		{`"billingAccountRole":"owner","userLicenseType":"full"`, "OTHER", new("owner"), new(model.LicenseOther)},
		{`"billingAccountRole":null,"userLicenseType":null`, "OTHER", nil, nil},
		{`"billingAccountRole":"","userLicenseType":""`, "OTHER", nil, nil},
		{`"name":null`, "OTHER", nil, nil},
	} {
		got, err := members(t, `[{"userId":"1",`+c.fields+`}]`)
		if err != nil {
			t.Errorf("%s: %v", c.fields, err)
			continue
		}
		m := got[0]
		if m.Role != c.role || !reflect.DeepEqual(m.VendorRole, c.word) || !reflect.DeepEqual(m.License, c.license) {
			t.Errorf("%s: role %q, license %v", c.fields, m.Role, m.License)
		}
		if m.User.Email != nil || m.User.Name != nil {
			t.Errorf("%s: missing text is not null", c.fields)
		}
	}
}

func TestLastLogin(t *testing.T) {
	at := func(text string) *time.Time {
		when, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return &when
	}
	for wire, want := range map[string]*time.Time{
		"1771824213731":      at("2026-02-23T05:23:33.731Z"),
		"1771824213731.0":    at("2026-02-23T05:23:33.731Z"),
		"1771824213731.25":   at("2026-02-23T05:23:33.731Z"),
		"1771824213731.999":  at("2026-02-23T05:23:33.731Z"),
		"1.771824213731E12":  at("2026-02-23T05:23:33.731Z"),
		"1.771824213731e+12": at("2026-02-23T05:23:33.731Z"),
		"1":                  at("1970-01-01T00:00:00.001Z"),
		"253402300799999":    at("9999-12-31T23:59:59.999Z"),
		"null":               nil,
		"0":                  nil,
		"0.0":                nil,
		"-0":                 nil,
		"0.5":                nil,
		"-62135596800000":    nil,
	} {
		got, err := members(t, `[{"userId":"1","lastLoginTime":`+wire+`}]`)
		if err != nil {
			t.Errorf("%s: %v", wire, err)
			continue
		}
		if at := got[0].User.LastLoginAt; !reflect.DeepEqual(at, want) {
			t.Errorf("%s: %v, want %v", wire, at, want)
		}
	}
	for _, wire := range []string{"253402300800000", "1e300", "1e999", `"2026-02-23"`, `"1771824213731"`, "true", "{}", "[]"} {
		if _, err := members(t, `[{"userId":"1","lastLoginTime":`+wire+`}]`); providers.KindOf(err) != providers.BadResponse {
			t.Errorf("%s: %v, want BadResponse", wire, err)
		}
	}
}

func TestBodies(t *testing.T) {
	for _, body := range []string{
		"", "null", "{}", `{"code":"FORBIDDEN"}`, "[null]", "[{}]", `[{"userId":null}]`, `[{"userId":""}]`, `[{"userId":0}]`,
		`[{"userId":4.5}]`, `[{"userId":"a\u0000b"}]`, `[{"userId":"` + strings.Repeat("1", 300) + `"}]`, `[{"userId":"1","email":7}]`,
		`[{"userId":"1"}] []`, `[{"userId":"1"}`, `"[Circular Reference]"`, "<html>",
	} {
		if got, err := members(t, body); providers.KindOf(err) != providers.BadResponse {
			t.Errorf("%.40s: %v, %v; want BadResponse", body, got, err)
		}
	}
	if got, err := members(t, `[]`); err != nil || len(got) != 0 {
		t.Errorf("nobody: %v, %v", got, err)
	}
	if got, err := members(t, `[{"userId":432201}]`); err != nil || got[0].User.VendorID != "432201" {
		t.Errorf("an id that is a number: %v, %v", got, err)
	}
}

func TestBillingAccountIDs(t *testing.T) {
	for wire, want := range map[string]string{
		"190780004": "190780004", "4294967297": "4294967297", "9007199254740993": "9007199254740993",
		"9223372036854775807": "9223372036854775807", `"9007199254740993"`: "9007199254740993",
	} {
		p, _ := connect(t, fixed{
			"/resources/databases":               `[{"billingAccountId":` + wire + `}]`,
			"/resources/billingAccounts/" + want: `{"id":` + wire + `}`,
		})
		page, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, "")
		if err != nil || len(page.Items) != 1 || page.Items[0].VendorID != want {
			t.Errorf("%s: %v, %v", wire, page, err)
		}
		if got := p.Collections().Accounts.Get(t.Context(), []string{want}).Objects[want]; got == nil || got.ID != model.ID("ai:Account:"+want) {
			t.Errorf("%s: Get found %v", wire, got)
		}
	}
	for _, wire := range []string{"1e9", "1.0", "1.9078000E8", "9223372036854775808", "true", `"SUB000"`, "{}"} {
		p, _ := connect(t, fixed{"/resources/databases": `[{"billingAccountId":` + wire + `}]`})
		if _, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.BadResponse {
			t.Errorf("%s: %v, want BadResponse", wire, err)
		}
	}
	for _, body := range []string{`{"id":5}`, `{"id":null}`, `{"name":"Acme"}`, `[]`, "null"} {
		p, _ := connect(t, fixed{"/resources/databases": "[]", "/resources/billingAccounts/4": body}, "4")
		if _, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.BadResponse {
			t.Errorf("account 4 as %s: %v, want BadResponse", body, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		kind   providers.Kind
		word   string
	}{
		{401, `{"code":"AUTHENTICATION_REQUIRED"}`, providers.Unauthenticated, "AUTHENTICATION_REQUIRED"},
		{403, `{"code":"FORBIDDEN","message":"no"}`, providers.Forbidden, "FORBIDDEN"},
		{404, `{"code":"NOT_FOUND","request":{}}`, providers.NotFound, "NOT_FOUND"},
		{410, `{"code":"DELETED"}`, providers.NotFound, "DELETED"},
		{400, `{"code":"ROLE_NOT_FOUND"}`, providers.BadResponse, "ROLE_NOT_FOUND"},
		{403, `{"code":7}`, providers.Forbidden, ""},
		{403, `{"code":null}`, providers.Forbidden, ""},
		{403, `["code"]`, providers.Forbidden, ""},
		{403, `"FORBIDDEN"`, providers.Forbidden, ""},
		{403, `{"code":"anna@acme.example has no access"}`, providers.Forbidden, ""},
		{403, `{"code":"` + strings.Repeat("A", 300) + `"}`, providers.Forbidden, ""},
		{403, `<html>Forbidden</html>`, providers.Forbidden, ""},
		{403, ``, providers.Forbidden, ""},
	} {
		p, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		err, ok := p.Check(t.Context()).(*providers.Error) //nolint:errorlint // the contract wants this type itself
		if !ok || err.Kind != c.kind || err.VendorCode != c.word || err.HTTPStatus != c.status {
			t.Errorf("%d %.40s: %#v", c.status, c.body, err)
		}
	}
}

// FuzzMembers checks that what is read of any body is what the graph promises.
func FuzzMembers(f *testing.F) {
	f.Add(testdata(f, "users.json"))
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
			t.Fatal("took what is not JSON")
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

// FuzzDatabases checks that no body leads to a path that no account has.
func FuzzDatabases(f *testing.F) {
	f.Add(testdata(f, "databases.json"))
	f.Add(`[{"billingAccountId":"../x"},{"billingAccountId":-1}]`)
	f.Add(`[{"billingAccountId":"1/users?owners=TRUE"}]`)
	f.Fuzz(func(t *testing.T, body string) {
		p, v := connect(t, fixed{"/resources/databases": body})
		_, _ = p.Collections().Accounts.Page(t.Context(), providers.Query{}, "")
		for _, asked := range v.asked[1:] {
			var id int64
			u, err := url.Parse(asked)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := fmt.Sscanf(u.Path, "/resources/billingAccounts/%d", &id); n != 1 || err != nil || id <= 0 ||
				asked != fmt.Sprintf("/resources/billingAccounts/%d", id) {
				t.Fatalf("asked %q", asked)
			}
		}
	})
}
