package blendvision_test

import (
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

// diff compares records including their field sets.
func diff(want, got any) string {
	return cmp.Diff(want, got, cmp.AllowUnexported(model.FieldSet{}))
}

func ptr[T any](v T) *T { return &v }

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The example on https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-accounts
func TestMemberships_DocumentedExample(t *testing.T) {
	p := connect(t, respondWith(file(t, "accounts.json")), "5a1c")
	page, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeOrganization, "5a1c"), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []*model.Membership{{
		Entity: model.NewEntity(p.Connection(), model.TypeMembership, "5a1c/string"),
		User: &model.User{
			Entity:       model.NewEntity(p.Connection(), model.TypeUser, "string"),
			Login:        ptr("string"),
			Email:        ptr("string"),
			Name:         ptr("string string"),
			FirstName:    ptr("string"),
			LastName:     ptr("string"),
			Status:       model.UserActive,
			VendorStatus: ptr("ACCOUNT_STATUS_ACTIVATED"),
			CreatedAt:    ptr(time.Date(2024, 7, 29, 15, 51, 28, 71e6, time.UTC)),
		},
		Organization: &model.Organization{
			Entity: model.NewEntity(p.Connection(), model.TypeOrganization, "5a1c").WithFieldSet(model.OnlyFields()),
		},
		Role:         model.RoleOwner,
		VendorRole:   ptr("ROLE_TYPE_OWNER"),
		VendorRoleID: ptr("string"),
		Status:       model.UserActive,
		Groups:       []*model.Group{}, Buyers: []*model.Buyer{}, Modules: []*model.Module{},
	}}
	if delta := diff(want, page.Items); delta != "" {
		t.Error(delta)
	}
	if page.Next == "" || page.Total != nil {
		t.Errorf("Next %q, Total %v; want a next page, since zeros mean unset", page.Next, page.Total)
	}
}

// An organization of the example on
// https://developers.blendvision.com/docs/api/bv-one/public-account-service-get-info
func TestOrganizations_DocumentedExample(t *testing.T) {
	const id = "04212e7d-16ab-4996-bc3a-cf88719cd867"
	p := connect(t, respondWith(file(t, "organization.json")), id)
	want := &model.Organization{
		Entity:       model.NewEntity(p.Connection(), model.TypeOrganization, id),
		Name:         ptr("KKS Root 1234"),
		Type:         ptr(model.OrganizationRoot),
		VendorType:   ptr("ORGANIZATION_TYPE_ROOT"),
		Status:       model.OrganizationActivated,
		VendorStatus: ptr("ORGANIZATION_STATUS_ACTIVATED"),
		CreatedAt:    ptr(time.Date(2022, 12, 5, 7, 30, 23, 0, time.UTC)),
		UpdatedAt:    ptr(time.Date(2023, 5, 18, 11, 37, 21, 0, time.UTC)),
	}
	found := p.Collections().Organizations.Get(t.Context(), []string{id, strings.ToUpper(id)})
	if delta := diff(map[string]*model.Organization{id: want, strings.ToUpper(id): want}, found.Objects); delta != "" || len(found.Failed) > 0 {
		t.Error(delta, found.Failed)
	}
	page, err := p.Collections().Organizations.Page(t.Context(), providers.Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if delta := diff([]*model.Organization{want}, page.Items); delta != "" || *page.Total != 1 {
		t.Error(delta, *page.Total)
	}
}

func TestRecords_UnsetFields(t *testing.T) {
	p := connect(t, func(r *http.Request) (int, string) {
		switch r.URL.Path {
		case "/bv/org/v1/sub-orgs":
			return http.StatusOK, `{"organizations":[{"id":"o","name":"n","parent_id":"p","parent_name":"pn",
				"type":"ORGANIZATION_TYPE_BUSINESS","status":"ORGANIZATION_STATUS_DEACTIVATED",
				"created_at":"2024-01-02T03:04:05Z","updated_at":"2024-01-02T03:04:05+09:00"}],"pagination":{}}`
		case "/bv/org/v1/organizations/roles":
			return respondWith(`{"roles":[{"id":"r","name":"n","type":"ROLE_TYPE_CUSTOM","is_default":false}],"pagination":{}}`)(r)
		}
		// The latest documentation has further members.
		latest := `"username": "u", "contact_email": "c", "account_type": "ACCOUNT_TYPE_EMAIL", "role_id"`
		return respondWith(strings.Replace(file(t, "accounts.json"), `"role_id"`, latest, 1))(r)
	}, "p")
	c := p.Collections()
	members, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization, "p"), "")
	if err != nil {
		t.Fatal(err)
	}
	below, err := c.Organizations.Page(t.Context(), of(model.TypeOrganization, "p"), "")
	if err != nil {
		t.Fatal(err)
	}
	roles, err := c.Roles(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	// The fields that the vendor does not have.
	for _, record := range []struct {
		value any
		unset []string
	}{
		{members.Items[0].User, []string{
			"MiddleName", "Icon", "Phone", "LastLoginAt", "Settings", "CustomAttributes", "UpdatedAt", "Audit", "CurrentAccount",
		}},
		{members.Items[0], []string{
			"Account", "License", "InvitedAt", "JoinedAt", "LastAccessAt", "Invitation", "Via", "Audit",
		}},
		{below.Items[0], nil},
		{roles[0], nil},
	} {
		if unset := providertest.UnsetFields(record.value); !slices.Equal(unset, record.unset) {
			t.Errorf("%T: unset fields %q, want %q", record.value, unset, record.unset)
		}
	}
	if o := below.Items[0]; o.UpdatedAt.Location() != time.UTC || o.Parent.VendorID != "p" || *o.Parent.Name != "pn" ||
		!o.Parent.HasField("name") || o.Parent.HasField("status") || !o.Complete() || *roles[0].IsDefault {
		t.Errorf("%+v with parent %+v", o, o.Parent)
	}
}

