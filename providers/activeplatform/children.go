package activeplatform

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// maxPages is the largest number of pages that are read of a list in one go.
const maxPages = 100

// readChildren reads the list of an account or of a user as one page. The vendor
// documents no pages for it, but a server may divide it. Its second page shows that:
// where there are no pages, it repeats the first one. paged holds what it shows. A list
// with exactly as many rows as requested may be cut: only other rows on a second page
// show where it goes on, and a second page that repeats the first one is an error.
func readChildren[T model.Node](ctx context.Context, p *Provider, paged *upstream.Detected[bool], l list[T]) (*providers.Page[T], error) {
	reply, err := readPage(ctx, p, l, 1)
	if err != nil {
		return nil, err
	}
	all := &children[T]{provider: p, page: &providers.Page[T]{}, seen: map[model.ID]bool{}}
	at, step := all.add(upstream.Start(), reply)
	if step == upstream.More && len(reply.Value.ids) != perPage {
		divided, _, err := paged.Detect(ctx, func() (bool, bool, error) {
			second, err := readPage(ctx, p, l, 2)
			return !overlap(second.Value.ids, reply.Value.ids), err == nil, err
		})
		if err != nil {
			all.fail(err)
		}
		if err != nil || !divided {
			step = upstream.End
		}
	}
	for step == upstream.More {
		if reply, err = readPage(ctx, p, l, at.Number); err != nil {
			all.fail(err)
			break
		}
		if at.Number > maxPages && len(reply.Value.ids) > 0 {
			all.fail(p.newError(providers.Incomplete, "the list has more than 100 pages; the rest was not read"))
			break
		}
		at, step = all.add(at, reply)
	}
	if len(all.page.Errors) == 0 {
		all.page.Total = new(len(all.page.Items))
	}
	return all.page, nil
}

// children collects the pages of a list.
type children[T model.Node] struct {
	provider *Provider
	page     *providers.Page[T]
	seen     map[model.ID]bool
}

// add adds the page at a place of the list.
func (c *children[T]) add(at upstream.PagePosition, reply upstream.Reply[rows[T]]) (upstream.PagePosition, upstream.Step) {
	next, step := at.Next(reply.Value.ids, 0)
	c.page.Freshness = *(&reply.Freshness).Merge(c.freshness())
	if step == upstream.Repeated {
		c.fail(c.provider.repeated())
		return next, step
	}
	if reply.Value.unreadable > 0 {
		c.fail(c.provider.unreadable())
	}
	before := len(c.page.Items)
	for _, item := range reply.Value.items {
		if !c.seen[item.GlobalID()] {
			c.seen[item.GlobalID()] = true
			c.page.Items = append(c.page.Items, item)
		}
	}
	if len(reply.Value.items) > 0 && len(c.page.Items) == before {
		c.fail(c.provider.repeated())
		return next, upstream.Repeated
	}
	return next, step
}

func (c *children[T]) freshness() *model.Freshness {
	if c.page.Freshness.FetchedAt.IsZero() {
		return nil
	}
	return &c.page.Freshness
}

func (c *children[T]) fail(err error) { c.page.Errors = append(c.page.Errors, err) }
