package blendvisionfake

import (
	"net/url"
	"strconv"
)

// query is what stands behind a path's question mark. Unknown parameters are
// ignored. Assumed: 0 stands for unset, as it does in answers.
type query struct {
	url.Values
	page, size int
}

const (
	defaultSize = 1
	maxSize     = 100
)

func parseQuery(raw string) (query, *refusal) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return query{}, &refusal{Code: 3, Message: "malformed query"}
	}
	q := query{Values: values}
	var refused *refusal
	if q.page, refused = q.positive("current_page", 1); refused != nil {
		return q, refused
	}
	if q.size, refused = q.positive("items_per_page", defaultSize); refused != nil {
		return q, refused
	}
	if q.size > maxSize {
		return q, &refusal{Code: 3, Message: "items_per_page must not be above 100"}
	}
	return q, nil
}

func (q query) positive(name string, unset int) (int, *refusal) {
	text := q.Get(name)
	if text == "" {
		return unset, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, &refusal{Code: 3, Message: "invalid " + name}
	}
	if n == 0 {
		return unset, nil
	}
	return int(n), nil
}

// words are the values of a list, of which each must be one of known.
func (q query) words(name string, known func(string) bool) ([]string, *refusal) {
	for _, word := range q.Values[name] {
		if !known(word) {
			return nil, &refusal{Code: 3, Message: "invalid value of " + name}
		}
	}
	return q.Values[name], nil
}

// pagination is how the vendor says where a page lies.
type pagination struct {
	TotalItems   int `json:"total_items"`
	ItemsPerPage int `json:"items_per_page"`
	CurrentPage  int `json:"current_page"`
}

// paged cuts a list. Behind its end, pages are empty (assumed).
func paged[T any](list []T, q query) ([]T, pagination) {
	from := min((q.page-1)*q.size, len(list))
	to := min(from+q.size, len(list))
	return append([]T{}, list[from:to]...), pagination{TotalItems: len(list), ItemsPerPage: q.size, CurrentPage: q.page}
}
