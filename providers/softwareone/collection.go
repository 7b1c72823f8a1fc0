package softwareone

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// collection is one of the platform's collections.
type collection[T model.Node] struct {
	client   *upstream.Client
	detected *detected
	// kind is one of model.Type….
	kind, path string
	// properties are those of the object type.
	properties properties
	// selects is the select list of every request but those of GetFields.
	selects string
	// nested are names for select lists that a graph field needs inside of its
	// property, by field.
	nested map[string]string
	// statuses is nil where the kind has no status.
	statuses []statusValue
	// inAccounts is whether the collection can be listed by account.
	inAccounts bool
	// setAccount makes sure that a row of such a list names its account, one of accounts. It
	// reports whether it does.
	setAccount func(row T, accounts []string) bool
	// open and decode are those of listRequest.
	open   func(text []byte) *jsonscan.Reader
	decode func(r *jsonscan.Reader, in decodeContext) (T, error)
}

var (
	_ providers.FieldReader[*model.User]       = (*collection[*model.User])(nil)
	_ providers.IndexedCollection[*model.User] = (*collection[*model.User])(nil)
)

// Get reads objects by their ids, 100 per call.
func (c *collection[T]) Get(ctx context.Context, ids []string) providers.BatchResult[T] {
	return c.get(ctx, ids, c.properties.selectedSet(), c.selects)
}

// GetFields reads objects with a request that names what the records lack.
func (c *collection[T]) GetFields(ctx context.Context, records []T, fields []string) providers.BatchResult[T] {
	ids, named := vendorIDs(records), c.properties.missing(upstream.NodesIn(records), fields)
	result := c.get(ctx, ids, named, selectList(c.properties.names(named, ""), c.nested, fields))
	keepFields(c.properties, result, records)
	return result
}

func (c *collection[T]) get(ctx context.Context, ids []string, named propertySet, selects string) providers.BatchResult[T] {
	return get(ctx, c.client, ids, c.batch(named, selects), c.single(named, selects))
}

// batch describes how objects are read by their ids. named are the properties in the
// select list.
func (c *collection[T]) batch(named propertySet, selects string) upstream.BatchRequest[T] {
	return upstream.BatchRequest[T]{
		Kind:    c.kind + " with " + selects,
		PerCall: maxIDsPerCall,
		Size:    idSize, MaxSize: maxIDBytes,
		Request: func(ids []string) (upstream.Request, error) {
			q := query{conditions: []condition{in("id", ids)}, selects: selects, limit: pageSize}
			return upstream.Request{Path: c.path, Query: q.String(), Collection: true}, nil
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			return rowsByID(body, readRowID, c.properties)
		},
		Objects: func(body []byte) (map[string]T, error) { return c.objects(body, named) },
		// A row without an id may be that of any missing one.
		More:   func(body []byte) bool { return hasMore(body) || hasUnknown(body, readRowID) },
		Decode: func(row []byte) (T, error) { return c.decodeByID(row, named) },
	}
}

// single describes how an object is read whose id no query can express.
func (c *collection[T]) single(named propertySet, selects string) upstream.BatchRequest[T] {
	return upstream.BatchRequest[T]{
		Kind: c.kind + " with " + selects,
		Request: func(ids []string) (upstream.Request, error) {
			segment, err := upstream.Path(ids[0])
			return upstream.Request{Path: c.path + segment, Query: "select=" + selects}, err
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			r := jsonscan.NewBytes(body)
			id := readRowID(r)
			if err := r.End(); err != nil || id == "" {
				return nil, cmp.Or(err, errNoID)
			}
			return map[string]json.RawMessage{id: body}, nil
		},
		Decode: func(row []byte) (T, error) { return c.decodeByID(row, named) },
	}
}

func (c *collection[T]) decodeByID(stored []byte, named propertySet) (T, error) {
	row, omitted, err := splitOmitted(stored)
	if err != nil {
		var none T
		return none, err
	}
	return decodeText(c.open(row), c.decode, decodeContext{source: byID, omitted: omitted, named: named})
}

// decodeText decodes a row that is all of a text.
func decodeText[T any](r *jsonscan.Reader, decode func(*jsonscan.Reader, decodeContext) (T, error), in decodeContext) (T, error) {
	row, err := decode(r, in)
	if malformed := r.End(); malformed != nil {
		err = malformed
	}
	return row, err
}

// objects decodes the rows of a list by vendor id; of several rows with one id, the first. It
// leaves out rows without an id.
func (c *collection[T]) objects(body []byte, named propertySet) (map[string]T, error) {
	var objects map[string]T
	_, err := eachRow(context.Background(), body, c.open, func(e envelope) {
		objects = make(map[string]T, e.pagination().length())
	}, func(r *jsonscan.Reader, omitted []string) {
		row, err := c.decode(r, decodeContext{source: byID, omitted: omitted, named: named})
		if errors.Is(err, errNoID) {
			return
		}
		if err != nil {
			r.Fail(err)
			return
		}
		id := row.GlobalID().VendorID()
		if _, duplicate := objects[id]; !duplicate {
			objects[id] = row
		}
	})
	return objects, err
}

