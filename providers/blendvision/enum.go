package blendvision

import (
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// A value of a vendor's enum is the name of the enum followed by the value of the
// graph's enum, except for the status of an account.

func userStatus(value text) model.UserStatus {
	switch value {
	case "ACCOUNT_STATUS_ACTIVATED":
		return model.UserActive
	case "ACCOUNT_STATUS_DEACTIVATED":
		return model.UserInactive
	}
	return model.UserOther
}

// accountType returns nil for "": older versions of the API have no account types. An
// account without e-mail stands for a place or a device and not for one person.
func accountType(value text) *model.UserAccountType {
	switch value {
	case "":
		return nil
	case "ACCOUNT_TYPE_EMAIL":
		return new(model.UserAccountPerson)
	case "ACCOUNT_TYPE_NON_EMAIL":
		return new(model.UserAccountShared)
	}
	return new(model.UserAccountOther)
}

func roleType(value text) model.MembershipRole {
	name, ok := strings.CutPrefix(string(value), "ROLE_TYPE_")
	switch role := model.MembershipRole(name); role {
	case model.RoleOwner, model.RoleAdmin, model.RoleStaff, model.RoleDeveloper,
		model.RoleContentContributor, model.RoleCustom:
		if ok {
			return role
		}
	}
	return model.RoleOther
}

func organizationStatus(value text) model.OrganizationStatus {
	name, ok := strings.CutPrefix(string(value), "ORGANIZATION_STATUS_")
	switch status := model.OrganizationStatus(name); status {
	case model.OrganizationActivated, model.OrganizationVerifying, model.OrganizationFailToVerify,
		model.OrganizationDeactivated, model.OrganizationDeleting, model.OrganizationDeleted,
		model.OrganizationActivationScheduled:
		if ok {
			return status
		}
	}
	return model.OrganizationOther
}

// organizationType returns nil for "".
func organizationType(value text) *model.OrganizationType {
	if value == "" {
		return nil
	}
	other := model.OrganizationTypeOther
	name, ok := strings.CutPrefix(string(value), "ORGANIZATION_TYPE_")
	switch t := model.OrganizationType(name); t {
	case model.OrganizationRoot, model.OrganizationGeneralDistributor,
		model.OrganizationReseller, model.OrganizationBusiness:
		if ok {
			return &t
		}
	}
	return &other
}
