package index

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/providers"
)

// pageSize is the number of rows of a page of an index.
const pageSize = 100

// collection answers from an index what the vendor cannot do.
type collection[T model.Node, R any] struct {
	providers.IndexedCollection[T]
	// path names the list in traces.
	path string
	live *live
	// table returns the rows of a build.
	table func(b *build) *table[T, R]
	// tenantOfID returns the vendor id of the tenant that the id of a row names, "" if ids name
	// none.
	tenantOfID func(id string) string
	// sizeOf tells whether the list that answers a query is long enough for an index.
	sizeOf func(q providers.Query) listSize
}

// fieldCollection is a collection whose vendor leaves out fields.
type fieldCollection[T model.Node, R any] struct {
	*collection[T, R]
	providers.FieldReader[T]
}

// decorate returns c, with the methods of the vendor's FieldReader if it is one.
func decorate[T model.Node, R any](c *collection[T, R]) providers.Collection[T] {
	if reader, ok := c.IndexedCollection.(providers.FieldReader[T]); ok {
		return fieldCollection[T, R]{c, reader}
	}
	return c
}

// ResumeAt returns the collection itself for a position in the index, and the vendor's
// collection for any other, which counts the rows of the vendor's pages.
func (c *collection[T, R]) ResumeAt(at model.Position) providers.Collection[T] {
	if isToken(at.Token) {
		return decorate(c)
	}
	return c.IndexedCollection
}

// Rows returns the rows of the index for the whole list, if so many are as many as a list with
// an index has.
func (c *collection[T, R]) Rows(ctx context.Context, q providers.Query, atLeast int) (*providers.Rows, error) {
	if atLeast < c.live.options.MinRows || !reflect.ValueOf(q).IsZero() {
		return nil, nil
	}
	b, err := c.live.get(ctx)
	if err != nil {
		return nil, err
	}
	table := c.table(b)
	rows, _ := table.match(ctx, q)
	if ctx.Err() != nil {
		return nil, &providers.Error{Kind: providers.Canceled, Provider: c.live.source.provider}
	}
	return &providers.Rows{
		Len: len(rows), ID: func(i int) string { return table.idAt(rows[i]) },
		TokenAt: func(i int) string { return table.tokenAt(rows, i, q.Order, c.live.options.CursorKey) },
	}, nil
}

// isIndexable reports whether an index can answer a query: it does not know databases.
func isIndexable(q providers.Query) bool { return q.Filter.Database == "" }

// Page reads a page from the index if the vendor does not support the query and the list is
// long, and else from the vendor, whose first page may show that it does not support the
// query. While the length of the list is found out, the vendor searches for an address.
func (c *collection[T, R]) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	read := func() (*providers.Page[T], error) { return c.IndexedCollection.Page(ctx, q, token) }
	if !isToken(token) && (token != "" || c.isSupported(q)) {
		page, err := read()
		if token != "" || err != nil || c.isSupported(q) {
			return page, err
		}
	}
	size := c.sizeOf(q)
	if !isToken(token) && len(q.Filter.Emails) == 1 && !size.isMeasured() {
		searching, cancel := context.WithCancel(ctx)
		read = async(func() (*providers.Page[T], error) { return c.IndexedCollection.Page(searching, q, token) })
		defer func() { cancel(); _, _ = read() }()
	}
	if isToken(token) || size.isLarge(ctx) {
		start := time.Now()
		b, err := c.live.get(ctx)
		_, tooLong := c.live.tooLong(err)
		switch {
		case isToken(token):
			return c.indexed(ctx, q, token, start, b, err)
		case tooLong && tenantOf(q.Parent) == "" && !c.live.isReadable(err):
			return firstPage(q, read, err)
		case !tooLong && b.answers(tenantOf(q.Parent), err):
			return c.indexed(ctx, q, token, start, b, err)
		}
	}
	return read()
}

// firstPage returns what the vendor finds where it may search for addresses, of a list that
// cannot be read to its end. err says why the rest is missing.
func firstPage[T model.Node](q providers.Query, read func() (*providers.Page[T], error), err error) (*providers.Page[T], error) {
	if len(q.Filter.Emails) == 0 {
		return nil, err
	}
	page, failed := read()
	if failed != nil || page.Next == "" {
		return page, failed
	}
	found := *page
	found.Next, found.Ahead, found.Following, found.Total, found.Count = "", nil, nil, nil, nil
	found.Errors = append(slices.Clone(page.Errors), err)
	return &found, nil
}