// setFields returns the names of the fields of a record that are set.
func setFields(record any) []string {
	unset := providertest.UnsetFields(record)
	var set []string
	for i, t := 0, reflect.TypeOf(record).Elem(); i < t.NumField(); i++ {
		if name := t.Field(i).Name; !slices.Contains(unset, name) {
			set = append(set, name)
		}
	}
	return set
}

func TestRecords_UnsetValues(t *testing.T) {
	rows := `"accounts":[
		{"id":"empty","email":"","status":"","role_type":"","created_at":"","first_name":"","last_name":"","role_id":"","username":"","contact_email":""},
		{"id":"null","email":null,"status":null,"role_type":null,"created_at":null,"first_name":null,"last_name":null,"role_id":null},
		{"id":"absent"},
		{"id":"zero","created_at":"0001-01-01T00:00:00Z"}]`
	p := connect(t, respondWith(`{`+rows+`,"pagination":{"total_items":4,"items_per_page":100,"current_page":1}}`), "o")
	page, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeOrganization, "o"), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range page.Items {
		if set := setFields(m.User); !slices.Equal(set, []string{"Entity", "Status"}) || m.User.Status != model.UserOther {
			t.Errorf("%s: user has %q, status %s", m.VendorID, set, m.User.Status)
		}
		if set := setFields(m); !slices.Equal(set, []string{"Entity", "User", "Organization", "Role", "Status", "Groups", "Buyers", "Modules"}) || m.Role != model.RoleOther {
			t.Errorf("%s: membership has %q, role %s", m.VendorID, set, m.Role)
		}
	}

	p = connect(t, respondWith(`{"organization":{"id":"o","name":"","type":"","status":"","parent_id":"","parent_name":"",
		"created_at":null,"updated_at":"","next_contract":null,"license_key":""}}`), "o")
	o := p.Collections().Organizations.Get(t.Context(), []string{"o"}).Objects["o"]
	if set := setFields(o); !slices.Equal(set, []string{"Entity", "Status"}) || o.Status != model.OrganizationOther {
		t.Errorf("organization has %q, status %s", set, o.Status)
	}
}

