package index

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// matching are the rows that match a query.
type matching struct {
	query string
	// of is the number of rows that the table had.
	of   int
	rows []uint32
}

// maxFound bounds the queries whose rows a table keeps for their next pages.
const maxFound = 4

// pace ends a loop over rows when its operation has ended.
type pace struct {
	ctx     context.Context
	rows    int
	stopped bool
}

// paceRows is the number of rows after which a loop looks whether its operation has ended:
// they take less than a millisecond.
const paceRows = 1024

// stop reports whether the loop should end. It is called for each row.
func (p *pace) stop() bool {
	if p.rows%paceRows == 0 && p.ctx.Err() != nil {
		p.stopped = true
	}
	p.rows++
	return p.stopped
}

// match returns the rows of a query, in its order. The result is not changed. gaps tell that
// it is not known of other rows whether they match. Once ctx has ended, the result is not
// valid.
func (t *table[T, R]) match(ctx context.Context, q providers.Query) (rows []uint32, gaps directory.Gaps) {
	p := &pace{ctx: ctx}
	gaps = t.gaps(p, q)
	if candidates, ok := t.candidates(p, q); ok {
		return candidates, gaps
	}
	all := t.ordered(p, q.Order)
	if p.stopped {
		return nil, gaps
	}
	if !gaps.Hidden && q.Parent.Type == "" && reflect.ValueOf(q.Filter).IsZero() {
		return all, gaps
	}
	text, _ := json.Marshal(q) // cannot fail: strings, numbers and times
	t.mu.RLock()
	m := matching{string(text), len(all), nil}
	i := slices.IndexFunc(t.found, func(f matching) bool { return f.query == m.query && f.of == m.of })
	if i >= 0 {
		m.rows = t.found[i].rows
	} else {
		m.rows = t.filter(p, all, q)
	}
	t.mu.RUnlock()
	if i >= 0 || p.stopped {
		return m.rows, gaps
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found = append(t.found[max(0, len(t.found)+1-maxFound):], m)
	return m.rows, gaps
}

// gaps are Hidden if what decides whether a row matches is hidden or invalid. An invalid value
// is an error.
func (t *table[T, R]) gaps(p *pace, q providers.Query) (gaps directory.Gaps) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	scratch := t.codec.record()
	for _, row := range t.invalid {
		if record := t.at(int(row), scratch); t.isUnknown(p, record, q) {
			t.codec.complete(record)
			if err := directory.InvalidError(record, q); err != nil {
				return directory.Gaps{Hidden: true, Errors: []error{err}}
			}
		}
	}
	gaps.Hidden = slices.ContainsFunc(t.unknown, func(row uint32) bool { return t.isUnknown(p, t.at(int(row), scratch), q) })
	return gaps
}

// isUnknown reports whether it is not known of a row whether it matches.
func (t *table[T, R]) isUnknown(p *pace, row T, q providers.Query) bool {
	return p.stop() || t.isChild(row, q.Parent) && directory.IsUnknown(row, q)
}

// candidates returns the rows of a query whose filter or parent is looked up.
func (t *table[T, R]) candidates(p *pace, q providers.Query) (rows []uint32, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	add := func(row int) bool {
		rows = append(rows, uint32(row))
		return true
	}
	switch {
	case t.emails == nil:
		return nil, false
	case q.Parent.Type == model.TypeUser:
		for _, id := range q.Parent.IDs {
			t.users.find(id, add)
		}
	case len(q.Filter.Emails) > 0:
		for _, email := range q.Filter.Emails {
			t.emails.find(email, add)
		}
	default:
		return nil, false
	}
	slices.Sort(rows)
	rows = t.filter(p, slices.Compact(rows), q)
	if q.Order.Field == "" {
		return rows, true
	}
	a, b := t.codec.record(), t.codec.record()
	slices.SortStableFunc(rows, func(x, y uint32) int {
		return directory.Compare(t.at(int(x), a), t.at(int(y), b), q.Order)
	})
	return rows, true
}

