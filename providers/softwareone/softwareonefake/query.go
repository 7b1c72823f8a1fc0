package softwareonefake

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

const (
	// defaultLimit is the limit in the vendor's examples. Another page of its
	// documentation says that the default may be 1000.
	defaultLimit = 10
	// maxLimit is the documented maximum. A larger limit is not an error.
	maxLimit = 100
)

// query is a parsed query string.
type query struct {
	selection *selection
	where     condition
	// expression is what where is compiled from, and text the filter and the order.
	expression    expression
	text          string
	order         []sortKey
	limit, offset int
	// reportedLimit is the limit in $meta.pagination.
	reportedLimit int
}

type sortKey struct {
	path       path
	descending bool
}

// parseQuery parses a query string. Parameters other than select, order, limit
// and offset are parts of the filter. A plus sign is not a space.
func (f *Fake) parseQuery(raw string, k *kind) (*query, *problem) {
	q := &query{selection: &selection{kind: k}, limit: defaultLimit}
	decoded, invalidEscape := url.PathUnescape(raw)
	if invalidEscape != nil {
		return nil, invalid("query", "The query is not properly encoded.")
	}
	var filter, order []string
	for _, part := range splitQuery(decoded) {
		name, value, _ := strings.Cut(part, "=")
		var err *problem
		switch name {
		case "select":
			err = q.selection.add(value, f.Operations)
		case "order":
			order = append(order, strings.Split(value, ",")...)
		case "limit":
			q.limit, err = parseCount(name, value)
			q.limit = min(q.limit, maxLimit)
		case "offset":
			q.offset, err = parseCount(name, value)
		default:
			filter = append(filter, part)
		}
		if err != nil {
			return nil, err
		}
	}
	q.limit, q.reportedLimit = f.rows(q.limit)
	where := strings.Join(filter, "&")
	if f.rejects(where, order) {
		return nil, invalid("query", "Unknown expression group.")
	}
	if err := q.compile(where, order, f.Operations); err != nil {
		return nil, err
	}
	if f.matchesNothing(k, where) {
		q.where = func(*row) bool { return false }
	}
	return q, nil
}

// compile sets the filter and the order.
func (q *query) compile(filter string, order []string, operations bool) *problem {
	q.text = filter + "&order=" + strings.Join(order, ",")
	e, err := parse(filter)
	if err != nil {
		return err
	}
	q.expression = e
	if c, ok := e.(constant); !ok || !bool(c) {
		if q.where, err = q.selection.compile(e, operations); err != nil {
			return err
		}
	}
	for _, name := range order {
		name = strings.TrimSpace(name)
		key := sortKey{descending: strings.HasPrefix(name, "-")}
		name = strings.TrimLeft(name, "+-")
		if key.path, err = q.selection.find(name, operations); err != nil {
			return err
		}
		if typ := key.path.last.typ; typ == object || typ == objects || typ == opaque {
			return invalid(name, "The property has no order.")
		}
		q.order = append(q.order, key)
	}
	return nil
}

// splitQuery splits a query at each & outside of quotes and parentheses.
func splitQuery(s string) []string {
	var parts []string
	var quote byte
	start, open := 0, 0
	for i := 0; i <= len(s); i++ {
		switch {
		case i == len(s) || s[i] == '&' && quote == 0 && open == 0:
			if i > start {
				parts = append(parts, s[start:i])
			}
			start = i + 1
		case quote != 0:
			if s[i] == quote {
				quote = 0
			}
		case s[i] == '"' || s[i] == '\'':
			quote = s[i]
		case s[i] == '(':
			open++
		case s[i] == ')':
			open--
		}
	}
	return parts
}

func parseCount(name, value string) (int, *problem) {
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil || n < 0 {
		return 0, invalidParameter(name, "The value is not a number from 0 to 2147483647.")
	}
	return int(n), nil
}

// page returns the rows of the page, and the number of all matching rows.
func (f *Fake) page(q *query, c *collection) ([]*row, int) {
	all := c.visible(f.Operations)
	if all.Count == 0 {
		return q.pageOf(all.Fixed)
	}
	byID := len(q.order) == 0 || q.order[0].path.last.name == "id" && len(q.order[0].path.fields) == 1 && !q.order[0].descending
	if q.where == nil && byID {
		from := min(q.offset, all.Len())
		return all.Page(from, min(from+q.limit, all.Len())), all.Len()
	}
	if candidates, ok := c.crowd.candidates(q.expression); ok {
		rows := slices.Clone(all.Fixed)
		slices.Sort(candidates)
		for _, i := range slices.Compact(candidates) {
			rows = append(rows, all.Compute(i))
		}
		return q.pageOf(rows)
	}
	view := f.views.Get(fmt.Sprintf("%p %s", c, q.text), func() []int32 {
		match := func(r *row) bool { return q.where == nil || q.where(r) }
		return fakevendor.Select(all, match, q.sortValues, q.compareValues)
	})
	from := min(q.offset, len(view))
	var rows []*row
	for _, i := range view[from:min(from+q.limit, len(view))] {
		rows = append(rows, all.At(int(i)))
	}
	return rows, len(view)
}

// pageOf returns the rows of the page of these rows, and the number of all matching rows.
func (q *query) pageOf(rows []*row) ([]*row, int) {
	if q.where != nil {
		matching := make([]*row, 0, len(rows))
		for _, r := range rows {
			if q.where(r) {
				matching = append(matching, r)
			}
		}
		rows = matching
	}
	if len(q.order) > 0 {
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, q.compare)
	}
	from := min(q.offset, len(rows))
	return rows[from:min(from+q.limit, len(rows))], len(rows)
}

func (q *query) compare(a, b *row) int { return q.compareValues(q.sortValues(a), q.sortValues(b)) }

// sortValues returns the values by which a row is sorted.
func (q *query) sortValues(r *row) []any {
	values := make([]any, len(q.order))
	for i, key := range q.order {
		values[i] = valueOf(key.path.valueIn(r))
	}
	return values
}

func (q *query) compareValues(a, b []any) int {
	for i, key := range q.order {
		c := compare(a[i], b[i])
		if key.descending {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}