// isSupported reports whether the vendor supports a query, or an index does not.
func (c *collection[T, R]) isSupported(q providers.Query) bool {
	return c.SupportsFilter(q) && c.SupportsOrder(q) || !isIndexable(q)
}

// async calls read in a goroutine. It returns a function that waits for the page.
func async[T any](read func() (*providers.Page[T], error)) func() (*providers.Page[T], error) {
	var page *providers.Page[T]
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		page, err = read()
	}()
	return func() (*providers.Page[T], error) {
		<-done
		return page, err
	}
}

// tenantOf returns the vendor id of a parent that is a tenant, else "".
func tenantOf(parent providers.Parent) string {
	if (parent.Type == model.TypeAccount || parent.Type == model.TypeOrganization) && len(parent.IDs) == 1 {
		return parent.IDs[0]
	}
	return ""
}

// incomplete returns the first error of kind Incomplete, nil if there is none. An order over
// a part of a list is no order of the list.
func incomplete(errs []error) error {
	i := slices.IndexFunc(errs, func(err error) bool { return providers.KindOf(err) == providers.Incomplete })
	if i < 0 {
		return nil
	}
	return errs[i]
}

// indexed returns a page of the index, which live.get returned with err. Of an index that is
// being built it returns the rows that match so far, with an error, and none if they have an
// order.
func (c *collection[T, R]) indexed(ctx context.Context, q providers.Query, token string, start time.Time, b *build, err error) (*providers.Page[T], error) {
	partial := providers.KindOf(err) == providers.Indexing && q.Order.Field == "" && token == ""
	if err != nil && !partial {
		return nil, err
	}
	if !partial && q.Order.Field != "" {
		if gap := incomplete(b.gaps.Errors); gap != nil {
			return nil, gap
		}
	}
	table := c.table(b)
	rows, gaps := table.match(ctx, q)
	if ctx.Err() != nil {
		return nil, &providers.Error{Kind: providers.Canceled, Provider: c.live.source.provider}
	}
	at, exact := 0, true
	if token != "" {
		var ok bool
		if at, exact, ok = table.position(rows, token, q.Order, c.live.options.CursorKey); !ok {
			return nil, &providers.Error{Kind: providers.InvalidArgument, Provider: c.live.source.provider, Detail: "invalid page token"}
		}
	}
	end := min(at+pageSize, len(rows))
	page := &providers.Page[T]{Items: table.records(rows[at:end]), Freshness: c.record(ctx, b, start)}
	if partial {
		page.Errors = []error{err}
		return page, nil
	}
	page.Errors, page.Hidden = slices.Concat(b.gaps.Errors, gaps.Errors), b.gaps.Hidden || gaps.Hidden
	if !exact {
		page.Errors = append(page.Errors, directory.ChangedError(c.live.source.provider))
	}
	if len(page.Errors) == 0 && !page.Hidden {
		page.Total = new(len(rows))
	}
	if end < len(rows) {
		page.Next = table.tokenAt(rows, end, q.Order, c.live.options.CursorKey)
	}
	page.TokenAt = func(i int) string {
		return table.tokenAt(rows, min(at+i, len(rows)), q.Order, c.live.options.CursorKey)
	}
	page.Sorted, page.NullsLast = q.Order.Field != "", true
	return page, nil
}

// record adds the answer to the trace of the operation, and returns its freshness.
func (c *collection[T, R]) record(ctx context.Context, b *build, start time.Time) model.Freshness {
	trace := operation.From(ctx).Trace
	left := c.live.freshUntil(b).Sub(c.live.options.Now())
	trace.LimitFreshness(max(0, left))
	trace.Add(operation.Call{
		Provider: c.live.source.provider.Name, Method: "GET", Path: c.path, Source: Source,
		Status: 200, Elapsed: time.Since(start),
	})
	return model.Freshness{FetchedAt: b.started, Stale: left <= 0}
}
