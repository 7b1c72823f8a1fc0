package blendvisionfake

import (
	"net/url"
	"strconv"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// query are the parameters of a request. Unknown ones are ignored. Assumption: 0 means
// unset, as in responses.
type query struct {
	url.Values
	page, size int
}

const (
	defaultSize = 1
	maxSize     = 100
)

func parseQuery(raw string) (query, *rpcStatus) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return query{}, &rpcStatus{Code: 3, Message: "malformed query"}
	}
	q := query{Values: values}
	var failed *rpcStatus
	if q.page, failed = q.positive("current_page", 1); failed != nil {
		return q, failed
	}
	if q.size, failed = q.positive("items_per_page", defaultSize); failed != nil {
		return q, failed
	}
	if q.size > maxSize {
		return q, &rpcStatus{Code: 3, Message: "items_per_page must not be above 100"}
	}
	return q, nil
}

// positive returns a parameter from 1 to the maximum of 32 bits, or unset if it is
// missing, empty or 0.
func (q query) positive(name string, unset int) (int, *rpcStatus) {
	text := q.Get(name)
	if text == "" {
		return unset, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, &rpcStatus{Code: 3, Message: "invalid " + name}
	}
	if n == 0 {
		return unset, nil
	}
	return int(n), nil
}

// values returns the values of a list. It fails if one is not valid.
func (q query) values(name string, valid func(string) bool) ([]string, *rpcStatus) {
	for _, value := range q.Values[name] {
		if !valid(value) {
			return nil, &rpcStatus{Code: 3, Message: "invalid value of " + name}
		}
	}
	return q.Values[name], nil
}

// pageOf returns a page of a list. Assumption: pages past the end are empty.
func pageOf[T any](list fakevendor.Rows[T], q query, v Variation) ([]T, any) {
	size, number := q.size, q.page
	if v.MaxPerPage > 0 {
		size = min(size, v.MaxPerPage)
	}
	switch {
	case v.RepeatFirstPage:
		number = 1
	case v.EmptyPage > 0 && number == v.EmptyPage:
		number = 1 << 20
	case v.EmptyPage > 0 && number > v.EmptyPage:
		number--
	}
	from := min((number-1)*size, list.Len())
	to := min(from+size, list.Len())
	rows := list.Page(from, to)
	return rows, v.pagination(pagination{TotalItems: list.Len(), ItemsPerPage: q.size, CurrentPage: q.page}, len(rows), to)
}
