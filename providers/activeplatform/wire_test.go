package activeplatform_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

func TestUsers_DocumentedExample(t *testing.T) {
	p := fixedResponse(t, file(t, "users.json"))
	page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := []*model.User{{
		Entity:    model.NewEntity(p.Connection(), model.TypeUser, "2002984"),
		Login:     at("mario@activeplatform.com"),
		Email:     at("mario@activeplatform.com"),
		Name:      at("Oleg Ivanov"),
		FirstName: at("Oleg"), LastName: at("Ivanov"),
		Status: model.UserActive, VendorStatus: at("active"),
		CustomAttributes: []*model.CustomAttribute{},
		CreatedAt:        at(time.Date(2016, 10, 3, 2, 15, 22, 286e6, time.UTC)),
		UpdatedAt:        at(time.Date(2016, 10, 3, 2, 16, 19, 243e6, time.UTC)),
	}, {
		Entity:    model.NewEntity(p.Connection(), model.TypeUser, "2002983"),
		Login:     at("john.doe@activeplatform.com"),
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
			t.Errorf("%s: CreatedAt %v is not UTC", u.ID, u.CreatedAt)
		}
	}
}

func TestAccounts_Example(t *testing.T) {
	p := fixedResponse(t, file(t, "account.json"))
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

func TestUsers_EachFieldIsTranslated(t *testing.T) {
	full := map[string]any{
		"id": 1, "first_name": "John", "middle_name": "J", "last_name": "Doe", "email": "j@d.example", "status": "inactive",
		"custom_attributes": []any{map[string]any{"name": "Age", "value": "21"}},
		"created_at":        "2016-08-15T08:15:22.549+03:00", "updated_at": "2016-08-16T08:15:22.549+03:00",
	}
	complete := decodeUser(t, full)
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
		if cmp.Equal(complete, decodeUser(t, less)) {
			t.Errorf("%s is ignored", field)
		}
	}
}

// The fields that this vendor does not have.
func TestRecords_UnsetFields(t *testing.T) {
	p := fixedResponse(t, file(t, "users.json"))
	c := p.Collections()
	members, err := c.Memberships.Page(t.Context(), of(model.TypeAccount, "7011", providers.Filter{}), "")
	if err != nil {
		t.Fatal(err)
	}
	account := fixedResponse(t, file(t, "account.json")).Collections().Accounts.Get(t.Context(), []string{"7011"}).Objects["7011"]
	for _, c := range []struct {
		record any
		want   []string
	}{
		{members.Items[1].User, []string{"ContactEmail", "AccountType", "VendorAccountType", "Icon", "Phone", "LastLoginAt", "Settings", "Audit", "CurrentAccount"}},
		{members.Items[1], []string{
			"Organization", "VendorRole", "VendorRoleID", "License", "InvitedAt", "JoinedAt", "LastAccessAt", "Invitation", "Via", "Audit",
		}},
		{account, []string{
			"Type", "ServiceLevel", "ExternalID", "ExternalName", "ExternalIds", "Icon", "TechnicalSupportEmail", "Website", "Description", "Plan", "Audit",
		}},
	} {
		if diff := cmp.Diff(c.want, providertest.UnsetFields(c.record)); diff != "" {
			t.Errorf("%T: %s", c.record, diff)
		}
	}
}

// createdAtIsInvalid reports whether the time of a user without one is invalid, not absent.
func createdAtIsInvalid(u *model.User) any { return u.CreatedAt == nil && u.IsInvalid("createdAt") }

