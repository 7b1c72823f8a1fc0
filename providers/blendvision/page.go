package blendvision

import (
	"strconv"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// maxPages is the maximum number of pages that are read of one organization's list:
// 10,000 rows of pageSize.
const maxPages = 100

// listPage is one page of one organization's list.
type listPage[T any] struct {
	items []T
	// number counts pages from 1.
	number int
	// size is the page size that the vendor reports, pageSize if it reports none.
	size int
	// total is the length of the list that the vendor reports, 0 if it reports none.
	total int
}

// Nodes returns the objects on the page, for cache tags.
func (p listPage[T]) Nodes() []model.Node { return upstream.NodesIn(p.items) }

// hasNext reports whether there may be a next page. If the number of rows contradicts
// the reported size or total, there is a next page unless this one is empty.
func (p listPage[T]) hasNext() bool {
	if len(p.items) == 0 {
		return false
	}
	if p.total == 0 {
		return len(p.items) >= p.size
	}
	before := (p.number - 1) * p.size
	read := before + len(p.items)
	if read <= p.total {
		return read < p.total
	}
	return before >= p.total || len(p.items) >= p.size
}

// pageCount estimates the number of pages of the list. p is the first page.
func (p listPage[T]) pageCount() int {
	if !p.hasNext() || p.total == 0 {
		return 1
	}
	size := min(p.size, len(p.items))
	return (p.total + size - 1) / size
}

// totalFor returns the length of the list for a query. It is nil if the vendor does not
// report it, if more rows were received, or if the core has to apply a filter.
func (p listPage[T]) totalFor(q providers.Query) *int {
	before := (p.number - 1) * p.size
	switch {
	case !isUnfiltered(q),
		len(p.items) > 0 && before+len(p.items) > p.total,
		before > 0 && p.total == 0:
		return nil
	}
	return new(p.total)
}

// nextToken returns the token of the next page, "" on the last page.
func (p listPage[T]) nextToken() string {
	if !p.hasNext() {
		return ""
	}
	return strconv.Itoa(p.number + 1)
}

// parsePageNumber parses a token of one organization's list. "" is the first page.
func (c *client) parsePageNumber(token string) (int, error) {
	if token == "" {
		return 1, nil
	}
	// The vendor's page numbers have 32 bits.
	number, err := strconv.ParseInt(token, 10, 32)
	if err != nil || number < 1 || strconv.FormatInt(number, 10) != token {
		return 0, c.newError(providers.InvalidArgument, "invalid page token")
	}
	return int(number), nil
}
