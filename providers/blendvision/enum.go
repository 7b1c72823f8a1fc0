package blendvision

import (
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// A value of a vendor's enum is the name of the enum followed by the value of the
// graph's enum, except for the status of an account.

func userStatus(value string) model.UserStatus {
	switch value {
	case "ACCOUNT_STATUS_ACTIVATED":
		return model.UserActive
	case "ACCOUNT_STATUS_DEACTIVATED":
		return model.UserInactive
	}
	return model.UserOther
}

func roleType(value string) model.MembershipRole {
	value, ok := strings.CutPrefix(value, "ROLE_TYPE_")
	switch role := model.MembershipRole(value); role {
	case model.RoleOwner, model.RoleAdmin, model.RoleStaff, model.RoleDeveloper,
		model.RoleContentContributor, model.RoleCustom:
		if ok {
			return role
		}
	}
	return model.RoleOther
}

func organizationStatus(value string) model.OrganizationStatus {
	value, ok := strings.CutPrefix(value, "ORGANIZATION_STATUS_")
	switch status := model.OrganizationStatus(value); status {
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
func organizationType(value string) *model.OrganizationType {
	if value == "" {
		return nil
	}
	other := model.OrganizationTypeOther
	value, ok := strings.CutPrefix(value, "ORGANIZATION_TYPE_")
	switch t := model.OrganizationType(value); t {
	case model.OrganizationRoot, model.OrganizationGeneralDistributor,
		model.OrganizationReseller, model.OrganizationBusiness:
		if ok {
			return &t
		}
	}
	return &other
}
