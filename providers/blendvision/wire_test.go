package blendvision_test

import (
	"net/http"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// same compares records, extents by what they hold.
func same(want, got any) string {
	return cmp.Diff(want, got, cmp.AllowUnexported(model.FieldSet{}))
}

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func ptr[T any](v T) *T { return &v }

// The example on https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-accounts
func TestAccountsExample(t *testing.T) {
	p := answering(t, always(file(t, "accounts.json")), "5a1c")
	page, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeOrganization, "5a1c"), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []*model.Membership{{
		Entity: model.NewEntity(p.Connection(), model.TypeMembership, "5a1c/string"),
		User: &model.User{
			Entity:       model.NewEntity(p.Connection(), model.TypeUser, "string"),
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
	}}
	if diff := same(want, page.Items); diff != "" {
		t.Error(diff)
	}
	if page.Next != "" || page.Total != nil {
		t.Errorf("Next %q, Total %v; the example's zeros tell neither", page.Next, page.Total)
	}
}

// An organization of the example on
// https://developers.blendvision.com/docs/api/bv-one/public-account-service-get-info
func TestOrganizationExample(t *testing.T) {
	const id = "04212e7d-16ab-4996-bc3a-cf88719cd867"
	p := answering(t, always(file(t, "organization.json")), id)
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
	found := p.Collections().Organizations.Get(t.Context(), []string{id, "another"})
	if diff := same(map[string]*model.Organization{id: want}, found.Objects); diff != "" || len(found.Failed) > 0 {
		t.Error(diff, found.Failed)
	}
	page, err := p.Collections().Organizations.Page(t.Context(), providers.Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := same([]*model.Organization{want}, page.Items); diff != "" || *page.Total != 1 {
		t.Error(diff, *page.Total)
	}
}

// filled reports which fields of a record are set.
func filled(record any) (set, unset []string) {
	v := reflect.ValueOf(record).Elem()
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			unset = append(unset, v.Type().Field(i).Name)
			continue
		}
		set = append(set, v.Type().Field(i).Name)
	}
	return set, unset
}

