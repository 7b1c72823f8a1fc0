package softwareone

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

var errNameless = errors.New("an object without an id")

// collection is one of the platform's collections.
type collection[T model.Node] struct {
	client *upstream.Client
	// kind is one of model.Type….
	kind, path string
	// selects are the properties to ask for by name: those that are left out
	// without it. References come without it, and short; one that is named comes
	// whole, which makes pages many times as long.
	selects string
	// statuses is nil where the kind has no status.
	statuses []word
	// inAccounts kinds can be listed by account; adopt then makes sure that a row
	// names its account, given the only account that was asked for, or "".
	inAccounts bool
	adopt      func(row T, account string) bool
	decode     func(row []byte, in scope) (T, error)
}

// Get reads objects by their ids, a hundred a call.
func (c *collection[T]) Get(ctx context.Context, ids []string) providers.BatchResult[T] {
	return c.objects().Get(ctx, c.client, askable(ids))
}

// objects tells how objects are read by their ids.
func (c *collection[T]) objects() upstream.BatchRequest[T] {
	return upstream.BatchRequest[T]{
		Kind:    c.kind + " with " + c.selects,
		PerCall: maxPerCall,
		Request: func(ids []string) (upstream.Request, error) {
			q := query{conditions: []condition{in("id", ids)}, selects: c.selects, limit: pageSize}
			return upstream.Request{Path: c.path, Query: q.String()}, nil
		},
		Rows:   func(body []byte) (map[string]json.RawMessage, error) { return rowsBy(body, idOf) },
		Decode: func(row []byte) (T, error) { return c.decode(row, scope{form: whole}) },
	}
}

// rowsBy splits a list by vendor id, the first of each; rows whose id is "" are
// left out. It fails where id does.
func rowsBy(body []byte, id func(row *jsonscan.Reader) string) (map[string]json.RawMessage, error) {
	var ids []string
	e, err := parseEnvelope(body, func(row *jsonscan.Reader) { ids = append(ids, id(row)) })
	if err != nil {
		return nil, err
	}
	rows := make(map[string]json.RawMessage, len(ids))
	for i, key := range ids {
		if _, doubled := rows[key]; key != "" && !doubled {
			rows[key] = e.rows[i]
		}
	}
	return rows, nil
}

// idOf reads a row's id.
func idOf(row *jsonscan.Reader) (id string) {
	readID(&id, row)
	if id == "" {
		row.Fail(errNameless)
	}
	return id
}

// Page reads a hundred rows. Tokens are offsets, see position.
func (c *collection[T]) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	page, err := c.page(ctx, q, token)
	return page, named(c.client.Provider(), err)
}

func (c *collection[T]) page(ctx context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	at, err := parsePosition(token)
	if err != nil {
		return nil, err
	}
	switch {
	case q.Filter.Database != "":
		return nil, badInput("this vendor has no databases")
	case q.Parent.Type != "" && !c.SupportsParents(q.Parent.Type):
		return nil, badInput("this vendor has no such list")
	}
	p := c.plan(q)
	if len(p.parts) == 0 && token == "" {
		return nothing[T](), nil
	}
	if at.part >= len(p.parts) {
		return nil, badInput("this is not a place in the list")
	}
	only := ""
	if q.Parent.Type != "" && len(q.Parent.IDs) == 1 {
		only = q.Parent.IDs[0]
	}
	request := query{
		conditions: append([]condition{p.parts[at.part]}, p.conditions...),
		selects:    c.selects, order: p.order, limit: pageSize, offset: at.offset,
	}
	l := list[T]{path: c.path, query: request, decode: c.decode, remember: c.remember}
	if q.Parent.Type != "" {
		l.accept = func(row T) bool { return c.adopt(row, only) }
	}
	return l.page(ctx, c.client, at, len(p.parts), p.exact)
}

func (c *collection[T]) remember(page []T, freshness model.Freshness) {
	c.objects().Prime(c.client, page, freshness)
}

// SupportsOrder reports whether the platform sorts so; lists of an account come in its
// own order.
func (c *collection[T]) SupportsOrder(q providers.Query) bool { return sorts(q.Order) }

// SupportsParents reports whether one call can serve several parents.
func (c *collection[T]) SupportsParents(parentType string) bool {
	return c.inAccounts && parentType == model.TypeAccount
}

// list is one reading of rows.
type list[T model.Node] struct {
	path  string
	query query
	// decode may return a nil T for a row that has no place in the graph.
	decode func(row []byte, in scope) (T, error)
	// accept is nil, or refuses an answer by one of its rows.
	accept func(row T) bool
	// remember is nil, or keeps what of a new answer is full.
	remember func(page []T, freshness model.Freshness)
}

// rows is what an answer holds.
type rows[T any] struct {
	items      []T
	count      int
	pagination *pagination
}

// Nodes are the objects in the answer.
func (r rows[T]) Nodes() []model.Node { return upstream.NodesIn(r.items) }

// read makes the call.
func (l list[T]) read(ctx context.Context, client *upstream.Client) (upstream.Reply[rows[T]], error) {
	request := upstream.Request{Path: l.path, Query: l.query.String()}
	return upstream.Read(ctx, client, request, func(body []byte) (rows[T], error) {
		e, err := parseEnvelope(body, (*jsonscan.Reader).Skip)
		if err != nil {
			return rows[T]{}, err
		}
		all := rows[T]{items: make([]T, 0, len(e.rows)), count: len(e.rows), pagination: e.pagination()}
		in := scope{form: listed, omitted: e.omitted()}
		for _, raw := range e.rows {
			row, err := l.decode(raw, in)
			switch {
			case errors.Is(err, errUnknowable):
				continue
			case err != nil:
				return rows[T]{}, err
			case l.accept != nil && !l.accept(row):
				return rows[T]{}, errNameless
			}
			all.items = append(all.items, row)
		}
		return all, nil
	})
}

// page makes the call for one place among so many parts.
func (l list[T]) page(ctx context.Context, client *upstream.Client, at position, parts int, exact bool) (*providers.Page[T], error) {
	reply, err := l.read(ctx, client)
	if err != nil {
		return nil, err
	}
	if reply.Decoded && l.remember != nil {
		l.remember(reply.Value.items, reply.Freshness)
	}
	went, err := reply.Value.pagination.after(at.offset, reply.Value.count)
	if err != nil {
		return nil, err
	}
	page := &providers.Page[T]{Items: reply.Value.items, Freshness: reply.Freshness}
	if exact && parts == 1 {
		page.Total = went.total
	}
	switch {
	case went.next >= 0:
		page.Next = position{at.part, went.next}.String()
	case at.part+1 < parts:
		page.Next = position{at.part + 1, 0}.String()
	}
	return page, nil
}

// nothing is the only page of a list that can be known to be empty without
// asking.
func nothing[T any]() *providers.Page[T] {
	return &providers.Page[T]{Total: new(int), Freshness: model.Freshness{FetchedAt: time.Now()}}
}