func TestUsers_SignIn(t *testing.T) {
	const email, nonEmail = `,"account_type":"ACCOUNT_TYPE_EMAIL"`, `,"account_type":"ACCOUNT_TYPE_NON_EMAIL"`
	for row, want := range map[string]struct{ login, email, contact string }{
		// The latest documentation: username identifies the user.
		`"email":"","username":"b@x","contact_email":"c@x"` + email:          {"b@x", "b@x", "c@x"},
		`"username":"Real@Example.com","contact_email":"other@example.com"`:  {"Real@Example.com", "Real@Example.com", "other@example.com"},
		`"email":"a@x","username":"b@x","contact_email":"c@x"` + email:       {"b@x", "b@x", "c@x"},
		`"username":"boss@example.com"` + email:                              {"boss@example.com", "boss@example.com", ""},
		`"username":"kiosk-7","contact_email":"boss@example.com"` + nonEmail: {"kiosk-7", "", "boss@example.com"},
		`"email":"boss@example.com","username":"kiosk-7"` + nonEmail:         {"kiosk-7", "", ""},
		`"username":"boss@example.com"` + nonEmail:                           {"boss@example.com", "", ""},
		`"email":"","username":"handle","contact_email":"c@x"`:               {"handle", "", "c@x"},
		`"email":"a@x","username":"handle"`:                                  {"handle", "a@x", ""},
		`"username":"@handle"`:                                               {"@handle", "", ""},
		`"username":"handle@"`:                                               {"handle@", "", ""},
		`"username":"jo @ the bar"`:                                          {"jo @ the bar", "", ""},
		`"contact_email":"c@x"`:                                              {"", "", "c@x"},
		`"email":"a@x","username":"","contact_email":""`:                     {"a@x", "a@x", ""},
		// Older documentation.
		`"email":"a@x"`: {"a@x", "a@x", ""},
		`"email":""`:    {"", "", ""},
	} {
		u := firstUser(t, row)
		for i, got := range []*string{u.Login, u.Email, u.ContactEmail} {
			if want := []string{want.login, want.email, want.contact}[i]; got == nil && want != "" || got != nil && *got != want {
				t.Errorf("%s: %s is %v, want %q", row, []string{"login", "email", "contactEmail"}[i], got, want)
			}
		}
	}
}

func TestUsers_AccountType(t *testing.T) {
	for value, want := range map[string]*model.UserAccountType{
		"": nil, "ACCOUNT_TYPE_EMAIL": ptr(model.UserAccountPerson), "ACCOUNT_TYPE_NON_EMAIL": ptr(model.UserAccountShared),
		"ACCOUNT_TYPE_ROBOT": ptr(model.UserAccountOther), "EMAIL": ptr(model.UserAccountOther),
	} {
		u := firstUser(t, `"account_type":"`+value+`"`)
		if delta := diff(want, u.AccountType); delta != "" || value != "" && *u.VendorAccountType != value {
			t.Errorf("%q: %s, vendor's value %v", value, delta, u.VendorAccountType)
		}
	}
}

func TestUsers_Name(t *testing.T) {
	for row, want := range map[string]string{
		`"first_name":"Anna","last_name":"Smith"`:                "Anna Smith",
		`"first_name":"Anna","last_name":""`:                     "Anna",
		`"first_name":"","last_name":"Smith"`:                    "Smith",
		`"first_name":"Jean Luc","last_name":"van der \"Berg\""`: `Jean Luc van der "Berg"`,
		`"first_name":" ","last_name":" "`:                       "",
		`"first_name":7,"last_name":"of Nine"`:                   "7 of Nine",
		`"first_name":{"en":"Anna"},"last_name":["Smith"]`:       "",
	} {
		if got := firstUser(t, row).Name; got == nil && want != "" || got != nil && *got != want {
			t.Errorf("%s: %v, want %q", row, got, want)
		}
	}
}

// firstUser returns the user of an account with these members.
func firstUser(t *testing.T, members string) *model.User {
	t.Helper()
	page, err := connect(t, respondWith(`{"accounts":[{"id":"1",`+members+`}]}`), "o").Collections().Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 1 || len(page.Errors) != 0 {
		t.Fatalf("%s: %+v, %v", members, page, err)
	}
	return page.Items[0]
}