// filter returns those of the rows that match.
func (t *table[T, R]) filter(p *pace, rows []uint32, q providers.Query) []uint32 {
	matching := []uint32{}
	scratch := t.codec.record()
	for _, row := range rows {
		if p.stop() {
			return nil
		}
		record := t.at(int(row), scratch)
		if t.isChild(record, q.Parent) && directory.Accepts(record, q) {
			matching = append(matching, row)
		}
	}
	return slices.Clip(matching)
}

// isChild reports whether a row has one of the parents.
func (t *table[T, R]) isChild(row T, parent providers.Parent) bool {
	keys := t.codec.keys(row)
	switch parent.Type {
	case "":
		return true
	case model.TypeUser:
		return slices.Contains(parent.IDs, keys.user)
	}
	return keys.tenant.Type() == parent.Type && slices.Contains(parent.IDs, keys.tenant.VendorID())
}

// ordered returns all rows in an order. Rows without a value are last, and equal ones in
// the order of the table.
func (t *table[T, R]) ordered(p *pace, order providers.Order) []uint32 {
	if rows, ok := t.sorted(order); ok {
		return rows
	}
	t.sorting.Lock()
	defer t.sorting.Unlock()
	if rows, ok := t.sorted(order); ok {
		return rows
	}
	t.mu.RLock()
	rows := t.sort(p, order)
	t.mu.RUnlock()
	if p.stopped {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.orders[order] = rows
	return rows
}

// sorted returns all rows in an order that was requested before.
func (t *table[T, R]) sorted(order providers.Order) (rows []uint32, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	rows, ok = t.orders[order]
	return rows, ok && len(rows) == len(t.rows)
}

// sortKey is what an order compares of a row.
type sortKey struct {
	row    uint32
	absent bool
	text   string
	// seconds and nanoseconds are an instant.
	seconds     int64
	nanoseconds int
}

func textKey(s *string) sortKey {
	if s == nil {
		return sortKey{absent: true}
	}
	return sortKey{text: directory.Fold(*s)}
}

func timeKey(t *time.Time) sortKey {
	if t == nil {
		return sortKey{absent: true}
	}
	return sortKey{seconds: t.Unix(), nanoseconds: t.Nanosecond()}
}

// compare orders two keys that are not absent.
func (k sortKey) compare(l sortKey) int {
	return cmp.Or(cmp.Compare(k.seconds, l.seconds), cmp.Compare(k.nanoseconds, l.nanoseconds), strings.Compare(k.text, l.text))
}

func (t *table[T, R]) sort(p *pace, order providers.Order) []uint32 {
	rows := make([]uint32, len(t.rows))
	if order.Field == "" {
		for i := range rows {
			rows[i] = uint32(i)
		}
		return rows
	}
	keys := make([]sortKey, len(rows))
	scratch := t.codec.record()
	for i := range keys {
		if p.stop() {
			return nil
		}
		keys[i] = keyOf(t.at(i, scratch), order)
		keys[i].row = uint32(i)
	}
	direction := 1
	if order.Descending {
		direction = -1
	}
	slices.SortFunc(keys, func(a, b sortKey) int {
		switch {
		case p.stop(): // with equal keys, sorting ends soon
			return 0
		case a.absent && !b.absent:
			return 1
		case b.absent && !a.absent:
			return -1
		}
		return cmp.Or(direction*a.compare(b), cmp.Compare(a.row, b.row))
	})
	for i, k := range keys {
		rows[i] = k.row
	}
	return rows
}

// keyOf returns what an order compares of a row, as directory.Compare does.
func keyOf(row model.Node, order providers.Order) sortKey {
	a := row.Attributes()
	switch order.Field {
	case model.OrderByName:
		return textKey(a.Name)
	case model.OrderByEmail:
		return textKey(a.Email)
	case model.OrderByStatus:
		return sortKey{text: a.Status}
	case model.OrderByCreatedAt:
		return timeKey(a.CreatedAt)
	case model.OrderByUpdatedAt:
		return timeKey(a.UpdatedAt)
	case model.OrderByLastLoginAt:
		return timeKey(a.LastLoginAt)
	}
	return sortKey{}
}
