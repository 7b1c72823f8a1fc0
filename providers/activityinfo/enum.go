package activityinfo

import "github.com/accountgraph/accountgraph/graph/model"

// membershipRole maps the documented roles, OWNER and NONE.
func membershipRole(role string) model.MembershipRole {
	switch role {
	case "OWNER":
		return model.RoleOwner
	case "NONE":
		return model.RoleMember
	}
	return model.RoleOther
}

// userLicense returns nil if there is no license type.
func userLicense(license string) *model.License {
	switch l := model.License(license); l {
	case "":
		return nil
	case model.LicenseNone, model.LicenseBasic, model.LicenseFull:
		return &l
	}
	return new(model.LicenseOther)
}

func accountStatus(status string) model.AccountStatus {
	switch s := model.AccountStatus(status); s {
	case model.AccountActive, model.AccountSuspended, model.AccountClosed:
		return s
	}
	return model.AccountOther
}
