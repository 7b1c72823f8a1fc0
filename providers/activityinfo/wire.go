package activityinfo

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// The documentation of the fields is not reliable: every field of a user is marked
// as required, although a user who never signed in has no login time, and the
// vendor's client for R reads undocumented fields. The decoders ignore unknown fields
// and accept missing ones, except ids. A value of another type than documented costs
// its own field, and a row without an id costs the row.

// wireUser is a row of a billing account's user list.
type wireUser struct {
	UserID             text
	Email, Name        name
	BillingAccountRole name
	UserLicenseType    name
	LastLoginTime      milliseconds
}

type wireAccount struct {
	ID                 number
	Code, Name, Status name
	wirePlan
}

func (w *wireAccount) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			r.Unmarshal(&w.ID)
		case "code":
			r.Unmarshal(&w.Code)
		case "name":
			r.Unmarshal(&w.Name)
		case "status":
			r.Unmarshal(&w.Status)
		case "planName":
			r.Unmarshal(&w.PlanName)
		case "userLimit":
			r.Unmarshal(&w.UserLimit)
		case "fullUserLimit":
			r.Unmarshal(&w.FullUserLimit)
		case "userCount":
			r.Unmarshal(&w.UserCount)
		case "fullUserCount":
			r.Unmarshal(&w.FullUserCount)
		case "basicUserCount":
			r.Unmarshal(&w.BasicUserCount)
		case "expirationTime":
			r.Unmarshal(&w.ExpirationTime)
		}
	}
}

// wirePlan is what a billing account tells of its plan. The numbers of full and basic users
// and the limit of the former are those that the vendor's client for R reads:
// https://github.com/bedatadriven/activityinfo-R/blob/master/R/billingInfo.R
type wirePlan struct {
	PlanName       name
	UserLimit      count
	FullUserLimit  count
	UserCount      count
	FullUserCount  count
	BasicUserCount count
	ExpirationTime milliseconds
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

type wireDatabase struct{ BillingAccountID number }

var errFormat = errors.New("undocumented format")

// membership returns the record of a row.
func (w wireUser) membership(p *model.Provider, account *model.Account) *model.Membership {
	return &model.Membership{
		Entity:     model.NewEntity(p, model.TypeMembership, model.JoinMembership(account.VendorID, string(w.UserID))),
		User:       w.user(p),
		Account:    account,
		Role:       membershipRole(string(w.BillingAccountRole)),
		VendorRole: optional(w.BillingAccountRole),
		License:    userLicense(string(w.UserLicenseType)),
		Status:     model.UserActive,
		Groups:     []*model.Group{}, Buyers: []*model.Buyer{}, Modules: []*model.Module{},
	}
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
	if err := jsonscan.Object(body, w.read); err != nil {
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
	var id number
	err := jsonscan.Object(body, func(r *jsonscan.Reader) {
		for name := range r.ObjectKeys {
			if name == "id" {
				r.Unmarshal(&id)
			}
		}
	})
	if err == nil && id == "" {
		err = errFormat
	}
	return string(id), err
}

// databaseList is what the list of databases says about billing accounts.
type databaseList struct {
	// Accounts are the distinct ids of billing accounts, in ascending order.
	Accounts []string
	// Omitted is the number of databases without a valid id of a billing account.
	Omitted int
}

// maxAccounts is the largest number of billing accounts: each costs a call for its users.
const maxAccounts = 1000

// databasesFormat names the form of packDatabases. It changes with it.
const databasesFormat = "databases 1"

// packDatabases reads the list of databases, and returns its databaseList as JSON. It counts
// databases without a billing account: the vendor documents that each has one, which may be
// known from no other database.
func packDatabases(body io.Reader) ([]byte, error) {
	var omitted int
	accounts := map[string]bool{}
	err := eachRow(body, (*wireDatabase).read, func(row *wireDatabase) {
		if row.BillingAccountID == "" {
			omitted++
			return
		}
		if id := string(row.BillingAccountID); !accounts[id] {
			accounts[strings.Clone(id)] = true
		}
	})
	if err != nil {
		return nil, err
	}
	if len(accounts) > maxAccounts {
		return nil, errFormat
	}
	sorted := slices.SortedFunc(maps.Keys(accounts), func(a, b string) int {
		// Without leading zeros the longer number is the larger one.
		return cmp.Or(len(a)-len(b), strings.Compare(a, b))
	})
	return json.Marshal(databaseList{Accounts: sorted, Omitted: omitted})
}

func decodeDatabases(packed []byte) (list databaseList, err error) {
	return list, json.Unmarshal(packed, &list)
}

// eachRow reads an array of objects row by row as it arrives, so that a large one takes no
// memory but that of what row keeps. Texts that read sets are valid until row returns. Unlike
// encoding/json it rejects null in place of the array. A null in place of an object is the
// zero T.
func eachRow[T any](body io.Reader, read func(*T, *jsonscan.Reader), row func(*T)) error {
	var one, zero T
	return jsonscan.ForEachElement(body, func(r *jsonscan.Reader) {
		one = zero
		if !r.IsNull() {
			read(&one, r)
		}
		if r.Err() == nil {
			row(&one)
		}
	})
}

func (w *wireUser) read(r *jsonscan.Reader) {
	for member := range r.ObjectKeys {
		switch member {
		case "userId":
			w.UserID.read(r)
		case "email":
			w.Email.read(r)
		case "name":
			w.Name.read(r)
		case "billingAccountRole":
			w.BillingAccountRole.read(r)
		case "userLicenseType":
			w.UserLicenseType.read(r)
		case "lastLoginTime":
			w.LastLoginTime.read(r)
		}
	}
}

func (w *wireDatabase) read(r *jsonscan.Reader) {
	for member := range r.ObjectKeys {
		if member == "billingAccountId" {
			w.BillingAccountID.read(r)
		}
	}
}

// optional returns nil for "".
func optional(n name) *string {
	if n == "" {
		return nil
	}
	return new(string(n))
}