func TestEveryDocumentedFieldIsMapped(t *testing.T) {
	p := answering(t, func(r *http.Request) (int, string) {
		switch r.URL.Path {
		case "/bv/org/v1/sub-orgs":
			return http.StatusOK, `{"organizations":[{"id":"o","name":"n","parent_id":"p","parent_name":"pn",
				"type":"ORGANIZATION_TYPE_BUSINESS","status":"ORGANIZATION_STATUS_DEACTIVATED",
				"created_at":"2024-01-02T03:04:05Z","updated_at":"2024-01-02T03:04:05+09:00"}],"pagination":{}}`
		case "/bv/org/v1/organizations/roles":
			return http.StatusOK, `{"roles":[{"id":"r","name":"n","type":"ROLE_TYPE_CUSTOM","is_default":false}],"pagination":{}}`
		}
		return http.StatusOK, file(t, "accounts.json")
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
	// What the vendor does not have.
	for _, record := range []struct {
		value  any
		absent []string
	}{
		{members.Items[0].User, []string{
			"MiddleName", "Icon", "Phone", "LastLoginAt", "Settings", "CustomAttributes", "UpdatedAt", "Audit", "CurrentAccount",
		}},
		{members.Items[0], []string{
			"Account", "License", "JoinedAt", "LastAccessAt", "Invitation", "Groups", "Buyers", "Modules", "Audit",
		}},
		{below.Items[0], nil},
		{roles[0], nil},
	} {
		if _, unset := filled(record.value); !slices.Equal(unset, record.absent) {
			t.Errorf("%T: without a value are %q, want %q", record.value, unset, record.absent)
		}
	}
	if o := below.Items[0]; o.UpdatedAt.Location() != time.UTC || o.Parent.VendorID != "p" || *o.Parent.Name != "pn" ||
		!o.Parent.HasField("name") || o.Parent.HasField("status") || !o.Complete() || *roles[0].IsDefault {
		t.Errorf("%+v below %+v", o, o.Parent)
	}
}

func TestWhatIsUnsetIsNull(t *testing.T) {
	rows := `"accounts":[
		{"id":"empty","email":"","status":"","role_type":"","created_at":"","first_name":"","last_name":"","role_id":"","username":"","contact_email":""},
		{"id":"null","email":null,"status":null,"role_type":null,"created_at":null,"first_name":null,"last_name":null,"role_id":null},
		{"id":"absent"},
		{"id":"zero","created_at":"0001-01-01T00:00:00Z"}]`
	p := answering(t, always(`{`+rows+`,"pagination":{"total_items":4,"items_per_page":100,"current_page":1}}`), "o")
	page, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeOrganization, "o"), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range page.Items {
		if set, _ := filled(m.User); !slices.Equal(set, []string{"Entity", "Status"}) || m.User.Status != model.UserOther {
			t.Errorf("%s: the user has %q, status %s", m.VendorID, set, m.User.Status)
		}
		if set, _ := filled(m); !slices.Equal(set, []string{"Entity", "User", "Organization", "Role", "Status"}) || m.Role != model.RoleOther {
			t.Errorf("%s: the membership has %q, role %s", m.VendorID, set, m.Role)
		}
	}

	p = answering(t, always(`{"organization":{"id":"o","name":"","type":"","status":"","parent_id":"","parent_name":"",
		"created_at":null,"updated_at":"","next_contract":null,"license_key":""}}`), "o")
	o := p.Collections().Organizations.Get(t.Context(), []string{"o"}).Objects["o"]
	if set, _ := filled(o); !slices.Equal(set, []string{"Entity", "Status"}) || o.Status != model.OrganizationOther {
		t.Errorf("the organization has %q, status %s", set, o.Status)
	}
}

func TestEmailAndName(t *testing.T) {
	for row, want := range map[string][2]string{
		`"email":"a@x","username":"b@x","contact_email":"c@x"`:   {"a@x", ""},
		`"email":"","username":"b@x","contact_email":"c@x"`:      {"c@x", ""},
		`"email":"","username":"b@x","contact_email":""`:         {"b@x", ""},
		`"email":"","username":"handle","contact_email":""`:      {"", ""},
		`"email":"","username":"handle","contact_email":"c@x"`:   {"c@x", ""},
		`"first_name":"Anna","last_name":"Smith"`:                {"", "Anna Smith"},
		`"first_name":"Anna","last_name":""`:                     {"", "Anna"},
		`"first_name":"","last_name":"Smith"`:                    {"", "Smith"},
		`"first_name":"Jean Luc","last_name":"van der \"Berg\""`: {"", `Jean Luc van der "Berg"`},
		`"first_name":" ","last_name":" "`:                       {"", ""},
	} {
		p := answering(t, always(`{"accounts":[{"id":"1",`+row+`}]}`), "o")
		u := p.Collections().Users.Get(t.Context(), []string{"1"}).Objects["1"]
		for i, got := range []*string{u.Email, u.Name} {
			if got == nil && want[i] != "" || got != nil && *got != want[i] {
				t.Errorf("%s: %q is wrong, want %q", row, *got, want[i])
			}
		}
	}
}

func TestWords(t *testing.T) {
	account := func(t *testing.T, row string) *model.Membership {
		t.Helper()
		p := answering(t, always(`{"accounts":[{"id":"1",`+row+`}]}`), "o")
		return p.Collections().Memberships.Get(t.Context(), []string{"o/1"}).Objects["o/1"]
	}
	organization := func(t *testing.T, row string) *model.Organization {
		t.Helper()
		p := answering(t, always(`{"organization":{"id":"o",`+row+`}}`), "o")
		return p.Collections().Organizations.Get(t.Context(), []string{"o"}).Objects["o"]
	}
	for word, want := range map[string]model.MembershipRole{
		"ROLE_TYPE_OWNER": model.RoleOwner, "ROLE_TYPE_ADMIN": model.RoleAdmin, "ROLE_TYPE_STAFF": model.RoleStaff,
		"ROLE_TYPE_DEVELOPER": model.RoleDeveloper, "ROLE_TYPE_CONTENT_CONTRIBUTOR": model.RoleContentContributor,
		"ROLE_TYPE_CUSTOM": model.RoleCustom, "ROLE_TYPE_AUDITOR": model.RoleOther, "ROLE_TYPE_UNSPECIFIED": model.RoleOther,
		"OWNER": model.RoleOther, "ROLE_TYPE_": model.RoleOther, "ROLE_TYPE_MEMBER": model.RoleOther,
	} {
		if m := account(t, `"role_type":"`+word+`"`); m.Role != want || *m.VendorRole != word {
			t.Errorf("%s: %s, %s", word, m.Role, *m.VendorRole)
		}
	}
	for word, want := range map[string]model.UserStatus{
		"ACCOUNT_STATUS_ACTIVATED": model.UserActive, "ACCOUNT_STATUS_DEACTIVATED": model.UserInactive,
		"ACCOUNT_STATUS_LOCKED": model.UserOther, "ACTIVATED": model.UserOther,
	} {
		if m := account(t, `"status":"`+word+`"`); m.Status != want || m.User.Status != want || *m.User.VendorStatus != word {
			t.Errorf("%s: %s and %s, %s", word, m.Status, m.User.Status, *m.User.VendorStatus)
		}
	}
	for word, want := range map[string]model.OrganizationStatus{
		"ACTIVATED": model.OrganizationActivated, "VERIFYING": model.OrganizationVerifying,
		"FAIL_TO_VERIFY": model.OrganizationFailToVerify, "DEACTIVATED": model.OrganizationDeactivated,
		"DELETING": model.OrganizationDeleting, "DELETED": model.OrganizationDeleted,
		"ACTIVATION_SCHEDULED": model.OrganizationActivationScheduled, "ARCHIVED": model.OrganizationOther,
	} {
		word = "ORGANIZATION_STATUS_" + word
		if o := organization(t, `"status":"`+word+`"`); o.Status != want || *o.VendorStatus != word {
			t.Errorf("%s: %s, %s", word, o.Status, *o.VendorStatus)
		}
	}
	for word, want := range map[string]model.OrganizationType{
		"ROOT": model.OrganizationRoot, "GENERAL_DISTRIBUTOR": model.OrganizationGeneralDistributor,
		"RESELLER": model.OrganizationReseller, "BUSINESS": model.OrganizationBusiness, "PARTNER": model.OrganizationTypeOther,
	} {
		word = "ORGANIZATION_TYPE_" + word
		if o := organization(t, `"type":"`+word+`"`); *o.Type != want || *o.VendorType != word {
			t.Errorf("%s: %s, %s", word, *o.Type, *o.VendorType)
		}
	}
	if o := organization(t, `"status":"DELETED","type":"ROOT"`); o.Status != model.OrganizationOther || *o.Type != model.OrganizationTypeOther {
		t.Errorf("words without their prefix: %s, %s", o.Status, *o.Type)
	}
}
