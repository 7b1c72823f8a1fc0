package activeplatform_test

import (
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestVendorsExample(t *testing.T) {
	p := answering(t, file(t, "users.json"))
	page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := []*model.User{{
		Entity:    model.NewEntity(p.Connection(), model.TypeUser, "2002984"),
		Email:     at("mario@activeplatform.com"),
		Name:      at("Oleg Ivanov"),
		FirstName: at("Oleg"), LastName: at("Ivanov"),
		Status: model.UserActive, VendorStatus: at("active"),
		CustomAttributes: []*model.CustomAttribute{},
		CreatedAt:        at(time.Date(2016, 10, 3, 2, 15, 22, 286e6, time.UTC)),
		UpdatedAt:        at(time.Date(2016, 10, 3, 2, 16, 19, 243e6, time.UTC)),
	}, {
		Entity:    model.NewEntity(p.Connection(), model.TypeUser, "2002983"),
		Email:     at("john.doe@activeplatform.com"),
		Name:      at("John Doe"),
		FirstName: at("John"), MiddleName: at("J"), LastName: at("Doe"),
		Status: model.UserActive, VendorStatus: at("active"),
		CustomAttributes: []*model.CustomAttribute{},
		CreatedAt:        at(time.Date(2016, 8, 15, 5, 15, 22, 549e6, time.UTC)),
		UpdatedAt:        at(time.Date(2016, 8, 15, 5, 15, 22, 549e6, time.UTC)),
	}}
	if diff := cmp.Diff(want, page.Items); diff != "" {
		t.Error(diff)
	}
	for _, u := range page.Items {
		if u.CreatedAt.Location() != time.UTC {
			t.Errorf("%s was created at %v, which is not UTC", u.ID, u.CreatedAt)
		}
	}
}

func TestAccount(t *testing.T) {
	p := answering(t, file(t, "account.json"))
	got := p.Collections().Accounts.Get(t.Context(), []string{"7011"})
	want := &model.Account{
		Entity: model.NewEntity(p.Connection(), model.TypeAccount, "7011"),
		Name:   at("Acme"), Status: model.AccountActive, VendorStatus: at("active"),
		Address: &model.Address{
			AddressLine1: at("Main street, 5, 12a"), PostCode: at("101000"), City: at("Moscow"), State: at("North"), Country: at("RU"),
		},
		CreatedAt: at(time.Date(2015, 2, 5, 10, 5, 1, 147e6, time.UTC)),
		UpdatedAt: at(time.Date(2015, 8, 17, 0, 0, 0, 0, time.UTC)),
	}
	if diff := cmp.Diff(want, got.Objects["7011"]); diff != "" {
		t.Error(diff)
	}
}

// Each field that the vendor documents makes a difference, and each field that
// the graph promises for this vendor is filled.
func TestEveryFieldIsMapped(t *testing.T) {
	full := map[string]any{
		"id": 1, "first_name": "John", "middle_name": "J", "last_name": "Doe", "email": "j@d.example", "status": "inactive",
		"custom_attributes": []any{map[string]any{"name": "Age", "value": "21"}},
		"created_at":        "2016-08-15T08:15:22.549+03:00", "updated_at": "2016-08-16T08:15:22.549+03:00",
	}
	whole := decodeUser(t, full)
	for field := range full {
		if field == "id" {
			continue
		}
		less := map[string]any{}
		for key, value := range full {
			if key != field {
				less[key] = value
			}
		}
		if cmp.Equal(whole, decodeUser(t, less)) {
			t.Errorf("%s makes no difference", field)
		}
	}
	for _, field := range []string{
		"Email", "Name", "FirstName", "MiddleName", "LastName", "Status", "VendorStatus", "CustomAttributes", "CreatedAt", "UpdatedAt",
	} {
		if reflect.ValueOf(whole).Elem().FieldByName(field).IsZero() {
			t.Errorf("%s is not filled", field)
		}
	}
}

func TestUserQuirks(t *testing.T) {
	for name, c := range map[string]struct {
		field string
		value any
		want  func(*model.User) any
		is    any
	}{
		"id as text":           {"id", "77", func(u *model.User) any { return u.VendorID }, "77"},
		"no first name":        {"first_name", "", func(u *model.User) any { return *u.Name }, "Doe"},
		"no last name":         {"last_name", "", func(u *model.User) any { return *u.Name }, "John"},
		"last name null":       {"last_name", nil, func(u *model.User) any { return u.LastName == nil }, true},
		"blank middle name":    {"middle_name", " ", func(u *model.User) any { return u.MiddleName == nil }, true},
		"unknown status":       {"status", "frozen", func(u *model.User) any { return string(u.Status) + *u.VendorStatus }, "OTHERfrozen"},
		"no status":            {"status", nil, func(u *model.User) any { return u.Status }, model.UserOther},
		"no date":              {"created_at", "", func(u *model.User) any { return u.CreatedAt == nil }, true},
		"plain date":           {"created_at", "2016-08-15", func(u *model.User) any { return *u.CreatedAt }, time.Date(2016, 8, 15, 0, 0, 0, 0, time.UTC)},
		"attributes null":      {"custom_attributes", nil, attributesOf, ""},
		"number":               {"custom_attributes", list("Desk", 12), attributesOf, "Desk=12 "},
		"truth":                {"custom_attributes", list("VIP", true), attributesOf, "VIP=true "},
		"nothing":              {"custom_attributes", list("Note", nil), attributesOf, "Note=nil "},
		"empty":                {"custom_attributes", list("Note", ""), attributesOf, "Note=nil "},
		"object":               {"custom_attributes", list("Note", map[string]any{"a": 1}), attributesOf, "Note=nil "},
		"password":             {"custom_attributes", list("Password", "x"), attributesOf, ""},
		"password in a name":   {"custom_attributes", list("old PassWord (VPN)", "x"), attributesOf, ""},
		"password in Russian":  {"custom_attributes", list("Пароль VPN", "x"), attributesOf, ""},
		"password by type":     {"custom_attributes", []any{map[string]any{"name": "Pin", "type": "Password", "value": "x"}}, attributesOf, ""},
		"password by key":      {"custom_attributes", []any{map[string]any{"name": "Pin", "key": "vpn_password", "value": "x"}}, attributesOf, ""},
		"attribute sans name":  {"custom_attributes", list("", "x"), attributesOf, ""},
		"unknown field, other": {"gender", map[string]any{"a": []int{1}}, func(u *model.User) any { return *u.Name }, "John Doe"},
	} {
		t.Run(name, func(t *testing.T) {
			row := map[string]any{"id": 1, "first_name": "John", "last_name": "Doe"}
			row[c.field] = c.value
			if got := c.want(decodeUser(t, row)); got != c.is {
				t.Errorf("got %v, want %v", got, c.is)
			}
		})
	}
}

func TestUnusableRows(t *testing.T) {
	for _, body := range []string{
		`[{}]`, `[null]`, `[[]]`, `[{"id":null}]`, `[{"id":"x"}]`, `[{"id":1.5}]`, `[{"id":-1}]`, `[{"id":0}]`, `[{"id":1e3}]`,
		`[{"id":12345678901234567890}]`, `[{"id":1,"email":3}]`, `[{"id":1,"created_at":"yesterday"}]`, `[{"id":1,"created_at":3}]`,
		`[{"id":1,"custom_attributes":{}}]`, `[{"id":1},{"id":2,"status":[]}]`, `{"users":[]}`, `"[]"`, `[`, `[{"id":1}`, `[{"id":1}]]`,
	} {
		page, err := answering(t, body).Collections().Users.Page(t.Context(), providers.Query{}, "")
		if providers.KindOf(err) != providers.BadResponse || page != nil {
			t.Errorf("%s: %v, %v; want BadResponse", body, page, err)
		}
	}
}

func TestForeignObjectIsDropped(t *testing.T) {
	found := answering(t, `{"id":2}`).Collections().Users.Get(t.Context(), []string{"1"})
	if len(found.Objects)+len(found.Failed) != 0 {
		t.Errorf("asked for 1, got %v", found)
	}
}

func TestErrorWords(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":"invalid_token"}`:                       "invalid_token",
		`{"code":4031,"error":"Please ask your manager"}`: "4031",
		`{"error_code":"E-17.b"}`:                         "E-17.b",
		`{"error":"Please ask your manager"}`:             "",
		`{"error":{"code":"deep"}}`:                       "",
		`{"error":"` + strings.Repeat("a", 65) + `"}`:     "",
		`{"error":"пароль"}`:                              "",
		`{"error":"a7Zq"}`:                                "a7Zq",
		`["error"]`:                                       "", `<html>`: "", ``: "", `null`: "", `3`: "",
	} {
		p := newProvider(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(body))
		})), token, time.Second)
		err, _ := p.Check(t.Context()).(*providers.Error) //nolint:errorlint // the contract wants this type itself
		if err == nil || err.VendorCode != want {
			t.Errorf("%s: %#v, want the word %q", body, err, want)
		}
	}
}

