package activeplatform

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// perPage is the requested page size. The vendor documents neither the default nor
// the maximum; a server may return shorter and longer pages.
const perPage = 100

// rows are the rows of a page.
type rows[T model.Node] struct {
	items []T
	// ids are the ids of all rows, "" for a row without one. items lacks these rows, and
	// unreadable is their number.
	ids        []string
	unreadable int
}

// Nodes returns the objects on the page, for cache tags.
func (r rows[T]) Nodes() []model.Node { return upstream.NodesIn(r.items) }

// list is a list of the vendor.
type list[T model.Node] struct {
	path   string
	params url.Values
	// tags are the ids of the object that the list belongs to; none for a whole collection.
	tags   []model.ID
	decode func([]byte) (T, error)
	// mayLackPage is set if the vendor may reject the number of a page.
	mayLackPage bool
	// mayRepeat is Page.MayRepeat of the pages.
	mayRepeat bool
	// sorted is Page.Sorted of the pages.
	sorted bool
	// pages receives the number of pages when the end is reached; nil if nobody needs it.
	pages *atomic.Int64
}

// isCollection reports whether the list belongs to no object.
func (l list[T]) isCollection() bool { return len(l.tags) == 0 }

// readPage reads the page with this number, from 1. It finds out the vendor's number
// of the first page if that is not known.
func readPage[T model.Node](ctx context.Context, p *Provider, l list[T], number int) (upstream.Reply[rows[T]], error) {
	var first upstream.Reply[rows[T]]
	found := false
	base, known, err := p.detected.firstPage.Detect(ctx, func() (base int, known bool, err error) {
		found = true
		first, base, known, err = findFirstPage(ctx, p, l)
		return base, known, err
	})
	if err != nil || found && (number == 1 || !known) {
		// Without a row, two pages do not tell which one is the first.
		return first, err
	}
	return readNumbered(ctx, p, l, base+number-1)
}

// findFirstPage reads the pages 0 and 1 of a list, and returns the first page and its
// number. Page 0 is the first one if it has rows, and page 1 others or none. It is not
// if it has the rows of page 1, or if the vendor has no page 0. known is false if there
// is no row.
func findFirstPage[T model.Node](ctx context.Context, p *Provider, l list[T]) (first upstream.Reply[rows[T]], number int, known bool, err error) {
	probe := l
	probe.mayLackPage = true
	var pages [2]upstream.Reply[rows[T]]
	var errs [2]error
	var calls sync.WaitGroup
	for n := range pages {
		calls.Go(func() { pages[n], errs[n] = readNumbered(ctx, p, probe, n) })
	}
	calls.Wait()
	zero, one := pages[0].Value.ids, pages[1].Value.ids
	switch {
	case l.isCollection() && isNotFound(errs[0]) && isNotFound(errs[1]):
		first, err = readNumbered(ctx, p, l, -1)
		return first, 0, false, err
	case errs[1] != nil && (len(zero) == 0 || !hasNoPage(errs[1])):
		return pages[1], 0, false, errs[1]
	case errs[0] != nil && !hasNoPage(errs[0]):
		// The vendor may fail because it has no page 0, or for another reason. Without
		// a number it sends the first page.
		unnumbered, err := readNumbered(ctx, p, probe, -1)
		if err != nil || !overlap(unnumbered.Value.ids, one) {
			return pages[1], 0, false, errs[0]
		}
	case len(zero) > 0 && !overlap(zero, one):
		return pages[0], 0, true, nil
	}
	return pages[1], 1, len(one) > 0, nil
}

func isNotFound(err error) bool { return providers.KindOf(err) == providers.NotFound }

