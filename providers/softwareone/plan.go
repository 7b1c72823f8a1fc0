package softwareone

import (
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	createdAt = auditProperty + ".created.at"
	updatedAt = auditProperty + ".updated.at"
)

// maxEmailBytes bounds the conditions for e-mail addresses in one call, in bytes
// of the URL; common servers accept 8 kilobytes.
const maxEmailBytes = 6000

// plan is how a list is queried.
type plan struct {
	// parts are queries that are made one after the other; an empty condition
	// matches everything. Without parts, nothing can match.
	parts []condition
	// conditions are added to every part.
	conditions []condition
	// exact is whether the vendor returns matching rows only.
	exact bool
	order string
	// compared are the vendor's names of the properties in the conditions.
	compared []string
}

// plan pushes down the part of a query that the platform can apply: rows that
// match are never lost, rows that do not match may be returned.
func (c *collection[T]) plan(q providers.Query) plan {
	p := plan{parts: []condition{""}, exact: true, order: orderBy(q.Order)}
	if q.Parent.Type != "" {
		p.parts = inAccounts(q.Parent.IDs)
	}
	if len(q.Filter.Emails) > 0 {
		if c.kind == model.TypeUser && q.Parent.Type == "" {
			p.addEmails(q.Filter.Emails)
		} else {
			p.exact = false
		}
	}
	if len(q.Filter.EmailDomains) == 1 && c.kind == model.TypeUser {
		p.addDomain(q.Filter.EmailDomains[0])
	}
	// The vendor does not document whether its search ignores accents, as the graph's does.
	p.exact = p.exact && q.Filter.Name == "" && len(q.Filter.EmailDomains) == 0 && q.Filter.HasEmail == nil && !q.Filter.NeedsLogins()
	p.addStatuses(c.statuses, q.Filter.Status)
	p.addTimes(createdAt, q.Filter.CreatedAfter, q.Filter.CreatedBefore)
	p.addTimes(updatedAt, q.Filter.UpdatedAfter, q.Filter.UpdatedBefore)
	return p
}

func inAccounts(ids []string) (parts []condition) {
	for _, chunk := range chunkIDs(queryableIDs(ids)) {
		parts = append(parts, in("account.id", chunk))
	}
	return parts
}

// addEmails matches any of the addresses, which are normalized: lower case, and
// ß differs from ss. A stored address can have spaces around it, and one with
// non-ASCII letters several spellings; the condition is that it contains the longest
// run of characters that has only one. Where an address has no such run, the plan has
// no condition on addresses.
func (p *plan) addEmails(emails []string) {
	p.exact = false
	p.compared = append(p.compared, "email")
	var conditions []condition
	for _, email := range emails {
		run := longestPlainRun(email)
		if len(run) < minRun {
			return
		}
		conditions = append(conditions, contains("email", run[:min(len(run), maxEmail)]))
	}
	p.parts = nil
	start, size := 0, 0
	for i, c := range conditions {
		if size += len(c); size > maxEmailBytes {
			p.parts = append(p.parts, anyOf(conditions[start:i]))
			start, size = i, len(c)
		}
	}
	p.parts = append(p.parts, anyOf(conditions[start:]))
}

// addDomain matches addresses that contain the longest part of a domain that has only one
// spelling.
func (p *plan) addDomain(domain string) {
	p.compared = append(p.compared, "email")
	if run := longestPlainRun("@" + domain); len(run) >= minRun {
		p.conditions = append(p.conditions, contains("email", run[:min(len(run), maxEmail)]))
	}
}

// maxEmail is the length to which a query cuts an address.
const maxEmail = 254

// minRun is the shortest run of a text that is worth a condition when the whole
// text cannot be one.
const minRun = 2

func (p *plan) addStatuses(known []statusValue, statuses []string) {
	if len(statuses) == 0 {
		return
	}
	p.compared = append(p.compared, "status")
	values, ok := vendorStatuses(known, statuses)
	switch {
	case !ok || known == nil:
		p.exact = false
	case len(values) == 0:
		p.parts = nil
	default:
		p.conditions = append(p.conditions, in("status", values))
	}
}

func (p *plan) addTimes(property string, from, to *time.Time) {
	for _, t := range []*time.Time{from, to} {
		if t == nil {
			continue
		}
		p.compared = append(p.compared, auditProperty)
		p.exact = p.exact && t.Equal(t.Truncate(time.Millisecond))
		// The platform reads years of four digits only.
		if year := t.UTC().Year(); year < 1 || year > 9998 {
			p.exact = false
			continue
		}
		if t == from {
			p.conditions = append(p.conditions, after(property, *t))
			continue
		}
		p.conditions = append(p.conditions, before(property, *t))
	}
}

// supportsOrder reports whether the platform sorts by this order as the graph
// does. The vendor does not document how it collates text, so that only the
// creation time, which almost every object has, is worth a request. It would sort
// a status by the vendor's value, not the graph's.
func supportsOrder(o providers.Order) bool {
	return o.Field == "" || o.Field == model.OrderByCreatedAt
}

// orderBy returns the order parameter. It ends in the id, so that the order is
// total and pages do not overlap.
func orderBy(o providers.Order) string {
	switch {
	case o.Field != model.OrderByCreatedAt:
		return "id"
	case o.Descending:
		return "-" + createdAt + ",id"
	}
	return createdAt + ",id"
}