// A token of harmless letters could pass for an error word.
func TestTokenIsNoErrorWord(t *testing.T) {
	const plain = "0123456789abcdef0123456789abcdef"
	for _, body := range []string{`{"error":"` + plain + `"}`, `{"error":"token.` + plain + `"}`} {
		p := newProvider(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(body))
		})), plain, time.Second)
		if err, _ := p.Check(t.Context()).(*providers.Error); err == nil || err.VendorCode != "" { //nolint:errorlint // as above
			t.Errorf("%#v tells the token", err)
		}
	}
}

func FuzzUsers(f *testing.F) {
	example, err := os.ReadFile("testdata/users.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add(`[{"id":"1","custom_attributes":[{"name":"Password","value":1e999}],"created_at":""}]`)
	f.Fuzz(func(t *testing.T, body string) {
		page, err := over(t, body).Collections().Users.Page(t.Context(), providers.Query{}, "")
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
					t.Errorf("%q came through", a.Name)
				}
			}
		}
	})
}

func FuzzAccount(f *testing.F) {
	example, err := os.ReadFile("testdata/account.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Fuzz(func(t *testing.T, body string) {
		found := over(t, body).Collections().Accounts.Get(t.Context(), []string{"7011"})
		if len(found.Objects)+len(found.Failed) > 1 {
			t.Errorf("%v", found)
		}
	})
}

func decodeUser(t *testing.T, row map[string]any) *model.User {
	t.Helper()
	body, err := json.Marshal([]any{row})
	if err != nil {
		t.Fatal(err)
	}
	page, err := answering(t, string(body)).Collections().Users.Page(t.Context(), providers.Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	// Providers are compared by name elsewhere; here each answer has its own.
	page.Items[0].Provider = nil
	return page.Items[0]
}

func attributesOf(u *model.User) any {
	var b strings.Builder
	for _, a := range u.CustomAttributes {
		value := "nil"
		if a.Value != nil {
			value = *a.Value
		}
		b.WriteString(a.Name + "=" + value + " ")
	}
	return b.String()
}

func list(name string, value any) []any {
	return []any{map[string]any{"name": name, "value": value}}
}

func file(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func at[T any](value T) *T { return &value }
