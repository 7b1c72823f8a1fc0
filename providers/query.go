package providers

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Query describes a list. The zero Query is all objects of a collection in the
// vendor's order.
type Query struct {
	// Parent restricts the list to children of these objects: memberships of users,
	// accounts or organizations; groups and buyers of accounts; organizations of an
	// organization. Rows name their parent. The zero Parent does not restrict.
	Parent Parent `json:"Of"` // cursors contain a digest of this encoding
	Filter Filter
	Order  Order
	// OnlyMatches is set by a caller that reads the list to its end and keeps no cursor: a
	// page may lack rows that MayMatch rejects, and has MayRepeat set then.
	OnlyMatches bool `json:"-"`
	// Rows is the number of rows that the caller needs of the first page, as far as it knows; 0
	// is all that a page has. It has no effect on other pages, and a vendor may ignore it.
	Rows int `json:"-"`
}

// MayMatch reports whether the caller wants a row with this address, "" for one without:
// unless OnlyMatches is set, every row. Some addresses are compared only by the caller.
func (q Query) MayMatch(email string) bool {
	if !q.OnlyMatches || len(q.Filter.Emails) == 0 || strings.ContainsFunc(email, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return true
	}
	email = strings.TrimSpace(email)
	return slices.ContainsFunc(q.Filter.Emails, func(wanted string) bool { return strings.EqualFold(wanted, email) })
}

// Parent identifies the objects that a list belongs to.
type Parent struct {
	// Type is one of the model.Type constants.
	Type string
	// IDs are vendor ids: exactly one unless Collection.SupportsParents reports
	// true for Type.
	IDs []string
}

// Filter holds conditions that a row must all meet. Zero fields are no condition. No
// vendor gets a filter that matches nothing.
type Filter struct {
	// Emails are normalized addresses. A user has one of them.
	Emails []string
	// Name is a part of the display name. Case and accents are ignored, so that a vendor
	// may apply it only if its own comparison ignores them, too.
	Name string
	// Status holds values of the collection's status enum. A row has one of them.
	Status                      []string
	CreatedAfter, CreatedBefore *time.Time
	UpdatedAfter, UpdatedBefore *time.Time

	// EmailDomains are normalized. The address of a user has one of them behind its @.
	EmailDomains []string `json:",omitempty"`
	// HasEmail is whether a user has an address; nil is no condition.
	HasEmail *bool `json:",omitempty"`
	// LastLoginAfter, LastLoginBefore and NeverLoggedIn match no user whose last login is
	// not known: that of a vendor that does not tell logins, or one that is hidden.
	LastLoginAfter, LastLoginBefore *time.Time `json:",omitempty"`
	// NeverLoggedIn is whether a user has no login; nil is no condition.
	NeverLoggedIn *bool `json:",omitempty"`

	// Roles, Licenses and Database apply to memberships only, to which the other
	// conditions apply as follows: Status is that of the membership, everything else that
	// of its user.
	Roles    []model.MembershipRole
	Licenses []model.License
	// Database is the id of a database. Vendors without databases fail with kind
	// InvalidArgument.
	Database string
}

// MatchesNothing reports whether a row would need one of no values: a list is empty,
// but not nil.
func (f Filter) MatchesNothing() bool {
	return isEmpty(f.Emails) || isEmpty(f.Status) || isEmpty(f.Roles) || isEmpty(f.Licenses)
}

// NeedsLogins reports whether only users with a known last login, or with none, match.
func (f Filter) NeedsLogins() bool {
	return f.LastLoginAfter != nil || f.LastLoginBefore != nil || f.NeverLoggedIn != nil
}

func isEmpty[S any](values []S) bool { return values != nil && len(values) == 0 }

// Order is the requested order of a list; the zero Order is the vendor's own.
type Order struct {
	Field      model.UserOrderField
	Descending bool
}
