package softwareone

import (
	"context"
	"encoding/json"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// collection is one of the platform's collections.
type collection[T model.Node] struct {
	client *upstream.Client
	// kind is one of model.Type….
	kind, path string
	// selects is the select list of every request.
	selects string
	// statuses is nil where the kind has no status.
	statuses []statusValue
	// inAccounts is whether the collection can be listed by account.
	inAccounts bool
	// setAccount makes sure that a row of such a list names its account. account
	// is the only one in the query, or "". It reports whether the row names one.
	setAccount func(row T, account string) bool
	decode     func(row []byte, in decodeContext) (T, error)
}

// Get reads objects by their ids, 100 per call.
func (c *collection[T]) Get(ctx context.Context, ids []string) providers.BatchResult[T] {
	return c.batch().Get(ctx, c.client, queryableIDs(ids))
}

// batch describes how objects are read by their ids.
func (c *collection[T]) batch() upstream.BatchRequest[T] {
	return upstream.BatchRequest[T]{
		Kind:    c.kind + " with " + c.selects,
		PerCall: maxIDsPerCall,
		Request: func(ids []string) (upstream.Request, error) {
			q := query{conditions: []condition{in("id", ids)}, selects: c.selects, limit: pageSize}
			return upstream.Request{Path: c.path, Query: q.String()}, nil
		},
		Rows:   func(body []byte) (map[string]json.RawMessage, error) { return rowsByID(body, readRowID) },
		Decode: func(row []byte) (T, error) { return c.decode(row, decodeContext{source: byID}) },
	}
}

// Page reads up to 100 rows. Tokens are those of position.
func (c *collection[T]) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	page, err := c.page(ctx, q, token)
	return page, withProvider(c.client.Provider(), err)
}

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
	}
	p := c.plan(q)
	if len(p.parts) == 0 && token == "" {
		return emptyPage[T](), nil
	}
	if at.part >= len(p.parts) {
		return nil, errPageToken()
	}
	account := ""
	if q.Parent.Type != "" && len(q.Parent.IDs) == 1 {
		account = q.Parent.IDs[0]
	}
	l := listRequest[T]{
		path: c.path, tags: c.client.IDs(q.Parent.Type, q.Parent.IDs...),
		query: query{
			conditions: append([]condition{p.parts[at.part]}, p.conditions...),
			selects:    c.selects, order: p.order, limit: pageSize, offset: at.offset,
		},
		decode: c.decode,
		cacheObjects: func(page []T, freshness model.Freshness) {
			c.batch().Prime(c.client, page, freshness)
		},
	}
	if q.Parent.Type != "" {
		l.accept = func(row T) bool { return c.setAccount(row, account) }
	}
	return l.page(ctx, c.client, at, len(p.parts), p.exact)
}

// SupportsOrder reports whether Page returns rows of q in q.Order.
func (c *collection[T]) SupportsOrder(q providers.Query) bool { return supportsOrder(q.Order) }

// SupportsParents reports whether one call can list the children of several
// parents of this type.
func (c *collection[T]) SupportsParents(parentType string) bool {
	return c.inAccounts && parentType == model.TypeAccount
}

// emptyPage is the only page of a list that is known to be empty without a call.
func emptyPage[T any]() *providers.Page[T] {
	return &providers.Page[T]{Total: new(int), Freshness: model.Freshness{FetchedAt: time.Now()}}
}
