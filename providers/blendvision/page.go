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
	decode             func(ctx context.Context, body []byte) (listPage[T], error)
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
	// rows of the page, or those up to its end.
	total int
}

// Nodes returns the objects on the page, for cache tags.
func (p listPage[T]) Nodes() []model.Node { return upstream.NodesIn(p.items) }

// newTotals returns, for the path of each list, whether totals count the whole list,
// without an upper limit.
func newTotals(p *model.Provider) map[string]*upstream.Detected[bool] {
	totals := map[string]*upstream.Detected[bool]{}
	for _, path := range []string{accountsPath, rolesPath, subOrganizationsPath} {
		totals[path] = upstream.NewDetected[bool](p)
	}
	return totals
}

// readNumber reads the page with this number, from 1.
func readNumber[T any](ctx context.Context, c *client, l list[T], number int) (upstream.Reply[listPage[T]], error) {
	request, err := c.request(l.path, l.organization, url.Values{
		"current_page":   {strconv.Itoa(number)},
		"items_per_page": {strconv.Itoa(pageSize)},
	})
	if err != nil {
		return upstream.Reply[listPage[T]]{}, err
	}
	request.Tags = append(c.upstream.IDs(model.TypeOrganization, l.organization), c.upstream.AnyID(model.TypeUser))
	return upstream.ReadList(ctx, c.upstream, request, l.decode)
}

// judge returns what follows the page at a place of a list. Where the total is the number
// of rows that were read, and more rows are possible, judge reads the next page.
func judge[T any](ctx context.Context, c *client, l list[T], at upstream.PagePosition, page listPage[T]) (upstream.PagePosition, upstream.Step) {
	next, step := at.Next(page.ids, page.total)
	if !at.IsComplete() || step != upstream.More || page.total != next.Rows {
		return next, step
	}
	reply, err := readNumber(ctx, c, l, next.Number)
	switch {
	case err != nil:
	case len(reply.Value.ids) == 0:
		step = upstream.End
	case reply.Value.total == page.total:
		c.totals[l.path].Reset()
	}
	return next, step
}

// length returns the length of a list with the page at a place, nil if it is not known:
// the list goes on, and it is not certain that totals count lists.
func length[T any](ctx context.Context, c *client, l list[T], at upstream.PagePosition, page listPage[T], step upstream.Step) *int {
	rows := at.Rows + len(page.ids)
	switch {
	case page.unreadable > 0:
	case step == upstream.End && page.total == rows, step == upstream.More && page.total > rows && countsList(ctx, c, l, at, page):
		return &page.total
	}
	return nil
}

// countsList reports whether totals count lists. The first list with a total above the
// rows received shows it: there is no row behind those that the total promises. A total
// with an upper limit has rows there.
func countsList[T any](ctx context.Context, c *client, l list[T], at upstream.PagePosition, page listPage[T]) bool {
	counts, known, err := c.totals[l.path].Detect(ctx, func() (bool, bool, error) {
		rows := max(at.Size, len(page.ids), 1)
		promised := (page.total - at.Rows - len(page.ids) + rows - 1) / rows
		reply, err := readNumber(ctx, c, l, at.Number+promised+1)
		ends := len(reply.Value.ids) == 0
		return ends, err == nil && (ends || reply.Value.total == page.total), err
	})
	return err == nil && known && counts
}

// readAt reads the page at a place of a list, with the length of the list if counted is
// set and the length is known.
func readAt[T any](ctx context.Context, c *client, l list[T], at upstream.PagePosition, counted bool) (*providers.Page[T], error) {
	reply, err := readNumber(ctx, c, l, at.Number)
	if err != nil {
		return nil, err
	}
	page := pageOf(ctx, c, l, at, counted, reply)
	if !at.IsComplete() {
		page.At = func(token string) *providers.Page[T] {
			complete, ok := upstream.ParsePagePosition(token)
			if !ok || complete.Number != at.Number {
				return nil
			}
			return pageOf(ctx, c, l, complete, counted, reply)
		}
	}
	return page, nil
}

// pageOf returns the page at a place of a list from its reply. It makes calls where judge
// and length do.
func pageOf[T any](ctx context.Context, c *client, l list[T], at upstream.PagePosition, counted bool, reply upstream.Reply[listPage[T]]) *providers.Page[T] {
	next, step := judge(ctx, c, l, at, reply.Value)
	page := &providers.Page[T]{Items: reply.Value.items, Errors: c.gaps(step, reply.Value.unreadable), Freshness: reply.Freshness}
	if counted && at.IsComplete() {
		page.Total = length(ctx, c, l, at, reply.Value, step)
	}
	switch step {
	case upstream.More:
		page.Next = next.String()
		page.Ahead = next.Ahead(len(reply.Value.ids), pageSize, reply.Value.total, "")
	case upstream.Repeated:
		page.Items = nil
	}
	return page
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
