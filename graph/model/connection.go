package model

import "time"

// Connection is a page of a list, as the Relay cursor connections specification
// defines it.
type Connection[T any] struct {
	Edges    []*Edge[T]
	PageInfo *PageInfo
	// TotalCount is the length of the list; nil where it is not known without reading
	// every page.
	TotalCount *int
	// Complete is false where rows may be missing: a provider failed, a limit was
	// reached, or the vendor hides rows from the credential.
	Complete bool
	// Freshness is the age of the oldest page; nil where no page was fetched.
	Freshness *Freshness
}

// Edge is an object in a list.
type Edge[T any] struct {
	// Position is the position after the node.
	Position Cursor
	Node     T
}

// Cursor encodes the edge's position. It is encoded on demand, since most queries do
// not select it.
func (e *Edge[T]) Cursor() string { return e.Position.Encode() }

// Nodes returns the objects of the edges; never nil.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, len(c.Edges))
	for i, e := range c.Edges {
		nodes[i] = e.Node
	}
	return nodes
}

// PageInfo describes the place of a page in its list.
type PageInfo struct {
	HasNextPage, HasPreviousPage bool
	// First and Last are the positions of the first and the last edge; nil on an empty
	// page.
	First, Last *Cursor
}

// StartCursor encodes First; nil on an empty page.
func (p *PageInfo) StartCursor() *string { return encode(p.First) }

// EndCursor encodes Last; nil on an empty page.
func (p *PageInfo) EndCursor() *string { return encode(p.Last) }

func encode(c *Cursor) *string {
	if c == nil {
		return nil
	}
	text := c.Encode()
	return &text
}

// Freshness is the age of data that was fetched from a vendor.
type Freshness struct {
	// FetchedAt is when the oldest part was fetched.
	FetchedAt time.Time
	// Stale is set when a part was served stale while it is revalidated.
	Stale bool
}

// Merge returns the freshness of two parts together. A nil part has no effect.
func (f *Freshness) Merge(g *Freshness) *Freshness {
	if f == nil {
		return g
	}
	if g == nil {
		return f
	}
	merged := &Freshness{FetchedAt: f.FetchedAt, Stale: f.Stale || g.Stale}
	if g.FetchedAt.Before(f.FetchedAt) {
		merged.FetchedAt = g.FetchedAt
	}
	return merged
}

// The connections of the schema.
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
	PersonConnection       = Connection[*Person]
	PersonEdge             = Edge[*Person]
)
