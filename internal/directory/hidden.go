package directory

import (
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// condition is a part of a filter.
type condition struct {
	// fields are those that it compares. The times of some types are in their audit.
	fields []string
	// orders are the orders that compare the same fields.
	orders []model.UserOrderField
	// ofUser is set where the fields are those of the user if the row is a membership.
	ofUser bool
	isSet  func(f providers.Filter) bool
	remove func(f *providers.Filter)
}

// conditions are all parts of a filter that compare values of a row.
var conditions = []condition{
	{
		[]string{"email"}, []model.UserOrderField{model.OrderByEmail}, true,
		func(f providers.Filter) bool {
			return len(f.Emails) > 0 || len(f.EmailDomains) > 0 || f.HasEmail != nil
		},
		func(f *providers.Filter) { f.Emails, f.EmailDomains, f.HasEmail = nil, nil, nil },
	}, {
		[]string{"name"}, []model.UserOrderField{model.OrderByName}, true,
		func(f providers.Filter) bool { return f.Name != "" }, func(f *providers.Filter) { f.Name = "" },
	}, {
		[]string{"status"}, []model.UserOrderField{model.OrderByStatus}, false,
		func(f providers.Filter) bool { return len(f.Status) > 0 }, func(f *providers.Filter) { f.Status = nil },
	}, {
		[]string{"role"}, nil, false,
		func(f providers.Filter) bool { return len(f.Roles) > 0 }, func(f *providers.Filter) { f.Roles = nil },
	}, {
		[]string{"license"}, nil, false,
		func(f providers.Filter) bool { return len(f.Licenses) > 0 }, func(f *providers.Filter) { f.Licenses = nil },
	}, {
		[]string{"createdAt", "audit"}, []model.UserOrderField{model.OrderByCreatedAt}, true,
		func(f providers.Filter) bool { return f.CreatedAfter != nil || f.CreatedBefore != nil },
		func(f *providers.Filter) { f.CreatedAfter, f.CreatedBefore = nil, nil },
	}, {
		[]string{"updatedAt", "audit"}, []model.UserOrderField{model.OrderByUpdatedAt}, true,
		func(f providers.Filter) bool { return f.UpdatedAfter != nil || f.UpdatedBefore != nil },
		func(f *providers.Filter) { f.UpdatedAfter, f.UpdatedBefore = nil, nil },
	}, {
		[]string{"lastLoginAt"}, []model.UserOrderField{model.OrderByLastLoginAt}, true,
		func(f providers.Filter) bool { return f.NeedsLogins() },
		func(f *providers.Filter) { f.LastLoginAfter, f.LastLoginBefore, f.NeverLoggedIn = nil, nil, nil },
	},
}

// compares reports whether a query compares the fields of the condition.
func (c condition) compares(q providers.Query) bool {
	return c.isSet(q.Filter) || slices.Contains(c.orders, q.Order.Field)
}

// comparedFields returns the fields that filter and order of a query compare: those of a
// row, and those of its user where the rows are memberships.
func comparedFields(q providers.Query, ofMembers bool) (fields, ofUser []string) {
	for _, c := range conditions {
		switch {
		case !c.compares(q):
		case ofMembers && c.ofUser:
			ofUser = append(ofUser, c.fields...)
		default:
			fields = append(fields, c.fields...)
		}
	}
	slices.Sort(fields)
	slices.Sort(ofUser)
	return slices.Compact(fields), slices.Compact(ofUser)
}

// Accepts reports whether a row is one of the list that q describes, but for its parent.
func Accepts(row model.Node, q providers.Query) bool {
	return matches(row, q.Filter) && !IsUnknown(row, q)
}

// IsUnknown reports whether the vendor hides a value of the row that the query compares, or
// the value is invalid, so that it is not known whether the row is in the list, or where. A row that fails
// another condition is known not to be in it.
func IsUnknown(row model.Node, q providers.Query) bool {
	user := userOf(row)
	if !row.HasUnknown() && !user.HasUnknown() {
		return false
	}
	for _, c := range conditions {
		if c.compares(q) && c.isUnknown(row, user) {
			return matches(row, known(row, user, q))
		}
	}
	return false
}

// isUnknown reports whether the vendor hides a field of the condition, or its value is
// invalid.
func (c condition) isUnknown(row, user model.Node) bool {
	subject := c.subject(row, user)
	return slices.ContainsFunc(c.fields, subject.Hides) || c.invalidField(subject) != ""
}

// subject returns the object that has the fields of the condition.
func (c condition) subject(row, user model.Node) model.Node {
	if c.ofUser {
		return user
	}
	return row
}

// invalidField returns the first field of the condition of which the value is invalid, "" if
// there is none. An invalid audit may have this time: one that is invalid is a field itself.
func (c condition) invalidField(subject model.Node) string {
	i := slices.IndexFunc(c.fields, func(field string) bool { return field != "audit" && subject.IsInvalid(field) })
	if i < 0 {
		return ""
	}
	return c.fields[i]
}

// InvalidError returns the error of the first value of a row that the query compares and that
// is invalid; nil if there is none.
func InvalidError(row model.Node, q providers.Query) error {
	if !row.HasUnknown() && !userOf(row).HasUnknown() {
		return nil
	}
	for _, c := range conditions {
		subject := c.subject(row, userOf(row))
		if field := c.invalidField(subject); c.compares(q) && field != "" {
			return providers.InvalidField(subject.Connection(), subject.GlobalID().Type(), field)
		}
	}
	return nil
}

// userOf returns the user of a membership, and any other row itself.
func userOf(row model.Node) model.Node {
	if m, ok := row.(*model.Membership); ok && m.User != nil {
		return m.User
	}
	return row
}

// known returns the filter of a query without the conditions on what is not known.
func known(row, user model.Node, q providers.Query) providers.Filter {
	for _, c := range conditions {
		if c.compares(q) && c.isUnknown(row, user) {
			c.remove(&q.Filter)
		}
	}
	return q.Filter
}
