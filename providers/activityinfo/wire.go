package activityinfo

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

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
	tenant := &model.Account{Entity: model.NewEntity(p, model.TypeAccount, account).With(model.Only())}
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

// text is an id that is documented as a string; a whole number would do as well.
type text string

// UnmarshalJSON takes a string, a whole number, or null for none.
func (t *text) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	var n number
	err := n.UnmarshalJSON(b)
	*t = text(n)
	return err
}

// number is the id of a billing account as decimal text. It is never read as a
// float: the vendor's client for R takes care of ids that no float can hold.
type number string

// UnmarshalJSON takes a whole number, as a number or as text; null and what is
// not positive are none.
func (n *number) UnmarshalJSON(b []byte) error {
	digits := strings.Trim(string(b), `"`)
	*n = ""
	if digits == "null" {
		return nil
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return errShape
	}
	if value > 0 {
		*n = number(strconv.FormatInt(value, 10))
	}
	return nil
}

// isBillingAccount reports whether text is the id of a billing account in its
// one form: a second form would make a second object of the same account.
func isBillingAccount(id string) bool {
	value, err := strconv.ParseInt(id, 10, 64)
	return err == nil && value > 0 && strconv.FormatInt(value, 10) == id
}

// milliseconds is an instant as a float: milliseconds since 1970, UTC. The
// vendor does not say what stands there for a user who never signed in; its
// billing export leaves the cell blank. Null, zero and less are taken for never.
type milliseconds struct{ at *time.Time }

// endOfTime is the first instant that RFC 3339 cannot write, in milliseconds.
const endOfTime = 253402300800000

// UnmarshalJSON takes a number, of which parts of a millisecond are dropped. It
// fails on what is no instant of the first ten thousand years.
func (m *milliseconds) UnmarshalJSON(b []byte) error {
	m.at = nil
	if string(b) == "null" {
		return nil
	}
	value, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(value) || value >= endOfTime {
		return errShape
	}
	if value >= 1 {
		m.at = new(time.UnixMilli(int64(value)).UTC())
	}
	return nil
}
