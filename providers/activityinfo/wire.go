package activityinfo

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// The documentation of the fields is not reliable: every field of a user is marked
// as required, although a user who never signed in has no login time, and the
// vendor's client for R reads undocumented fields. The decoders ignore unknown fields
// and accept missing ones, except ids.

// wireUser is a row of a billing account's user list.
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

var errFormat = errors.New("undocumented format")

func decodeMembers(body []byte, p *model.Provider, account string) ([]*model.Membership, error) {
	rows, err := decodeRows[wireUser](body)
	if err != nil {
		return nil, err
	}
	// The list contains only the id of the account.
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
			Role:       membershipRole(row.BillingAccountRole),
			VendorRole: optional(row.BillingAccountRole),
			License:    userLicense(row.UserLicenseType),
			Status:     model.UserActive,
		}
	}
	return members, nil
}

// user returns a complete record: a row contains every field that the vendor has of
// a user. The vendor has no status; every listed user can sign in.
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
		return nil, errFormat
	}
	return &model.Account{
		Entity:       model.NewEntity(p, model.TypeAccount, string(w.ID)),
		Name:         optional(w.Name),
		Status:       accountStatus(w.Status),
		VendorStatus: optional(w.Status),
		ExternalID:   optional(w.Code),
	}, nil
}

func decodeAccountID(body []byte) (string, error) {
	var w struct {
		ID number `json:"id"`
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return "", err
	}
	if w.ID == "" {
		return "", errFormat
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

// decodeRows decodes an array of objects. Unlike encoding/json it rejects null in
// place of the array or of an object.
func decodeRows[T any](body []byte) ([]T, error) {
	var rows []*T
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, err
	}
	if rows == nil || slices.Contains(rows, nil) {
		return nil, errFormat
	}
	values := make([]T, len(rows))
	for i, row := range rows {
		values[i] = *row
	}
	return values, nil
}

// optional returns nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
