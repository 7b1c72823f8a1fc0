package directory

import (
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// matches reports whether a row matches every part of a filter. A row without a value
// does not match a condition on it, except that one without a login, at a vendor that
// tells logins, has never logged in.
func matches(row model.Node, f providers.Filter) bool {
	a := row.Attributes()
	switch {
	case len(f.Emails) > 0 && (a.Email == nil || !slices.Contains(f.Emails, NormalizeEmail(*a.Email))):
		return false
	case len(f.EmailDomains) > 0 && (a.Email == nil || !slices.Contains(f.EmailDomains, domainOf(*a.Email))):
		return false
	case f.HasEmail != nil && *f.HasEmail != hasAddress(a.Email):
		return false
	case f.Name != "" && (a.Name == nil || !strings.Contains(foldName(*a.Name), foldName(f.Name))):
		return false
	case f.NeedsLogins() && !knowsLogin(row):
		return false
	case f.NeverLoggedIn != nil && *f.NeverLoggedIn != (a.LastLoginAt == nil):
		return false
	case len(f.Status) > 0 && !slices.Contains(f.Status, a.Status):
		return false
	case len(f.Roles) > 0 && !slices.Contains(f.Roles, a.Role):
		return false
	case len(f.Licenses) > 0 && (a.License == nil || !slices.Contains(f.Licenses, *a.License)):
		return false
	}
	return inRange(a.CreatedAt, f.CreatedAfter, f.CreatedBefore) && inRange(a.UpdatedAt, f.UpdatedAfter, f.UpdatedBefore) &&
		inRange(a.LastLoginAt, f.LastLoginAfter, f.LastLoginBefore)
}

// knowsLogin reports whether a row tells the last login of its user, or that there was
// none.
func knowsLogin(row model.Node) bool {
	if m, ok := row.(*model.Membership); ok {
		return m.User != nil && knowsLogin(m.User)
	}
	return row.Connection().Vendor.TellsLogins() && row.HasField("lastLoginAt")
}

// inRange reports whether an instant is strictly between two others. A nil bound is
// no bound; a nil instant is outside of any bound.
func inRange(t, after, before *time.Time) bool {
	if after != nil && (t == nil || !t.After(*after)) {
		return false
	}
	return before == nil || t != nil && t.Before(*before)
}

// Compare orders two rows. Rows without a value are last in either direction.
func Compare(a, b model.Node, order providers.Order) int {
	x, y := a.Attributes(), b.Attributes()
	switch order.Field {
	case model.OrderByName:
		return compareNullsLast(x.Name, y.Name, order, compareFolded)
	case model.OrderByEmail:
		return compareNullsLast(x.Email, y.Email, order, compareFolded)
	case model.OrderByStatus:
		return compareNullsLast(&x.Status, &y.Status, order, strings.Compare)
	case model.OrderByCreatedAt:
		return compareNullsLast(x.CreatedAt, y.CreatedAt, order, time.Time.Compare)
	case model.OrderByUpdatedAt:
		return compareNullsLast(x.UpdatedAt, y.UpdatedAt, order, time.Time.Compare)
	case model.OrderByLastLoginAt:
		return compareNullsLast(x.LastLoginAt, y.LastLoginAt, order, time.Time.Compare)
	}
	return 0
}

// hasValue reports whether a row has the value that an order compares.
func hasValue(row model.Node, order providers.Order) bool {
	a := row.Attributes()
	switch order.Field {
	case model.OrderByName:
		return a.Name != nil
	case model.OrderByEmail:
		return a.Email != nil
	case model.OrderByCreatedAt:
		return a.CreatedAt != nil
	case model.OrderByUpdatedAt:
		return a.UpdatedAt != nil
	case model.OrderByLastLoginAt:
		return a.LastLoginAt != nil
	}
	return true
}

func compareFolded(a, b string) int { return strings.Compare(Fold(a), Fold(b)) }

func compareNullsLast[V any](a, b *V, order providers.Order, cmp func(a, b V) int) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	if order.Descending {
		return cmp(*b, *a)
	}
	return cmp(*a, *b)
}