// vendorIDs returns the vendor ids of records.
func vendorIDs[T model.Node](records []T) []string {
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.GlobalID().VendorID()
	}
	return ids
}

// selectList returns a select list with these names, and with those that the graph
// fields need inside of their properties.
func selectList(names []string, nested map[string]string, fields []string) string {
	for _, f := range fields {
		if inside := nested[f]; inside != "" {
			names = append(names, inside)
		}
	}
	return strings.Join(names, ",")
}

// Page reads up to 100 rows; fewer as the first page, if the query wants fewer. Tokens are those
// of position.
func (c *collection[T]) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	page, err := c.page(ctx, q, token)
	return page, withProvider(c.client.Provider(), err)
}

// page pushes down what the platform has not rejected. If it rejects the first page, the list
// is read without push-downs.
func (c *collection[T]) page(ctx context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	at, err := parsePosition(token)
	if err != nil {
		return nil, err
	}
	switch {
	case q.Filter.Database != "":
		return nil, errNoDatabases()
	case q.Parent.Type != "" && !c.SupportsParents(q.Parent.Type):
		return nil, errNoSuchList()
	case !allQuotable(q.Parent.IDs):
		return nil, errQuotes()
	case at.without&^c.plan(q, 0).pushed != 0:
		return nil, errPageToken()
	}
	if token != "" {
		q.Rows = 0
		return c.pageOf(ctx, q, c.plan(q, at.without), at)
	}
	known := c.detected.rejections.of(c.kind)
	p := c.plan(q, known)
	page, err := c.pageOf(ctx, q, p, c.start(q, p))
	rejected := p.pushed
	switch {
	case err == nil && p.pushed&orderByLogin != 0 && c.detected.loginInAudit.Load():
		rejected = orderByLogin
	case rejected == 0 || !isBadRequest(err):
		return page, err
	}
	p = c.plan(q, known|rejected)
	if page, err = c.pageOf(ctx, q, p, c.start(q, p)); err == nil {
		c.detected.rejections.add(c.kind, rejected)
	}
	return page, err
}

// start returns the position of the first page of a plan.
func (c *collection[T]) start(q providers.Query, p plan) position {
	return position{without: c.plan(q, 0).pushed &^ p.pushed & allRanges}
}

// pageOf reads the page at a position of a plan.
func (c *collection[T]) pageOf(ctx context.Context, q providers.Query, p plan, at position) (*providers.Page[T], error) {
	if len(p.parts) == 0 && at.part == 0 && at.offset == 0 {
		return emptyPage[T](), nil
	}
	if at.part >= len(p.parts) {
		return nil, errPageToken()
	}
	part := p.parts[at.part]
	l := listRequest[T]{
		path: c.path, collection: true, tags: c.client.IDs(q.Parent.Type, q.Parent.IDs...),
		query: query{
			conditions: append([]condition{part.condition}, p.conditions...),
			selects:    c.selects, order: part.order, limit: pageSize, offset: at.offset,
		},
		named: c.properties.selectedSet(), open: c.open, decode: c.decode,
		properties: c.properties, compared: c.properties.set(p.compared...),
		cacheObjects: func(page []T, freshness model.Freshness) {
			c.batch(c.properties.selectedSet(), c.selects).Prime(ctx, c.client, page, freshness)
		},
	}
	if q.Parent.Type != "" {
		l.accept = func(row T) bool { return c.setAccount(row, q.Parent.IDs) }
	}
	if !p.exact || q.Order.Field != "" && (!p.sorted || l.compared == 0) {
		q.Rows = 0 // the list is read to its end: the core sorts it, or no row has a value
	}
	page, err := l.firstPage(ctx, c.client, c.detected, at, len(p.parts), p.exact, q.Rows)
	if err != nil {
		return nil, err
	}
	page.Sorted, page.NullsLast = p.sorted, p.split
	if p.split {
		q.Order = providers.Order{}
		unordered := c.plan(q, at.without)
		l.query = query{conditions: append([]condition{unordered.parts[0].condition}, unordered.conditions...), selects: c.selects}
		page.Count = func(ctx context.Context) (*int, error) { return l.count(ctx, c.client) }
	}
	return page, nil
}

// SupportsOrder reports whether Page returns rows of q in q.Order.
func (c *collection[T]) SupportsOrder(q providers.Query) bool {
	return q.Order.Field == "" || c.plan(q, c.detected.rejections.of(c.kind)).sorted
}

// SupportsFilter reports true for a filter that the platform applies exactly, and for
// addresses, for which it comes close.
func (c *collection[T]) SupportsFilter(q providers.Query) bool {
	q.Filter.Emails = nil
	return c.plan(q, c.detected.rejections.of(c.kind)).exact
}

// SupportsGet reports true.
func (c *collection[T]) SupportsGet() bool { return true }

// SupportsParents reports whether one call can list the children of several
// parents of this type.
func (c *collection[T]) SupportsParents(parentType string) bool {
	return c.inAccounts && parentType == model.TypeAccount
}

// emptyPage is the only page of a list that is known to be empty without a call.
func emptyPage[T any]() *providers.Page[T] {
	return &providers.Page[T]{Total: new(int), Freshness: model.Freshness{FetchedAt: time.Now()}}
}
