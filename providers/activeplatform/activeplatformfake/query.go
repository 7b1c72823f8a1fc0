package activeplatformfake

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// defaultPerPage is an assumption; the vendor documents no default.
const defaultPerPage = 20

// row is an object of a list. field returns the text of a field by the vendor's
// name of it, and false for an unknown field.
type row interface {
	field(name string) (string, bool)
}

// pageOf returns the page of a list that a query selects.
func pageOf[T row](all []T, q url.Values, v Variation, perPage int) []T {
	rows := []T{}
	for _, r := range all {
		if matches(r, q, v) {
			rows = append(rows, r)
		}
	}
	sortRows(rows, q.Get("sorting[field]"), q.Get("sorting[reversed]") == "true")
	from, to := bounds(len(rows), q, v, perPage)
	return rows[from:to]
}

// bounds returns the indices of the first row of a page and of the one after its last.
func bounds(rows int, q url.Values, v Variation, perPage int) (from, to int) {
	size := max(min(number(q.Get("per_page"), perPage), v.MaxPerPage), v.MinPerPage)
	page := max(0, pageNumber(q, v.FirstPage)-v.FirstPage)
	if v.RepeatFirstPage {
		page = 0
	}
	if v.BeginAgain > 1 {
		page %= v.BeginAgain - 1
	}
	from = min(page*size, rows)
	return from, min(from+size, rows)
}

// pageNumber returns the number of the requested page, first if there is none.
func pageNumber(q url.Values, first int) int {
	n, err := strconv.Atoi(q.Get("page"))
	if err != nil || n > 1_000_000 {
		return first
	}
	return n
}

func matches(r row, q url.Values, v Variation) bool {
	for _, name := range []string{"email", "status", "created_at", "updated_at"} {
		want := q.Get("filters[" + name + "]")
		have, _ := r.field(name)
		if strings.HasSuffix(name, "_at") {
			have = have[:min(len(have), len("2006-01-02"))]
		}
		isEqual := strings.EqualFold(have, want)
		if name == "email" && v.ExactEmails {
			isEqual = have == want
		}
		if want != "" && !isEqual {
			return false
		}
	}
	return true
}

// sortRows sorts by a field, case-insensitively. An unknown field does not change the
// order. Without a field, rows are sorted by id.
func sortRows[T row](rows []T, field string, reversed bool) {
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

// number parses a positive number. It returns fallback if s is not one.
func number(s string, fallback int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1_000_000 {
		return fallback
	}
	return n
}
