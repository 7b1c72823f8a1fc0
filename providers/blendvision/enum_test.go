package blendvision_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
)

func TestEnums_Values(t *testing.T) {
	account := func(t *testing.T, row string) *model.Membership {
		t.Helper()
		p := connect(t, respondWith(`{"accounts":[{"id":"1",`+row+`}]}`), "o")
		return p.Collections().Memberships.Get(t.Context(), []string{"o/1"}).Objects["o/1"]
	}
	organization := func(t *testing.T, row string) *model.Organization {
		t.Helper()
		p := connect(t, respondWith(`{"organization":{"id":"o",`+row+`}}`), "o")
		return p.Collections().Organizations.Get(t.Context(), []string{"o"}).Objects["o"]
	}
	for value, want := range map[string]model.MembershipRole{
		"ROLE_TYPE_OWNER": model.RoleOwner, "ROLE_TYPE_ADMIN": model.RoleAdmin, "ROLE_TYPE_STAFF": model.RoleStaff,
		"ROLE_TYPE_DEVELOPER": model.RoleDeveloper, "ROLE_TYPE_CONTENT_CONTRIBUTOR": model.RoleContentContributor,
		"ROLE_TYPE_CUSTOM": model.RoleCustom, "ROLE_TYPE_AUDITOR": model.RoleOther, "ROLE_TYPE_UNSPECIFIED": model.RoleOther,
		"OWNER": model.RoleOther, "ROLE_TYPE_": model.RoleOther, "ROLE_TYPE_MEMBER": model.RoleOther,
	} {
		if m := account(t, `"role_type":"`+value+`"`); m.Role != want || *m.VendorRole != value {
			t.Errorf("%s: %s, %s", value, m.Role, *m.VendorRole)
		}
	}
	for value, want := range map[string]model.UserStatus{
		"ACCOUNT_STATUS_ACTIVATED": model.UserActive, "ACCOUNT_STATUS_DEACTIVATED": model.UserInactive,
		"ACCOUNT_STATUS_LOCKED": model.UserOther, "ACTIVATED": model.UserOther,
	} {
		if m := account(t, `"status":"`+value+`"`); m.Status != want || m.User.Status != want || *m.User.VendorStatus != value {
			t.Errorf("%s: %s and %s, %s", value, m.Status, m.User.Status, *m.User.VendorStatus)
		}
	}
	for value, want := range map[string]model.OrganizationStatus{
		"ACTIVATED": model.OrganizationActivated, "VERIFYING": model.OrganizationVerifying,
		"FAIL_TO_VERIFY": model.OrganizationFailToVerify, "DEACTIVATED": model.OrganizationDeactivated,
		"DELETING": model.OrganizationDeleting, "DELETED": model.OrganizationDeleted,
		"ACTIVATION_SCHEDULED": model.OrganizationActivationScheduled, "ARCHIVED": model.OrganizationOther,
	} {
		value = "ORGANIZATION_STATUS_" + value
		if o := organization(t, `"status":"`+value+`"`); o.Status != want || *o.VendorStatus != value {
			t.Errorf("%s: %s, %s", value, o.Status, *o.VendorStatus)
		}
	}
	for value, want := range map[string]model.OrganizationType{
		"ROOT": model.OrganizationRoot, "GENERAL_DISTRIBUTOR": model.OrganizationGeneralDistributor,
		"RESELLER": model.OrganizationReseller, "BUSINESS": model.OrganizationBusiness, "PARTNER": model.OrganizationTypeOther,
	} {
		value = "ORGANIZATION_TYPE_" + value
		if o := organization(t, `"type":"`+value+`"`); *o.Type != want || *o.VendorType != value {
			t.Errorf("%s: %s, %s", value, *o.Type, *o.VendorType)
		}
	}
	if o := organization(t, `"status":"DELETED","type":"ROOT"`); o.Status != model.OrganizationOther || *o.Type != model.OrganizationTypeOther {
		t.Errorf("values without prefix: %s, %s", o.Status, *o.Type)
	}
}
