// Package resolvers answers the fields of the graph: one file a noun, methods of
// a few lines, each asking the operation's loaders. It is also the door: parsing,
// limits, the answer's form, and the one place where errors become GraphQL
// errors.
//
// It knows no vendor and makes no call of its own.
package resolvers

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

// root hands out the resolvers; they find everything in the operation's loaders.
type root struct{ directory *directory.Directory }

var _ generated.ResolverRoot = root{}

func (r root) Query() generated.QueryResolver               { return query(r) }
func (root) Mutation() generated.MutationResolver           { return mutation{} }
func (r root) Entity() generated.EntityResolver             { return entity(r) }
func (r root) Provider() generated.ProviderResolver         { return provider(r) }
func (r root) User() generated.UserResolver                 { return user(r) }
func (r root) Membership() generated.MembershipResolver     { return membership(r) }
func (r root) Account() generated.AccountResolver           { return account(r) }
func (r root) Organization() generated.OrganizationResolver { return organization(r) }
func (r root) Group() generated.GroupResolver               { return group(r) }
func (r root) Buyer() generated.BuyerResolver               { return buyer(r) }
func (r root) Contact() generated.ContactResolver           { return contact(r) }
func (r root) AuditActor() generated.AuditActorResolver     { return auditActor(r) }
func (r root) Person() generated.PersonResolver             { return person(r) }

// find loads an object by an id from outside, which must be one of the kind's.
func find[T model.Node](ctx context.Context, k *loaders.Loader[T], id model.ID) (T, error) {
	var none T
	if err := k.CheckID(id); err != nil {
		return none, err
	}
	return k.Load(ctx, id)
}

// reference resolves an edge to one object, which it may know as a short
// reference only.
func reference[T model.Node](ctx context.Context, k *loaders.Loader[T], ref T) (T, error) {
	completed, gaps := k.Resolve(ctx, []T{ref}, selected(ctx))
	for _, gap := range gaps {
		if gap.Fields == nil {
			return completed[0], gap.Err
		}
		missing(ctx, gap)
	}
	return completed[0], nil
}

// references resolves an edge to several objects.
func references[T model.Node](ctx context.Context, k *loaders.Loader[T], refs []T) ([]T, error) {
	completed, gaps := k.Resolve(ctx, refs, selected(ctx))
	for _, gap := range gaps {
		missing(at(ctx, gap.Index), gap)
	}
	return completed, nil
}

// children resolves a list that belongs to an object.
func children[T model.Node](ctx context.Context, k *loaders.Loader[T], l directory.List, parent model.ID, first *int, after *string) (*model.Connection[T], error) {
	listing, err := k.List(ctx, l, parent, paging(ctx, k, first, after))
	if err != nil {
		return nil, err
	}
	return connection(ctx, k, listing)
}

// list resolves a list that belongs to no object. It is null when nothing of it
// could be read.
func list[T model.Node](ctx context.Context, k *loaders.Loader[T], l directory.List, err error, first *int, after *string) (*model.Connection[T], error) {
	if err != nil {
		return nil, err
	}
	listing, err := k.List(ctx, l, "", paging(ctx, k, first, after))
	if err != nil {
		return nil, err
	}
	if listing.Failed {
		return nil, together(ctx, listing.Errors)
	}
	return connection(ctx, k, listing)
}

// connection makes a connection of what was read of a list: errors go to its
// path, and its nodes are completed as far as the selection wants them.
func connection[T model.Node](ctx context.Context, k *loaders.Loader[T], listing *directory.Listing[T]) (*model.Connection[T], error) {
	if listing == nil {
		return &model.Connection[T]{PageInfo: &model.PageInfo{}, TotalCount: new(int)}, nil
	}
	if badInput(listing.Errors) {
		return nil, listing.Errors[0]
	}
	for _, err := range listing.Errors {
		graphql.AddError(ctx, err)
	}
	c := listing.Connection
	for _, want := range loaders.ReadWindow(selected(ctx), k.Type()).Nodes {
		nodes, gaps := k.Resolve(ctx, c.Nodes(), want)
		for _, gap := range gaps {
			ctx := at(named(ctx, want.Alias), gap.Index)
			if want.NodeAlias != "" {
				ctx = named(ctx, want.NodeAlias)
			}
			missing(ctx, gap)
		}
		c = with(c, nodes)
	}
	return c, nil
}

// with is the connection with other nodes at the same places.
func with[T model.Node](c *model.Connection[T], nodes []T) *model.Connection[T] {
	if slices.EqualFunc(c.Edges, nodes, func(e *model.Edge[T], node T) bool { return any(e.Node) == any(node) }) {
		return c
	}
	edges := make([]model.Edge[T], len(nodes))
	replaced := *c
	replaced.Edges = make([]*model.Edge[T], len(nodes))
	for i, e := range c.Edges {
		edges[i] = model.Edge[T]{Position: e.Position, Node: nodes[i]}
		replaced.Edges[i] = &edges[i]
	}
	return &replaced
}

func paging[T model.Node](ctx context.Context, k *loaders.Loader[T], first *int, after *string) loaders.Paging {
	window := loaders.ReadWindow(selected(ctx), k.Type())
	return loaders.Paging{First: first, After: after, More: window.More, Total: window.Total}
}

// missing reports what could not be had of the object at ctx: at the path of each
// field, or of the object.
func missing(ctx context.Context, gap loaders.MissingFields) {
	if gap.Fields == nil {
		graphql.AddError(ctx, gap.Err)
	}
	for _, f := range gap.Fields {
		graphql.AddError(named(ctx, f.Alias), gap.Err)
	}
}

func at(ctx context.Context, index int) context.Context {
	return graphql.WithPathContext(ctx, graphql.NewPathWithIndex(index))
}

func named(ctx context.Context, alias string) context.Context {
	return graphql.WithPathContext(ctx, graphql.NewPathWithField(alias))
}
