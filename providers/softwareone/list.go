package softwareone

import (
	"context"
	"errors"
	"math"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// listRequest reads one page of a list.
type listRequest[T model.Node] struct {
	path  string
	query query
	// tags are those of upstream.Request.
	tags []model.ID
	// named are the properties in the select list.
	named propertySet
	// compared are the properties in the conditions of the query; properties may be nil
	// without them.
	properties properties
	compared   propertySet
	// open returns a reader of a text, and decode reads the next row of one. decode may fail with
	// errNoID or errUnknownUser; the row is left out then.
	open   func(text []byte) *jsonscan.Reader
	decode func(r *jsonscan.Reader, in decodeContext) (T, error)
	// accept may be nil. Where it returns false, the whole page fails.
	accept func(row T) bool
	// collection is set if the path names no single object.
	collection bool
	// cacheObjects may be nil. It caches the complete objects of a page that was
	// decoded by this request.
	cacheObjects func(page []T, freshness model.Freshness)
}

// listPage is a decoded page.
type listPage[T any] struct {
	items []T
	// rows is the number of rows in the response, with those left out of items.
	rows       int
	pagination *pagination
	// omitted are the names in the $meta.omitted of the list.
	omitted []string
	// leftOut is why rows are not among items, nil if all are.
	leftOut error
}

// Nodes returns the objects of the page; upstream tags the cached page with
// them.
func (p listPage[T]) Nodes() []model.Node { return upstream.NodesIn(p.items) }

// read makes the call.
func (l listRequest[T]) read(ctx context.Context, client *upstream.Client) (upstream.Reply[listPage[T]], error) {
	return upstream.ReadList(ctx, client, l.request(), l.decodePage)
}

func (l listRequest[T]) request() upstream.Request {
	return upstream.Request{Path: l.path, Query: l.query.String(), Collection: l.collection, Tags: l.tags}
}

func (l listRequest[T]) decodePage(ctx context.Context, body []byte) (listPage[T], error) {
	var page listPage[T]
	e, err := eachRow(ctx, body, l.open, func(e envelope) {
		page = listPage[T]{items: make([]T, 0, e.pagination().length())}
	}, func(r *jsonscan.Reader, omitted []string) {
		row, err := l.decode(r, decodeContext{source: listRow, omitted: omitted, named: l.named})
		switch {
		case errors.Is(err, errUnknownUser):
			page.leftOut = errNoUser()
		case errors.Is(err, errNoID):
			page.leftOut = errNoRowID()
		case err != nil:
			r.Fail(err)
		case l.accept != nil && !l.accept(row):
			r.Fail(errOtherParent)
		default:
			page.items = append(page.items, row)
		}
	})
	if err != nil {
		return listPage[T]{}, err
	}
	page.rows, page.pagination, page.omitted = e.count, e.pagination(), e.omitted()
	return page, nil
}

// page makes the call for the page at a position of a list that takes so many
// parts. exact is whether the vendor applies the whole filter.
func (l listRequest[T]) page(ctx context.Context, client *upstream.Client, at position, parts int, exact bool) (*providers.Page[T], error) {
	reply, err := l.read(ctx, client)
	if err != nil {
		return nil, err
	}
	return l.pageOf(ctx, client, reply, at, parts, exact)
}

// pageOf returns the page with a response to page.
func (l listRequest[T]) pageOf(ctx context.Context, client *upstream.Client, reply upstream.Reply[listPage[T]], at position, parts int, exact bool) (*providers.Page[T], error) {
	if reply.Decoded && l.cacheObjects != nil {
		l.cacheObjects(reply.Value.items, reply.Freshness)
	}
	next, err := reply.Value.pagination.after(at.offset, reply.Value.rows)
	if err != nil {
		return nil, err
	}
	page := &providers.Page[T]{Items: reply.Value.items, Freshness: reply.Freshness}
	if reply.Value.leftOut != nil {
		page.Errors = []error{withProvider(client.Provider(), reply.Value.leftOut)}
	}
	if page.Hidden, err = l.hidesCompared(ctx, client, at, reply.Value); err != nil {
		return nil, err
	}
	if exact && parts == 1 && !page.Hidden {
		page.Total = next.total
	}
	page.Ahead = next.ahead(at, reply.Value.rows)
	if len(page.Ahead) < providers.MaxAhead {
		page.Ahead = append(page.Ahead, nextParts(at, parts)...)
	}
	if len(page.Ahead) > 0 {
		page.Next = page.Ahead[0].Token
	}
	return page, nil
}

// hidesCompared reports whether a list is empty since the vendor hides a property that
// the query compares: no row has a value to match then. An omitted property is requested
// by name to know.
func (l listRequest[T]) hidesCompared(ctx context.Context, client *upstream.Client, at position, page listPage[T]) (bool, error) {
	if l.compared == 0 || page.rows > 0 || at.offset > 0 {
		return false, nil
	}
	omitted := l.compared & l.properties.set(page.omitted...)
	if names := l.properties.names(omitted&^l.named, ""); names != nil {
		l.query.selects += "," + strings.Join(names, ",")
		reply, err := l.read(ctx, client)
		if err != nil {
			return false, err
		}
		omitted &= l.properties.set(reply.Value.omitted...)
	}
	return omitted != 0, nil
}

// count makes a call for the number of rows; nil if the vendor tells none.
func (l listRequest[T]) count(ctx context.Context, client *upstream.Client) (*int, error) {
	reply, err := l.read(ctx, client)
	if err != nil {
		return nil, withProvider(client.Provider(), err)
	}
	p := reply.Value.pagination
	if p == nil || p.Total == nil || *p.Total < 0 || *p.Total > math.MaxInt32 {
		return nil, nil
	}
	return new(int(*p.Total)), nil
}
