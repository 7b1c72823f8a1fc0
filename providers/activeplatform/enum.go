package activeplatform

import (
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// userStatus maps the documented statuses, active and inactive.
func userStatus(status *string) model.UserStatus {
	switch {
	case status == nil:
		return model.UserOther
	case *status == "active":
		return model.UserActive
	case *status == "inactive":
		return model.UserInactive
	}
	return model.UserOther
}

// accountStatus maps a status that the graph has, in any case. The vendor does not
// document the statuses of an account.
func accountStatus(status *string) model.AccountStatus {
	if status == nil {
		return model.AccountOther
	}
	switch s := model.AccountStatus(strings.ToUpper(*status)); s {
	case model.AccountActive, model.AccountInactive, model.AccountEnabled,
		model.AccountDisabled, model.AccountSuspended, model.AccountClosed:
		return s
	}
	return model.AccountOther
}
