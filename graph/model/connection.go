package model

import "time"

// Connection is a page of a list as Relay's cursor connections specification
// wants it.
type Connection[T any] struct {
	Edges    []*Edge[T]
	PageInfo *PageInfo
	// TotalCount is nil where the list's length is not known for free.
	TotalCount *int
	// Freshness is nil where no page was fetched.
	Freshness *Freshness
}

// Edge is an object in a list.
type Edge[T any] struct {
	// Position is the place right behind the node.
	Position Cursor
	Node     T
}

// Cursor is the text of the edge's place. It is written when it is asked for,
// since most queries do not.
func (e *Edge[T]) Cursor() string { return e.Position.Encode() }

// Nodes are the objects of the edges.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, len(c.Edges))
	for i, e := range c.Edges {
		nodes[i] = e.Node
	}
	return nodes
}

// PageInfo tells where a page lies in its list.
type PageInfo struct {
	HasNextPage, HasPreviousPage bool
	// First and Last are the places of the first and the last edge, nil on an
	// empty page.
	First, Last *Cursor
}

// StartCursor is the text of the first edge's place.
func (p *PageInfo) StartCursor() *string { return encoded(p.First) }

// EndCursor is the text of the last edge's place.
func (p *PageInfo) EndCursor() *string { return encoded(p.Last) }

func encoded(c *Cursor) *string {
	if c == nil {
		return nil
	}
	text := c.Encode()
	return &text
}

// Freshness tells how old the data of a list is, by its oldest page.
type Freshness struct {
	FetchedAt time.Time
	Stale     bool
}

// Merge returns the freshness of two parts taken together; either may be nil.
func (f *Freshness) Merge(g *Freshness) *Freshness {
	if f == nil {
		return g
	}
	if g == nil {
		return f
	}
	older := &Freshness{FetchedAt: f.FetchedAt, Stale: f.Stale || g.Stale}
	if g.FetchedAt.Before(f.FetchedAt) {
		older.FetchedAt = g.FetchedAt
	}
	return older
}

// The connections of the graph.
type (
	UserConnection         = Connection[*User]
	UserEdge               = Edge[*User]
	MembershipConnection   = Connection[*Membership]
	MembershipEdge         = Edge[*Membership]
	AccountConnection      = Connection[*Account]
	AccountEdge            = Edge[*Account]
	OrganizationConnection = Connection[*Organization]
	OrganizationEdge       = Edge[*Organization]
	GroupConnection        = Connection[*Group]
	GroupEdge              = Edge[*Group]
	BuyerConnection        = Connection[*Buyer]
	BuyerEdge              = Edge[*Buyer]
	SellerConnection       = Connection[*Seller]
	SellerEdge             = Edge[*Seller]
	ModuleConnection       = Connection[*Module]
	ModuleEdge             = Edge[*Module]
)
