package blendvision

import (
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// The vendor's words begin with the name of their enum; what follows is the word
// of this graph, but for those of an account's status.

func userStatus(word string) model.UserStatus {
	switch word {
	case "ACCOUNT_STATUS_ACTIVATED":
		return model.UserActive
	case "ACCOUNT_STATUS_DEACTIVATED":
		return model.UserInactive
	}
	return model.UserOther
}

func roleType(word string) model.MembershipRole {
	word, ok := strings.CutPrefix(word, "ROLE_TYPE_")
	switch role := model.MembershipRole(word); role {
	case model.RoleOwner, model.RoleAdmin, model.RoleStaff, model.RoleDeveloper,
		model.RoleContentContributor, model.RoleCustom:
		if ok {
			return role
		}
	}
	return model.RoleOther
}

func organizationStatus(word string) model.OrganizationStatus {
	word, ok := strings.CutPrefix(word, "ORGANIZATION_STATUS_")
	switch status := model.OrganizationStatus(word); status {
	case model.OrganizationActivated, model.OrganizationVerifying, model.OrganizationFailToVerify,
		model.OrganizationDeactivated, model.OrganizationDeleting, model.OrganizationDeleted,
		model.OrganizationActivationScheduled:
		if ok {
			return status
		}
	}
	return model.OrganizationOther
}

// organizationType is nil where the vendor gives none.
func organizationType(word string) *model.OrganizationType {
	if word == "" {
		return nil
	}
	other := model.OrganizationTypeOther
	word, ok := strings.CutPrefix(word, "ORGANIZATION_TYPE_")
	switch t := model.OrganizationType(word); t {
	case model.OrganizationRoot, model.OrganizationGeneralDistributor,
		model.OrganizationReseller, model.OrganizationBusiness:
		if ok {
			return &t
		}
	}
	return &other
}
