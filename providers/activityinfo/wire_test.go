package activityinfo_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

var compareFieldSets = cmp.AllowUnexported(model.FieldSet{})

// members returns the members of account 190780004 whose user list has this body.
func members(t testing.TB, body string) ([]*model.Membership, error) {
	t.Helper()
	p, _ := connect(t, responses{"/resources/billingAccounts/190780004/users": body})
	page, err := p.Collections().Memberships.Page(t.Context(), ofAccount("190780004"), "")
	if err != nil {
		return nil, err
	}
	return page.Items, nil
}

func TestMemberships_Example(t *testing.T) {
	got, err := members(t, readTestdata(t, "users.json"))
	if err != nil {
		t.Fatal(err)
	}
	p := &model.Provider{Name: "ai", Vendor: model.ActivityInfo, BaseURL: "https://activityinfo.example"}
	account := &model.Account{Entity: model.NewEntity(p, "Account", "190780004").WithFieldSet(model.OnlyFields())}
	want := []*model.Membership{
		{
			Entity: model.NewEntity(p, "Membership", "190780004/401"),
			User: &model.User{
				Entity: model.NewEntity(p, "User", "401"), Login: new("anna@acme.example"), Email: new("anna@acme.example"), Name: new("Anna Smith"),
				Status: "ACTIVE", LastLoginAt: new(time.Date(2026, 2, 23, 5, 23, 33, 731e6, time.UTC)),
			},
			Account: account, Role: "OWNER", VendorRole: new("OWNER"), License: new(model.LicenseFull), Status: "ACTIVE",
			Groups: []*model.Group{}, Buyers: []*model.Buyer{}, Modules: []*model.Module{},
		},
		{
			Entity: model.NewEntity(p, "Membership", "190780004/402"),
			User: &model.User{
				Entity: model.NewEntity(p, "User", "402"), Login: new("jose@acme.example"), Email: new("jose@acme.example"), Name: new("José O'Brien"),
				Status: "ACTIVE",
			},
			Account: account, Role: "MEMBER", VendorRole: new("NONE"), License: new(model.LicenseBasic), Status: "ACTIVE",
			Groups: []*model.Group{}, Buyers: []*model.Buyer{}, Modules: []*model.Module{},
		},
	}
	if diff := cmp.Diff(want, got, compareFieldSets); diff != "" {
		t.Error(diff)
	}
	wantUnset(t, got[0], "Organization", "VendorRoleID", "InvitedAt", "JoinedAt", "LastAccessAt", "Invitation", "Via", "Audit")
	wantUnset(t, got[0].User, "ContactEmail", "AccountType", "VendorAccountType", "FirstName", "MiddleName", "LastName", "VendorStatus", "Icon", "Phone", "Settings", "CustomAttributes", "CreatedAt", "UpdatedAt", "Audit", "CurrentAccount")
	if got[0].Account.HasField("name") || !got[0].Complete() || !got[0].User.Complete() {
		t.Error("want a short reference to the account and complete records otherwise")
	}
}

func TestAccounts_GetOfAnotherAccount(t *testing.T) {
	p, _ := connect(t, responses{"/resources/billingAccounts/7": `{"id":8}`})
	got := p.Collections().Accounts.Get(t.Context(), []string{"7", "9"})
	if len(got.Objects) != 0 || len(got.Failed) != 1 || providers.KindOf(got.Failed["7"]) != providers.BadResponse {
		t.Errorf("%v", got)
	}
}

func TestAccounts_Example(t *testing.T) {
	p, _ := connect(t, responses{"/resources/billingAccounts/190780004": readTestdata(t, "account.json")})
	got := p.Collections().Accounts.Get(t.Context(), []string{"190780004"}).Objects["190780004"]
	want := &model.Account{
		Entity: model.NewEntity(p.Connection(), "Account", "190780004"), Name: new("Acme"),
		Status: "ACTIVE", VendorStatus: new("ACTIVE"), ExternalID: new("SUB001"),
		Plan: &model.AccountPlan{
			Name: new("Enterprise"), UserLimit: new(500), FullUserLimit: new(50), UserCount: new(60),
			ExpiresAt: new(time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC)),
		},
	}
	if diff := cmp.Diff(want, got, compareFieldSets); diff != "" {
		t.Fatal(diff)
	}
	wantUnset(t, got, "Type", "ServiceLevel", "ExternalName", "ExternalIds", "Address", "Icon", "TechnicalSupportEmail", "Website", "Description", "CreatedAt", "UpdatedAt", "Audit")
}