// hasNoPage reports whether the vendor rejected a request because of its page number.
func hasNoPage(err error) bool {
	var e *providers.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.HTTPStatus {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return e.HTTPStatus >= 400 && e.HTTPStatus < 500
}

// overlap reports whether half of b or more is in a. Two readings of one page differ
// by few rows.
func overlap(a, b []string) bool {
	in := make(map[string]bool, len(a))
	for _, id := range a {
		in[id] = true
	}
	both := 0
	for _, id := range b {
		if in[id] {
			both++
		}
	}
	return len(b) > 0 && 2*both >= len(b)
}

// readNumbered reads the page with the vendor's number. It sends no number below 0.
func readNumbered[T model.Node](ctx context.Context, p *Provider, l list[T], number int) (upstream.Reply[rows[T]], error) {
	q := url.Values{"per_page": {strconv.Itoa(perPage)}}
	if number >= 0 {
		q.Set("page", strconv.Itoa(number))
	}
	for key, values := range l.params {
		q[key] = values
	}
	request := upstream.Request{Path: l.path, Query: q.Encode(), Collection: l.isCollection() && !l.mayLackPage, Tags: l.tags}
	if !l.isCollection() {
		request.MaxRows = upstream.MaxListed // see readChildren
	}
	return upstream.ReadList(ctx, p.client, request, decodeRows(l.decode))
}

// pageAt reads the page at a place of a list.
func pageAt[T model.Node](ctx context.Context, p *Provider, l list[T], at upstream.PagePosition) (page *providers.Page[T], decoded bool, err error) {
	reply, err := readPage(ctx, p, l, at.Number)
	if err != nil {
		return nil, false, err
	}
	page = pageOf(p, l, at, reply)
	if mayGoOn(at, reply.Value) {
		continueBehind(ctx, p, l, at, page)
	}
	if !at.IsComplete() {
		page.At = func(token string) *providers.Page[T] {
			complete, ok := upstream.ParsePagePosition(token)
			if !ok || complete.Number != at.Number || mayGoOn(complete, reply.Value) {
				return nil
			}
			return pageOf(p, l, complete, reply)
		}
	}
	return page, reply.Decoded, nil
}

// mayGoOn reports whether rows may follow the page at a place of a list: it is empty, and the
// one before was full. The vendor documents neither the end of a list nor its length, so that the
// page behind shows whether the list has ended.
func mayGoOn[T model.Node](at upstream.PagePosition, page rows[T]) bool {
	return at.IsComplete() && at.Size >= perPage && len(page.ids) == 0
}

// continueBehind makes an empty page one within the list if the page behind it has rows. Its own
// rows may be missing then.
func continueBehind[T model.Node](ctx context.Context, p *Provider, l list[T], at upstream.PagePosition, page *providers.Page[T]) {
	probe := l
	probe.mayLackPage = true
	behind, err := readPage(ctx, p, probe, at.Number+1)
	if err != nil || len(behind.Value.ids) == 0 {
		return
	}
	next, _ := at.Next(nil, 0)
	page.Next = next.String()
	page.Errors = append(page.Errors, p.newError(providers.Incomplete, "the vendor sends an empty page before the end of the list"))
}

// pageOf returns the page at a place of a list from its reply.
func pageOf[T model.Node](p *Provider, l list[T], at upstream.PagePosition, reply upstream.Reply[rows[T]]) *providers.Page[T] {
	page := &providers.Page[T]{Freshness: reply.Freshness, MayRepeat: l.mayRepeat, Sorted: l.sorted}
	next, step := at.Next(reply.Value.ids, 0)
	if step == upstream.Repeated {
		page.Errors = []error{p.repeated()}
		return page
	}
	page.Items = reply.Value.items
	if reply.Value.unreadable > 0 {
		page.Errors = []error{p.unreadable()}
	}
	if step == upstream.End && at.IsComplete() && l.pages != nil {
		l.pages.Store(int64(at.Number))
	}
	if step == upstream.More {
		page.Next = next.String()
		page.Ahead = next.Ahead(len(reply.Value.ids), perPage, 0, "")
	}
	return page
}

// repeated is the error of a list whose pages do not advance.
func (p *Provider) repeated() error {
	return p.newError(providers.Incomplete, "the vendor repeats a page; the rest was not read")
}

// unreadable is the error of a page from which rows were left out.
func (p *Provider) unreadable() error {
	return p.newError(providers.BadResponse, "rows without an id were left out")
}
