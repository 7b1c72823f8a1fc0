package activityinfo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// The documentation of the fields is not reliable: every field of a user is marked
// as required, although a user who never signed in has no login time, and the
// vendor's client for R reads undocumented fields. The decoders ignore unknown fields
// and accept missing ones, except ids. A value of another type than documented costs
// its own field, and a row without an id costs the row.

// wireUser is a row of a billing account's user list.
type wireUser struct {
	UserID             text         `json:"userId"`
	Email              name         `json:"email"`
	Name               name         `json:"name"`
	BillingAccountRole name         `json:"billingAccountRole"`
	UserLicenseType    name         `json:"userLicenseType"`
	LastLoginTime      milliseconds `json:"lastLoginTime"`
}

type wireAccount struct {
	ID     number `json:"id"`
	Code   name   `json:"code"`
	Name   name   `json:"name"`
	Status name   `json:"status"`
	wirePlan
}

// wirePlan is what a billing account tells of its plan. The numbers of full and basic users
// and the limit of the former are those that the vendor's client for R reads:
// https://github.com/bedatadriven/activityinfo-R/blob/master/R/billingInfo.R
type wirePlan struct {
	PlanName       name         `json:"planName"`
	UserLimit      count        `json:"userLimit"`
	FullUserLimit  count        `json:"fullUserLimit"`
	UserCount      count        `json:"userCount"`
	FullUserCount  count        `json:"fullUserCount"`
	BasicUserCount count        `json:"basicUserCount"`
	ExpirationTime milliseconds `json:"expirationTime"`
}

// plan returns nil where the vendor tells nothing of a plan. isValid is false if one of its
// numbers is none.
func (w wirePlan) plan() (plan *model.AccountPlan, isValid bool) {
	p := model.AccountPlan{
		Name: optional(w.PlanName), ExpiresAt: w.ExpirationTime.at,
		UserLimit: w.UserLimit.value, FullUserLimit: w.FullUserLimit.value,
		UserCount: w.UserCount.value, FullUserCount: w.FullUserCount.value, BasicUserCount: w.BasicUserCount.value,
	}
	isValid = !w.UserLimit.invalid && !w.FullUserLimit.invalid && !w.UserCount.invalid && !w.FullUserCount.invalid && !w.BasicUserCount.invalid
	if p == (model.AccountPlan{}) {
		return nil, isValid
	}
	return &p, isValid
}

var withInvalidPlan = model.AllExcept().WithInvalid("plan")

type wireDatabase struct {
	BillingAccountID number `json:"billingAccountId"`
}

var errFormat = errors.New("undocumented format")

// memberList is the user list of a billing account.
type memberList struct {
	account string
	members []*model.Membership
	// omitted is the number of rows without a valid id of a user.
	omitted int
}

// Nodes implements upstream.Nodes.
func (l memberList) Nodes() []model.Node { return upstream.NodesIn(l.members) }

// decodeMembers fails if no row of a list that has some contains a user.
func decodeMembers(body []byte, p *model.Provider, account string) (memberList, error) {
	// The list contains only the id of the account.
	tenant := &model.Account{Entity: model.NewEntity(p, model.TypeAccount, account).WithFieldSet(model.OnlyFields())}
	list := memberList{account: account, members: []*model.Membership{}}
	err := eachRow(body, func(row wireUser) {
		entity := model.NewEntity(p, model.TypeMembership, model.JoinMembership(account, string(row.UserID)))
		if _, err := model.ParseID(string(entity.ID)); err != nil || row.UserID == "" {
			list.omitted++
			return
		}
		list.members = append(list.members, &model.Membership{
			Entity:     entity,
			User:       row.user(p),
			Account:    tenant,
			Role:       membershipRole(string(row.BillingAccountRole)),
			VendorRole: optional(row.BillingAccountRole),
			License:    userLicense(string(row.UserLicenseType)),
			Status:     model.UserActive,
			Groups:     []*model.Group{}, Buyers: []*model.Buyer{}, Modules: []*model.Module{},
		})
	})
	if err != nil {
		return memberList{}, err
	}
	if list.omitted > 0 && len(list.members) == 0 {
		return memberList{}, errFormat
	}
	return list, nil
}

// user returns a complete record: a row contains every field that the vendor has of
// a user. The vendor has no status; every listed user can sign in.
func (w wireUser) user(p *model.Provider) *model.User {
	return &model.User{
		Entity:      model.NewEntity(p, model.TypeUser, string(w.UserID)),
		Login:       optional(w.Email), // a user signs in with the address
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
	entity := model.NewEntity(p, model.TypeAccount, string(w.ID))
	plan, isValid := w.plan()
	if !isValid {
		entity = entity.WithFieldSet(withInvalidPlan)
	}
	return &model.Account{
		Entity:       entity,
		Name:         optional(w.Name),
		Status:       accountStatus(string(w.Status)),
		VendorStatus: optional(w.Status),
		ExternalID:   optional(w.Code),
		Plan:         plan,
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

// databaseList is what the list of databases says about billing accounts.
type databaseList struct {
	// accounts are the distinct ids of billing accounts, in ascending order.
	accounts []string
	// omitted is the number of databases without a valid id of a billing account.
	omitted int
}

// decodeDatabases counts databases without a billing account. The vendor documents that
// each has one, which may be known from no other database.
func decodeDatabases(body []byte) (databaseList, error) {
	rows, err := decodeRows[wireDatabase](body)
	if err != nil {
		return databaseList{}, err
	}
	var list databaseList
	for _, row := range rows {
		if row.BillingAccountID == "" {
			list.omitted++
			continue
		}
		list.accounts = append(list.accounts, string(row.BillingAccountID))
	}
	slices.SortFunc(list.accounts, func(a, b string) int {
		// Without leading zeros the longer number is the larger one.
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	list.accounts = slices.Compact(list.accounts)
	return list, nil
}

// decodeRows decodes an array of objects, as eachRow does.
func decodeRows[T any](body []byte) ([]T, error) {
	rows := []T{}
	err := eachRow(body, func(row T) { rows = append(rows, row) })
	return rows, err
}

// eachRow decodes an array of objects row by row, so that a large one takes no memory but
// that of the rows that row keeps. Unlike encoding/json it rejects null in place of the
// array. A null in place of an object is the zero T.
func eachRow[T any](body []byte, row func(T)) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return errFormat
	}
	for d.More() {
		var one T
		if err := d.Decode(&one); err != nil {
			return err
		}
		row(one)
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // never wrapped
		return errFormat
	}
	return nil
}

// optional returns nil for "".
func optional(n name) *string {
	if n == "" {
		return nil
	}
	return new(string(n))
}