func TestCollections_InvalidBody(t *testing.T) {
	for _, body := range []string{
		// An error with HTTP status 200.
		`{"code":7,"message":"permission denied","details":[]}`,
		`{"code":"7","message":"permission denied"}`,
		`{"code":13,"message":"x","accounts":[],"roles":[],"organizations":[],"organization":{"id":"o"},"pagination":{}}`,
		// Another structure.
		`{}`, `[]`, `null`, `"x"`, `{"account":[{"id":"1"}]}`, `{"accounts":null,"roles":null,"organizations":null,"organization":null}`,
		`{"accounts":{},"roles":{},"organizations":{},"organization":[]}`,
		`{"accounts":[1],"roles":[1],"organizations":[1],"organization":1}`,
		// No row with an id.
		`{"accounts":[{"email":"a@x"}],"roles":[{"name":"x"}],"organizations":[{"name":"x"}],"organization":{"name":"x"}}`,
		`{"accounts":[{"id":{}}],"roles":[{"id":{}}],"organizations":[{"id":{}}],"organization":{"id":{}}}`,
		`{"accounts":[null],"roles":[null],"organizations":[null],"organization":null}`,
		`{"accounts":[{"id":"1"},{"id":"2"}`,
		`{"accounts":[{"id":"1"}]} {}`,
	} {
		p := connect(t, respondWith(body), "o")
		c := p.Collections()
		_, users := c.Users.Page(t.Context(), providers.Query{}, "")
		_, below := c.Organizations.Page(t.Context(), of("Organization", "o"), "")
		_, organizations := c.Organizations.Page(t.Context(), providers.Query{}, "")
		_, roles := c.Roles(t.Context(), "o")
		for name, err := range map[string]error{
			"Check": p.Check(t.Context()), "users": users, "below": below, "organizations": organizations, "roles": roles,
			"user":         c.Users.Get(t.Context(), []string{"1"}).Failed["1"],
			"membership":   c.Memberships.Get(t.Context(), []string{"o/1"}).Failed["o/1"],
			"organization": c.Organizations.Get(t.Context(), []string{"o"}).Failed["o"],
		} {
			if providers.KindOf(err) != providers.BadResponse {
				t.Errorf("%s from %s: %v, want BadResponse", name, body, err)
			}
		}
	}
}

// A row without an id is left out, and the list is not complete.
func TestLists_RowWithoutID(t *testing.T) {
	for _, row := range []string{`{}`, `null`, `7`, `[]`, `{"id":null}`, `{"id":""}`, `{"id":[]}`, `{"email":"a@x"}`} {
		rows := `[{"id":"1"},` + row + `,{"id":2}]`
		c := connect(t, respondWith(`{"accounts":`+rows+`,"organizations":`+rows+`,"roles":`+rows+`,"pagination":{"total_items":3}}`), "o").Collections()
		users, err := c.Users.Page(t.Context(), providers.Query{}, "")
		if err != nil || len(users.Items) != 2 || users.Items[1].VendorID != "2" || users.Total != nil || len(users.Errors) != 1 || providers.KindOf(users.Errors[0]) != providers.BadResponse {
			t.Errorf("users with %s: %+v, %v", row, users, err)
		}
		below, err := c.Organizations.Page(t.Context(), of(model.TypeOrganization, "o"), "")
		if err != nil || len(below.Items) != 2 || len(below.Errors) != 1 {
			t.Errorf("organizations with %s: %+v, %v", row, below, err)
		}
		members, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), "")
		if err != nil || len(members.Items) != 1 || members.Total != nil || len(members.Errors) != 1 {
			t.Errorf("memberships with %s: %+v, %v", row, members, err)
		}
		if _, err := c.Roles(t.Context(), "o"); providers.KindOf(err) != providers.BadResponse {
			t.Errorf("roles with %s: %v", row, err)
		}
		found := c.Users.Get(t.Context(), []string{"1", "3"})
		if found.Objects["1"] == nil || providers.KindOf(found.Failed["3"]) != providers.BadResponse {
			t.Errorf("users by id with %s: %+v", row, found)
		}
	}
}

func TestTimestamp_Invalid(t *testing.T) {
	for _, text := range []string{
		`"yesterday"`, `1722268288`, `{}`, `"2024-13-01T00:00:00Z"`, `true`, `"2024-07-29T15:51:28"`, `"2024-07-29T15:51:28.071+0900"`,
	} {
		if u := firstUser(t, `"last_name":"Smith","created_at":`+text); u.CreatedAt != nil || !u.IsInvalid("createdAt") || *u.Name != "Smith" {
			t.Errorf("created_at %s: %+v", text, u)
		}
	}
	for _, text := range []string{`null`, `""`, `"0001-01-01T00:00:00Z"`, `"2024-07-29"`, `"2024-07-29T15:51:28.071+09:00"`} {
		if u := firstUser(t, `"created_at":`+text); u.IsInvalid("createdAt") {
			t.Errorf("created_at %s is invalid", text)
		}
	}
}
