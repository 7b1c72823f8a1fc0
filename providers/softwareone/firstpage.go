package softwareone

import (
	"context"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// firstSizes are the sizes of the first page of a list, so few that readers share pages.
var firstSizes = [...]int{25, 50, pageSize}

// sizesFor returns the sizes of a first page with so many rows; 0 is all of them.
func sizesFor(rows int) []int {
	sizes := firstSizes[:]
	for len(sizes) > 1 && (rows == 0 || sizes[0] < rows) {
		sizes = sizes[1:]
	}
	return sizes
}

// firstPage is page for the first page of a list, of which the reader wants so many rows. It
// makes a call for the smallest page that has them, unless a larger one can be read without a
// call. A platform that tells no total gets no smaller page: whether rows follow one is not
// known.
func (l listRequest[T]) firstPage(ctx context.Context, client *upstream.Client, detected *detected, at position, parts int, exact bool, rows int) (*providers.Page[T], error) {
	if sizes := sizesFor(rows); len(sizes) > 1 && !detected.noTotal.Load() {
		l.query.limit = sizes[upstream.FirstHeld[listPage[T]](client, len(sizes), func(i int) upstream.Request {
			sized := l
			sized.query.limit = sizes[i]
			return sized.request()
		})]
	}
	reply, err := l.read(ctx, client)
	if err != nil {
		return nil, err
	}
	next, err := reply.Value.pagination.after(at.offset, reply.Value.rows)
	switch {
	// A page of another length than was asked for is as long as the vendor makes it.
	case err != nil, next.offset < 0, reply.Value.rows != l.query.limit, l.query.limit == pageSize:
		return l.pageOf(ctx, client, reply, at, parts, exact)
	case next.total == nil:
		detected.noTotal.Store(reply.Value.pagination == nil || reply.Value.pagination.Total == nil)
		l.query.limit = pageSize
		return l.page(ctx, client, at, parts, exact)
	}
	page, err := l.pageOf(ctx, client, reply, at, parts, exact)
	if err != nil {
		return nil, err
	}
	page.Partial, page.Next = true, at.String()
	page.Ahead = []providers.Ahead{{Token: page.Next}}
	return page, nil
}