func TestUsers_UnusualValues(t *testing.T) {
	for name, c := range map[string]struct {
		field string
		value any
		got   func(*model.User) any
		want  any
	}{
		"id as text":          {"id", "77", func(u *model.User) any { return u.VendorID }, "77"},
		"long id":             {"id", json.RawMessage("12345678901234567890123"), func(u *model.User) any { return u.VendorID }, "12345678901234567890123"},
		"id with zeros":       {"id", "007", func(u *model.User) any { return u.VendorID }, "007"},
		"name is a number":    {"first_name", 7, func(u *model.User) any { return *u.Name }, "7 Doe"},
		"name is an object":   {"first_name", map[string]any{"a": 1}, func(u *model.User) any { return *u.Name }, "Doe"},
		"status is a list":    {"status", []any{}, func(u *model.User) any { return string(u.Status) }, "OTHER"},
		"date is a number":    {"created_at", 0, createdAtIsInvalid, true},
		"date is no date":     {"created_at", "yesterday", createdAtIsInvalid, true},
		"date without offset": {"created_at", "2016-08-15T08:15:22", createdAtIsInvalid, true},
		"date with +0300":     {"created_at", "2016-08-15T08:15:22.549+0300", createdAtIsInvalid, true},
		"attributes {}":       {"custom_attributes", map[string]any{}, attributesOf, ""},
		"attribute is text":   {"custom_attributes", []any{"Desk", map[string]any{"name": "Age", "value": 1}}, attributesOf, "Age=1 "},
		"no first name":       {"first_name", "", func(u *model.User) any { return *u.Name }, "Doe"},
		"no last name":        {"last_name", "", func(u *model.User) any { return *u.Name }, "John"},
		"last name null":      {"last_name", nil, func(u *model.User) any { return u.LastName == nil }, true},
		"blank middle name":   {"middle_name", " ", func(u *model.User) any { return u.MiddleName == nil }, true},
		"unknown status":      {"status", "frozen", func(u *model.User) any { return string(u.Status) + *u.VendorStatus }, "OTHERfrozen"},
		"no status":           {"status", nil, func(u *model.User) any { return u.Status }, model.UserOther},
		"no date":             {"created_at", "", createdAtIsInvalid, false},
		"date is null":        {"created_at", nil, createdAtIsInvalid, false},
		"date of the year 1":  {"created_at", "0001-01-01T00:00:00Z", createdAtIsInvalid, false},
		"update is no date":   {"updated_at", "yesterday", func(u *model.User) any { return u.IsInvalid("updatedAt") && !u.IsInvalid("createdAt") }, true},
		"plain date":          {"created_at", "2016-08-15", func(u *model.User) any { return *u.CreatedAt }, time.Date(2016, 8, 15, 0, 0, 0, 0, time.UTC)},
		"attributes null":     {"custom_attributes", nil, attributesOf, ""},
		"number":              {"custom_attributes", list("Desk", 12), attributesOf, "Desk=12 "},
		"boolean":             {"custom_attributes", list("VIP", true), attributesOf, "VIP=true "},
		"null":                {"custom_attributes", list("Note", nil), attributesOf, "Note=nil "},
		"empty":               {"custom_attributes", list("Note", ""), attributesOf, "Note=nil "},
		"object":              {"custom_attributes", list("Note", map[string]any{"a": 1}), attributesOf, "Note=nil "},
		"password":            {"custom_attributes", list("Password", "x"), attributesOf, ""},
		"password in a name":  {"custom_attributes", list("old PassWord (VPN)", "x"), attributesOf, ""},
		"password in Russian": {"custom_attributes", list("Пароль VPN", "x"), attributesOf, ""},
		"password by type":    {"custom_attributes", []any{map[string]any{"name": "Pin", "type": "Password", "value": "x"}}, attributesOf, ""},
		"password by key":     {"custom_attributes", []any{map[string]any{"name": "Pin", "key": "vpn_password", "value": "x"}}, attributesOf, ""},
		"no attribute name":   {"custom_attributes", list("", "x"), attributesOf, ""},
		"undocumented field":  {"gender", map[string]any{"a": []int{1}}, func(u *model.User) any { return *u.Name }, "John Doe"},
	} {
		t.Run(name, func(t *testing.T) {
			row := map[string]any{"id": 1, "first_name": "John", "last_name": "Doe"}
			row[c.field] = c.value
			if got := c.got(decodeUser(t, row)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestUsers_InvalidBody(t *testing.T) {
	for _, body := range []string{
		`{"users":[]}`, `"[]"`, `null`, `[`, `[{"id":1}`, `[{"id":1}]]`,
	} {
		page, err := fixedResponse(t, body).Collections().Users.Page(t.Context(), providers.Query{}, "")
		if providers.KindOf(err) != providers.BadResponse || page != nil {
			t.Errorf("%s: %v, %v; want BadResponse", body, page, err)
		}
	}
}

// A row that is no user is left out, and the list is not complete.
func TestUsers_RowWithoutID(t *testing.T) {
	for _, row := range []string{
		`{}`, `null`, `[]`, `7`, `{"id":null}`, `{"id":"x"}`, `{"id":1.5}`, `{"id":-1}`, `{"id":0}`, `{"id":1e3}`, `{"id":{}}`, `{"email":"a@b.example"}`,
	} {
		page, err := fixedResponse(t, `[{"id":1},`+row+`,{"id":2}]`).Collections().Users.Page(t.Context(), providers.Query{}, "")
		if err != nil || len(page.Items) != 2 || len(page.Errors) != 1 || providers.KindOf(page.Errors[0]) != providers.BadResponse {
			t.Errorf("%s: %+v, %v", row, page, err)
		}
	}
}

func decodeUser(t *testing.T, row map[string]any) *model.User {
	t.Helper()
	body, err := json.Marshal([]any{row})
	if err != nil {
		t.Fatal(err)
	}
	page, err := fixedResponse(t, string(body)).Collections().Users.Page(t.Context(), providers.Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	// Each call builds another provider; exclude it from comparisons.
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
