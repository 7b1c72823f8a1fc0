package softwareone

import (
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	createdAt = auditProperty + ".created.at"
	updatedAt = auditProperty + ".updated.at"
	// lastLoginAt is a property of users only.
	lastLoginAt = "lastLoginAt"
)

// maxEmailBytes bounds the conditions for e-mail addresses in one call, in bytes
// of the URL; common servers accept 8 kilobytes.
const maxEmailBytes = 6000

// plan is how a list is queried.
type plan struct {
	// parts are queries that are made one after the other. Without parts, nothing can match.
	parts []part
	// conditions are added to every part.
	conditions []condition
	// exact is whether the vendor returns matching rows only.
	exact bool
	// sorted is whether the rows are in the order of the query. split is whether the last part
	// has the rows without a value, and the one before the others.
	sorted, split bool
	// compared are the vendor's names of the properties in the conditions.
	compared []string
	// pushed are those parts of the query that the platform may reject.
	pushed pushDowns
}

// part is a query of a plan. An empty condition matches everything.
type part struct {
	condition condition
	order     string
}

// plan pushes down the part of a query that the platform can apply, but for the push-downs
// in without: rows that match are never lost, rows that do not match may be returned.
func (c *collection[T]) plan(q providers.Query, without pushDowns) plan {
	p := plan{parts: []part{{order: idOrder}}, exact: true}
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
	p.exact = p.exact && q.Filter.Name == "" && len(q.Filter.EmailDomains) == 0 && q.Filter.HasEmail == nil
	p.addStatuses(c.statuses, q.Filter.Status)
	p.addTimes(createdAt, q.Filter.CreatedAfter, q.Filter.CreatedBefore, rangeOfCreation, without)
	p.addTimes(updatedAt, q.Filter.UpdatedAfter, q.Filter.UpdatedBefore, rangeOfUpdate, without)
	if q.Filter.NeedsLogins() {
		p.addLogins(q.Filter, without)
	}
	property, order := c.orderOf(q.Order.Field)
	// Without an exact filter, rows that are sorted here have a total.
	if order != 0 && without&order == 0 && len(p.parts) == 1 && (p.exact || order == orderByCreation) {
		p.sort(property, order, q.Order.Descending)
	}
	return p
}

// idOrder is the order of lists without an order: it is total, so that pages do not overlap.
const idOrder = "id"

// sort makes the only part return its rows in an order. Rows without a value, which the vendor
// may sort anywhere, are a separate part, unless there are next to none, as for creation.
func (p *plan) sort(property string, order pushDowns, descending bool) {
	p.sorted, p.pushed = true, p.pushed|order
	p.compared = append(p.compared, property)
	by := property + "," + idOrder
	if descending {
		by = "-" + by
	}
	only := p.parts[0].condition
	if order == orderByCreation || order == orderByUpdate && p.pushed&rangeOfUpdate != 0 {
		p.parts = []part{{only, by}}
		return
	}
	p.split = true
	p.parts = []part{
		{allOf(only, notBefore(property, noEvent)), by},
		{allOf(only, anyOf([]condition{isNull(property), before(property, noEvent)})), idOrder},
	}
}

// noEvent is before every event: earlier times stand for none, see upstream.ParseTime.
var noEvent = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

func inAccounts(ids []string) (parts []part) {
	for _, chunk := range chunkIDs(queryableIDs(ids)) {
		parts = append(parts, part{in("account.id", chunk), idOrder})
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
			p.parts = append(p.parts, part{anyOf(conditions[start:i]), idOrder})
			start, size = i, len(c)
		}
	}
	p.parts = append(p.parts, part{anyOf(conditions[start:]), idOrder})
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

func (p *plan) addTimes(property string, from, to *time.Time, part, without pushDowns) {
	if from == nil && to == nil {
		return
	}
	if without&part != 0 {
		p.exact = false
		return
	}
	p.compared = append(p.compared, property)
	between, exact := between(property, from, to)
	p.exact = p.exact && exact
	if len(between) > 0 {
		p.conditions, p.pushed = append(p.conditions, between...), p.pushed|part
	}
}

// addLogins matches logins, and all users without lastLoginAt: audit.login.at may tell the
// login of those, which the OpenAPI document does not have.
func (p *plan) addLogins(f providers.Filter, without pushDowns) {
	p.exact = false
	between, _ := between(lastLoginAt, f.LastLoginAfter, f.LastLoginBefore)
	never := f.NeverLoggedIn != nil && *f.NeverLoggedIn
	if without&rangeOfLogin != 0 || len(between) == 0 && !never {
		return
	}
	absent := []condition{isNull(lastLoginAt), before(lastLoginAt, noEvent)}
	if !never {
		absent = append(absent, allOf(between...))
	}
	p.compared = append(p.compared, lastLoginAt)
	p.conditions, p.pushed = append(p.conditions, anyOf(absent)), p.pushed|rangeOfLogin
}

// between matches a time between two others; nil is no bound. exact is false if it matches
// others, too.
func between(property string, from, to *time.Time) (conditions []condition, exact bool) {
	exact = true
	for _, t := range []*time.Time{from, to} {
		if t == nil {
			continue
		}
		exact = exact && t.Equal(t.Truncate(time.Millisecond))
		// The platform reads years of four digits only.
		if year := t.UTC().Year(); year < 1 || year > 9998 {
			exact = false
			continue
		}
		if t == from {
			conditions = append(conditions, after(property, *t))
			continue
		}
		conditions = append(conditions, before(property, *t))
	}
	return conditions, exact
}
