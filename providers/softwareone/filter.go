package softwareone

import (
	"slices"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	created = "audit.created.at"
	updated = "audit.updated.at"
)

// maxPerCall bounds the ids of one call: as many as rows come back at most. A
// hundred quoted ids are 2.5 kilobytes of URL.
const maxPerCall = pageSize

// maxEmails bounds what asks for addresses in one call, in bytes of its URL; usual
// servers take 8 kilobytes.
const maxEmails = 6000

// plan is how a list is asked for.
type plan struct {
	// parts are queries to be made one after the other; an empty condition asks
	// for nothing. No parts: nothing can match.
	parts []condition
	// conditions hold for every part.
	conditions []condition
	// exact is set when the vendor's rows are just those that match.
	exact bool
	order string
}

// plan pushes down what the platform can tell of a query: rows that match are
// never lost, rows that do not may come.
func (c *collection[T]) plan(q providers.Query) plan {
	p := plan{parts: []condition{""}, exact: true, order: orderBy(q.Order)}
	if q.Parent.Type != "" {
		p.parts = perParent(q.Parent.IDs)
	}
	if len(q.Filter.Emails) > 0 {
		if c.kind == model.TypeUser && q.Parent.Type == "" {
			p.emails(q.Filter.Emails)
		} else {
			p.exact = false
		}
	}
	p.name(q.Filter.Name)
	p.statuses(c.statuses, q.Filter.Status)
	p.times(created, q.Filter.CreatedAfter, q.Filter.CreatedBefore)
	p.times(updated, q.Filter.UpdatedAfter, q.Filter.UpdatedBefore)
	return p
}

func perParent(ids []string) (parts []condition) {
	for chunk := range slices.Chunk(askable(ids), maxPerCall) {
		parts = append(parts, in("account.id", chunk))
	}
	return parts
}

// askable are the ids that can be asked for, each once, in their order. The
// others are no ids of the platform's.
func askable(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	var all []string
	for _, id := range ids {
		if quotable(id) && !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	return all
}

// emails asks for any of the addresses, which are normalized: in lower case, and
// with ß as another letter than ss. One with letters beyond ASCII may still be
// spelled in more than one way; it is asked for by its longest part that is
// spelled in one way only.
func (p *plan) emails(emails []string) {
	var conditions []condition
	for _, email := range emails {
		if plain(email) && len(email) <= maxEmail {
			conditions = append(conditions, equals("email", email))
			continue
		}
		p.exact = false
		part := anchor(email, "")
		if len(part) < minAnchor {
			return
		}
		conditions = append(conditions, contains("email", part[:min(len(part), maxEmail)]))
	}
	p.parts = nil
	start, size := 0, 0
	for i, c := range conditions {
		if size += len(c); size > maxEmails {
			p.parts = append(p.parts, either(conditions[start:i]))
			start, size = i, len(c)
		}
	}
	p.parts = append(p.parts, either(conditions[start:]))
}

// maxEmail is where an address is cut short in a query.
const maxEmail = 254

// minAnchor is how much of a text is worth asking for where not all can be.
const minAnchor = 2

func (p *plan) name(name string) {
	if name == "" {
		return
	}
	part := anchor(name, sharp)
	if part == name {
		p.conditions = append(p.conditions, contains("name", part))
		return
	}
	p.exact = false
	if len(part) >= minAnchor {
		p.conditions = append(p.conditions, contains("name", part))
	}
}

func (p *plan) statuses(vocabulary []word, statuses []string) {
	if len(statuses) == 0 {
		return
	}
	words, known := vendorWords(vocabulary, statuses)
	switch {
	case !known || vocabulary == nil:
		p.exact = false
	case len(words) == 0:
		p.parts = nil
	default:
		p.conditions = append(p.conditions, in("status", words))
	}
}

func (p *plan) times(property string, from, to *time.Time) {
	for _, t := range []*time.Time{from, to} {
		if t == nil {
			continue
		}
		p.exact = p.exact && t.Equal(t.Truncate(time.Millisecond))
		// Years beyond four digits have no form that the platform reads.
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

// sorts reports whether the platform can sort so. By text it sorts in an order of
// its own, of which the vendor says nothing: it is not known where it has
// capitals and accents. Nor is it known where it has objects without a value, so
// it is trusted only with what every object has: its creation, not its last
// change nor sign-in. A status is sorted by the vendor's word, not the graph's.
func sorts(o providers.Order) bool { return o.Field == "" || o.Field == model.OrderByCreatedAt }

// orderBy is the order to ask for; it always ends in the id, so that pages fit
// together.
func orderBy(o providers.Order) string {
	switch {
	case o.Field != model.OrderByCreatedAt:
		return "id"
	case o.Descending:
		return "-" + created + ",id"
	}
	return created + ",id"
}
