package activeplatformfake

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// defaultPerPage is a guess; the vendor's pages name no number.
const defaultPerPage = 20

// row is an object of a list, by the vendor's names of its fields.
type row interface {
	field(name string) (string, bool)
}

// pageOf filters, sorts and cuts a list as a request wants it.
func pageOf[T row](all []T, q url.Values, maxPerPage int) []T {
	some := []T{}
	for _, r := range all {
		if matches(r, q) {
			some = append(some, r)
		}
	}
	order(some, q.Get("sorting[field]"), q.Get("sorting[reversed]") == "true")
	size := min(number(q.Get("per_page"), defaultPerPage), maxPerPage)
	from := min((number(q.Get("page"), 1)-1)*size, len(some))
	return some[from:min(from+size, len(some))]
}

func matches(r row, q url.Values) bool {
	for _, name := range []string{"email", "status", "created_at", "updated_at"} {
		want := q.Get("filters[" + name + "]")
		have, _ := r.field(name)
		if strings.HasSuffix(name, "_at") {
			have = have[:min(len(have), len("2006-01-02"))]
		}
		if want != "" && !strings.EqualFold(have, want) {
			return false
		}
	}
	return true
}

// order sorts by a field without regard to case; a field that does not exist
// changes nothing. Without a field the order is that of the ids.
func order[T row](rows []T, field string, reversed bool) {
	if field == "" {
		field = "id"
	}
	slices.SortStableFunc(rows, func(a, b T) int {
		x, _ := a.field(field)
		y, _ := b.field(field)
		n := cmp.Compare(strings.ToLower(x), strings.ToLower(y))
		if reversed {
			return -n
		}
		return n
	})
}

// number reads a positive number, or takes the default.
func number(s string, otherwise int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1_000_000 {
		return otherwise
	}
	return n
}