// A number of a plan that is none costs itself, with an error at the plan; one that the vendor
// does not send is null.
func TestAccounts_PlanNumbers(t *testing.T) {
	for wire, c := range map[string]struct {
		want    *int
		invalid bool
	}{
		"0": {want: new(0)}, "60": {want: new(60)}, "60.0": {want: new(60)}, "6E1": {want: new(60)},
		"2147483647": {want: new(2147483647)}, "null": {},
		"2147483648": {invalid: true}, "-1": {invalid: true}, "0.5": {invalid: true}, "1e999": {invalid: true},
		`"60"`: {invalid: true}, `""`: {invalid: true}, "true": {invalid: true}, "{}": {invalid: true}, "[60]": {invalid: true},
	} {
		for _, field := range []string{"userLimit", "fullUserLimit", "userCount", "fullUserCount", "basicUserCount"} {
			p, _ := connect(t, responses{"/resources/billingAccounts/1": `{"id":1,"planName":"Team","` + field + `":` + wire + `}`})
			a := p.Collections().Accounts.Get(t.Context(), []string{"1"}).Objects["1"]
			if a == nil || a.Plan == nil || *a.Plan.Name != "Team" {
				t.Fatalf("%s %s: %+v", field, wire, a)
			}
			got := map[string]*int{
				"userLimit": a.Plan.UserLimit, "fullUserLimit": a.Plan.FullUserLimit, "userCount": a.Plan.UserCount,
				"fullUserCount": a.Plan.FullUserCount, "basicUserCount": a.Plan.BasicUserCount,
			}
			for name, n := range got {
				if name != field && n != nil || name == field && !reflect.DeepEqual(n, c.want) {
					t.Errorf("%s %s: %s is %v", field, wire, name, n)
				}
			}
			if a.IsInvalid("plan") != c.invalid || !a.Complete() {
				t.Errorf("%s %s: invalid: %t, want %t", field, wire, a.IsInvalid("plan"), c.invalid)
			}
		}
	}
}

// An account of which the vendor tells nothing of a plan has none.
func TestAccounts_WithoutPlan(t *testing.T) {
	p, _ := connect(t, responses{"/resources/billingAccounts/1": `{"id":1,"planName":null,"expirationTime":0}`})
	if a := p.Collections().Accounts.Get(t.Context(), []string{"1"}).Objects["1"]; a.Plan != nil || a.IsInvalid("plan") {
		t.Errorf("%+v", a.Plan)
	}
}

// wantUnset checks which fields of a record the vendor does not have.
func wantUnset(t *testing.T, record any, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, providertest.UnsetFields(record)); diff != "" {
		t.Errorf("%T: %s", record, diff)
	}
}

func TestMemberships_RoleAndLicense(t *testing.T) {
	for _, c := range []struct {
		fields  string
		role    model.MembershipRole
		vendor  *string
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
		if m.Role != c.role || !reflect.DeepEqual(m.VendorRole, c.vendor) || !reflect.DeepEqual(m.License, c.license) {
			t.Errorf("%s: role %q, license %v", c.fields, m.Role, m.License)
		}
		if m.User.Email != nil || m.User.Name != nil {
			t.Errorf("%s: missing text is not null", c.fields)
		}
	}
}

func TestMemberships_InvalidBody(t *testing.T) {
	for _, body := range []string{
		"", "null", "{}", `{"code":"FORBIDDEN"}`, "[null]", "[{}]", "[1]", `[{"userId":null}]`, `[{"userId":""}]`, `[{"userId":0}]`,
		`[{"userId":4.5}]`, `[{"userId":"1"}] []`, `[{"userId":"1"}`, `"[Circular Reference]"`, "<html>",
	} {
		if got, err := members(t, body); providers.KindOf(err) != providers.BadResponse {
			t.Errorf("%.40s: %v, %v; want BadResponse", body, got, err)
		}
	}
	if got, err := members(t, `[]`); err != nil || len(got) != 0 {
		t.Errorf("empty list: %v, %v", got, err)
	}
	if got, err := members(t, `[{"userId":432201}]`); err != nil || got[0].User.VendorID != "432201" {
		t.Errorf("numeric id: %v, %v", got, err)
	}
}

// A row without the id of a user costs the row, and makes each list incomplete that
// would contain it.
func TestMemberships_RowWithoutUser(t *testing.T) {
	p, _ := connect(t, responses{
		"/resources/databases":               "[]",
		"/resources/billingAccounts/1/users": `[{"userId":"11"},{"name":"Anna"},null,{"userId":4.5},{"userId":"12"}]`,
	}, "1")
	const want = "ai: invalid response: billing account 1: 3 rows have no valid id"
	for name, q := range map[string]providers.Query{"account": ofAccount("1"), "users": ofUsers("11", "12")} {
		page, err := p.Collections().Memberships.Page(t.Context(), q, "")
		if err != nil || len(page.Items) != 2 || page.Total != nil || len(page.Errors) != 1 || page.Errors[0].Error() != want {
			t.Errorf("memberships of %s: %+v, %v", name, page, err)
		}
	}
	page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 2 || page.Total != nil || len(page.Errors) != 1 || page.Errors[0].Error() != want {
		t.Errorf("users: %+v, %v", page, err)
	}
	result := p.Collections().Users.Get(t.Context(), []string{"11", "13"})
	if result.Objects["11"] == nil || providers.KindOf(result.Failed["13"]) != providers.BadResponse {
		t.Errorf("users by id: %+v", result)
	}
}

// The user list of an account that exists is never missing; that of another id is.
func TestMemberships_GetFromMissingList(t *testing.T) {
	for name, c := range map[string]struct {
		databases any
		kind      providers.Kind
	}{
		"unknown account":       {"[]", 0},
		"discovered account":    {`[{"billingAccountId":2}]`, providers.NotFound},
		"accounts are not read": {500, providers.NotFound},
	} {
		p := open(t, upstream.Config{Rand: func() float64 { return 0 }, Transport: &recorder{Handler: responses{"/resources/databases": c.databases}}}, "1")
		result := p.Collections().Memberships.Get(t.Context(), []string{"1/11", "2/11"})
		if len(result.Objects) != 0 || providers.KindOf(result.Failed["1/11"]) != providers.NotFound || providers.KindOf(result.Failed["2/11"]) != c.kind {
			t.Errorf("%s: %v", name, result)
		}
	}
}
