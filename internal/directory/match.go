package directory

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// NormalizeEmail is the form in which addresses are compared: NFC, in lower case,
// without surrounding space. Letters are not spelled out: straße stays another
// domain than strasse.
func NormalizeEmail(email string) string {
	email = strings.TrimSpace(email)
	if isPlain(email) {
		return strings.ToLower(email)
	}
	return norm.NFC.String(cases.Lower(language.Und).String(norm.NFC.String(email)))
}

func fold(s string) string {
	if isPlain(s) {
		return strings.ToLower(s)
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
}

func isPlain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// traits are what filters and orders look at, of any object; zero where it has
// none.
type traits struct {
	name, email                       *string
	status                            string
	createdAt, updatedAt, lastLoginAt *time.Time
}

func traitsOf(row model.Node) traits {
	switch o := row.(type) {
	case *model.User:
		return traits{o.Name, o.Email, string(o.Status), o.CreatedAt, o.UpdatedAt, o.LastLoginAt}
	case *model.Account:
		return traits{name: o.Name, status: string(o.Status), createdAt: o.CreatedAt, updatedAt: o.UpdatedAt}
	case *model.Organization:
		return traits{name: o.Name, status: string(o.Status), createdAt: o.CreatedAt, updatedAt: o.UpdatedAt}
	case *model.Buyer:
		created, updated := auditTimes(o.Audit)
		return traits{name: o.Name, status: string(o.Status), createdAt: created, updatedAt: updated}
	case *model.Group:
		created, updated := auditTimes(o.Audit)
		return traits{name: o.Name, createdAt: created, updatedAt: updated}
	case *model.Module:
		created, updated := auditTimes(o.Audit)
		return traits{name: o.Name, createdAt: created, updatedAt: updated}
	case *model.Seller:
		return traits{name: o.Name, status: string(o.Status)}
	case *model.Membership:
		return traits{status: string(o.Status)}
	}
	return traits{}
}

func auditTimes(a *model.Audit) (created, updated *time.Time) {
	if a == nil {
		return nil, nil
	}
	if a.Created != nil {
		created = a.Created.At
	}
	if a.Updated != nil {
		updated = a.Updated.At
	}
	return created, updated
}

// matches holds a row against every part of a filter. What a row lacks never
// matches.
func matches(row model.Node, f providers.Filter) bool {
	if m, ok := row.(*model.Membership); ok && !matchesMembership(m, f) {
		return false
	}
	t := traitsOf(row)
	switch {
	case len(f.Emails) > 0 && (t.email == nil || !slices.Contains(f.Emails, NormalizeEmail(*t.email))):
		return false
	case f.Name != "" && (t.name == nil || !strings.Contains(fold(*t.name), fold(f.Name))):
		return false
	case len(f.Status) > 0 && !slices.Contains(f.Status, t.status):
		return false
	}
	return within(t.createdAt, f.CreatedAfter, f.CreatedBefore) && within(t.updatedAt, f.UpdatedAfter, f.UpdatedBefore)
}

func matchesMembership(m *model.Membership, f providers.Filter) bool {
	if len(f.Roles) > 0 && !slices.Contains(f.Roles, m.Role) {
		return false
	}
	return len(f.Licenses) == 0 || m.License != nil && slices.Contains(f.Licenses, *m.License)
}

// within reports whether an instant lies strictly between two others, either of
// which may be missing.
func within(t, after, before *time.Time) bool {
	if after != nil && (t == nil || !t.After(*after)) {
		return false
	}
	return before == nil || t != nil && t.Before(*before)
}

// compare puts rows in order; rows without a value come last either way.
func compare(a, b model.Node, order providers.Order) int {
	x, y := traitsOf(a), traitsOf(b)
	switch order.Field {
	case model.OrderByName:
		return ranked(x.name, y.name, order, func(p, q string) int { return strings.Compare(fold(p), fold(q)) })
	case model.OrderByEmail:
		return ranked(x.email, y.email, order, func(p, q string) int { return strings.Compare(fold(p), fold(q)) })
	case model.OrderByStatus:
		return ranked(&x.status, &y.status, order, strings.Compare)
	case model.OrderByCreatedAt:
		return ranked(x.createdAt, y.createdAt, order, time.Time.Compare)
	case model.OrderByUpdatedAt:
		return ranked(x.updatedAt, y.updatedAt, order, time.Time.Compare)
	case model.OrderByLastLoginAt:
		return ranked(x.lastLoginAt, y.lastLoginAt, order, time.Time.Compare)
	}
	return 0
}

func ranked[V any](a, b *V, order providers.Order, cmp func(a, b V) int) int {
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
