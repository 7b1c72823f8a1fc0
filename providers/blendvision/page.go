package blendvision

import (
	"context"
	"net/url"
	"strconv"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// maxPages is the maximum number of pages that are read of one organization's list:
// 10,000 rows of pageSize.
const maxPages = 100

// list is a list of the vendor for one organization.
type list[T any] struct {
	path, organization string
	decode             func(body []byte) (listPage[T], error)
}

// listPage is one page of a list.
type listPage[T any] struct {
	items []T
	// ids are the ids of all rows, "" for a row without one. items lacks these rows, and
	// unreadable is their number.
	ids        []string
	unreadable int
	// total is the total that the vendor reports, 0 if it reports none. The vendor calls
	// it "the total numbers of the list in the current pagination": it may count the
	// rows of the page.
	total int
}

// Nodes returns the objects on the page, for cache tags.
func (p listPage[T]) Nodes() []model.Node { return upstream.NodesIn(p.items) }

// newTotals returns, for the path of each list, whether totals count the whole list.
// It is found out once a process.
func newTotals(p *model.Provider) map[string]*upstream.Detected[bool] {
	totals := map[string]*upstream.Detected[bool]{}
	for _, path := range []string{accountsPath, rolesPath, subOrganizationsPath} {
		totals[path] = upstream.NewDetected[bool](p)
	}
	return totals
}

// readNumber reads the page with this number, from 1. A total above the number of rows
// of the page shows that totals count the list.
func readNumber[T any](ctx context.Context, c *client, l list[T], number int) (upstream.Reply[listPage[T]], error) {
	request, err := c.request(l.path, l.organization, url.Values{
		"current_page":   {strconv.Itoa(number)},
		"items_per_page": {strconv.Itoa(pageSize)},
	})
	if err != nil {
		return upstream.Reply[listPage[T]]{}, err
	}
	request.Tags = append(c.upstream.IDs(model.TypeOrganization, l.organization), c.upstream.AnyID(model.TypeUser))
	reply, err := upstream.Read(ctx, c.upstream, request, l.decode)
	if _, known := c.totals[l.path].Get(); !known && err == nil && reply.Value.total > len(reply.Value.ids) {
		c.totals[l.path].Set(true)
	}
	return reply, err
}

// judge returns what follows the page at a place of a list, and the length of the list
// if it is known. Where the total is the number of rows that were read, and it is not
// known whether totals count the list, judge reads the next page.
func judge[T any](ctx context.Context, c *client, l list[T], at upstream.PagePosition, page listPage[T]) (upstream.PagePosition, upstream.Step, *int) {
	rows := at.Rows + len(page.ids)
	total := upstream.Total{Rows: page.total, Exact: page.total > len(page.ids)}
	if total.Rows == rows && rows > 0 && !total.Exact {
		countsList, known, err := c.totals[l.path].Detect(ctx, func() (countsList, known bool, err error) {
			next, err := readNumber(ctx, c, l, at.Number+1)
			total.Exact = err == nil && len(next.Value.ids) == 0
			return total.Exact, !total.Exact || next.Value.total > 0, err
		})
		total.Exact = total.Exact || err == nil && known && countsList
	}
	next, step := at.Next(page.ids, total)
	switch {
	case step == upstream.Repeated || step == upstream.Short || page.unreadable > 0:
		return next, step, nil
	case total.Rows > rows, total.Exact && total.Rows == rows, rows == 0 && total.Rows == 0 && at.Number == 1:
		return next, step, &total.Rows
	}
	return next, step, nil
}

// readAt reads the page at a place of a list. The length of the list is for a query
// without a filter.
func readAt[T any](ctx context.Context, c *client, l list[T], at upstream.PagePosition) (*providers.Page[T], error) {
	reply, err := readNumber(ctx, c, l, at.Number)
	if err != nil {
		return nil, err
	}
	next, step, total := judge(ctx, c, l, at, reply.Value)
	page := &providers.Page[T]{Items: reply.Value.items, Total: total, Errors: c.gaps(step, reply.Value.unreadable), Freshness: reply.Freshness}
	switch step {
	case upstream.More:
		page.Next = next.String()
	case upstream.Repeated:
		page.Items = nil
	}
	return page, nil
}

// gaps returns the reasons why rows are missing: from the page, or after it.
func (c *client) gaps(step upstream.Step, unreadable int) []error {
	var errs []error
	if unreadable > 0 {
		errs = append(errs, c.newError(providers.BadResponse, "rows without an id were left out"))
	}
	switch step {
	case upstream.Repeated:
		errs = append(errs, c.newError(providers.Incomplete, "the vendor repeats a page; the rest was not read"))
	case upstream.Short:
		errs = append(errs, c.newError(providers.Incomplete, "the vendor's list ends before its total"))
	}
	return errs
}

// parsePageToken parses a token of one organization's list.
func (c *client) parsePageToken(token string) (upstream.PagePosition, error) {
	at, ok := upstream.ParsePagePosition(token)
	if !ok {
		return at, c.newError(providers.InvalidArgument, "invalid page token")
	}
	return at, nil
}
