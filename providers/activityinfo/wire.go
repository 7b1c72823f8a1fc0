package activityinfo

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// The vendor marks every field of a user as required, but a user who never
// signed in has no time to give, and its own client for R finds more fields in
// an answer than are documented. So unknown fields are passed over and missing
// ones are null; only what identifies an object must be there.

type wireUser struct {
	UserID             text         `json:"userId"`
	Email              string       `json:"email"`
	Name               string       `json:"name"`
	BillingAccountRole string       `json:"billingAccountRole"`
	UserLicenseType    string       `json:"userLicenseType"`
	LastLoginTime      milliseconds `json:"lastLoginTime"`
}

type wireAccount struct {
	ID     number `json:"id"`
	Code   string `json:"code"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

type wireDatabase struct {
	BillingAccountID number `json:"billingAccountId"`
}

var errShape = errors.New("not the documented shape")

func decodeMembers(body []byte, p *model.Provider, account string) ([]*model.Membership, error) {
	rows, err := decodeRows[wireUser](body)
	if err != nil {
		return nil, err
	}
	// The list says nothing of the account but its id.
	tenant := &model.Account{Entity: model.NewEntity(p, model.TypeAccount, account).WithFieldSet(model.OnlyFields())}
	members := make([]*model.Membership, len(rows))
	for i, row := range rows {
		entity := model.NewEntity(p, model.TypeMembership, model.JoinMembership(account, string(row.UserID)))
		if _, err := model.ParseID(string(entity.ID)); err != nil {
			return nil, err
		}
		members[i] = &model.Membership{
			Entity:     entity,
			User:       row.user(p),
			Account:    tenant,
			Role:       role(row.BillingAccountRole),
			VendorRole: optional(row.BillingAccountRole),
			License:    license(row.UserLicenseType),
			Status:     model.UserActive,
		}
	}
	return members, nil
}

// user is a full record, since a row tells all that the vendor has of a user.
// The vendor has no status: whoever is listed can sign in.
func (w wireUser) user(p *model.Provider) *model.User {
	return &model.User{
		Entity:      model.NewEntity(p, model.TypeUser, string(w.UserID)),
		Email:       optional(w.Email),
		Name:        optional(w.Name),
		Status:      model.UserActive,
		LastLoginAt: w.LastLoginTime.at,
	}
}

func decodeAccount(body []byte, p *model.Provider) (*model.Account, error) {
	var w wireAccount
	if err := json.Unmarshal(body, &w); err != nil {
		return nil, err
	}
	if w.ID == "" {
		return nil, errShape
	}
	return &model.Account{
		Entity:       model.NewEntity(p, model.TypeAccount, string(w.ID)),
		Name:         optional(w.Name),
		Status:       accountStatus(w.Status),
		VendorStatus: optional(w.Status),
		ExternalID:   optional(w.Code),
	}, nil
}

func accountID(body []byte) (string, error) {
	var w struct {
		ID number `json:"id"`
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return "", err
	}
	if w.ID == "" {
		return "", errShape
	}
	return string(w.ID), nil
}

func decodeDatabases(body []byte) ([]string, error) {
	rows, err := decodeRows[wireDatabase](body)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		if row.BillingAccountID != "" {
			ids = append(ids, string(row.BillingAccountID))
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		// Without leading zeros the longer number is the larger one.
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(ids), nil
}

// decodeRows reads an array. What encoding/json lets pass as an empty list or as
// an object without fields is refused.
func decodeRows[T any](body []byte) ([]T, error) {
	var rows []*T
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, err
	}
	if rows == nil || slices.Contains(rows, nil) {
		return nil, errShape
	}
	values := make([]T, len(rows))
	for i, row := range rows {
		values[i] = *row
	}
	return values, nil
}

func role(word string) model.MembershipRole {
	switch word {
	case "OWNER":
		return model.RoleOwner
	case "NONE":
		return model.RoleMember
	}
	return model.RoleOther
}

func license(word string) *model.License {
	switch l := model.License(word); l {
	case "":
		return nil
	case model.LicenseNone, model.LicenseBasic, model.LicenseFull:
		return &l
	}
	return new(model.LicenseOther)
}

func accountStatus(word string) model.AccountStatus {
	switch s := model.AccountStatus(word); s {
	case model.AccountActive, model.AccountSuspended, model.AccountClosed:
		return s
	}
	return model.AccountOther
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
