// Package resolvers implements the fields of the graph, one file a type. A resolver
// reads from the loaders of the operation.
//
// It knows no vendor, and makes no vendor call of its own.
package resolvers

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/providers"
)

// loadersOf returns the loaders of the operation.
func loadersOf(ctx context.Context) *loaders.Loaders { return operation.From(ctx).Loaders }

// loadByID loads the object with an id that a client has sent, with the selected
// fields. An id of another type is an error.
func loadByID[T model.Node](ctx context.Context, l *loaders.Loader[T], id model.ID) (T, error) {
	var none T
	if err := l.CheckID(id); err != nil {
		return none, err
	}
	object, err := l.Load(ctx, id)
	if err != nil {
		return none, providers.OfClient(err)
	}
	return reference(ctx, l, object)
}

// resolveNode adds the selected fields that a node lacks, and errors at those that
// could not be read. index is that of the node in a list, -1 for none.
func resolveNode(ctx context.Context, n model.Node, index int) model.Node {
	if n == nil || n.Complete() && !n.HasUnknown() {
		return n
	}
	record, missing, ok := loadersOf(ctx).ResolveNode(ctx, n, operation.Selected(ctx))
	if !ok {
		if index >= 0 {
			ctx = withIndex(ctx, index)
		}
		addMissingFieldErrors(ctx, missing)
	}
	return record
}

// loadPerson loads the users with an e-mail address. A provider that fails adds an
// error beside the users of the others.
func loadPerson(ctx context.Context, email string) (*model.Person, error) {
	people, errs := loadersOf(ctx).People(ctx, []string{email})
	apierror.AddErrors(ctx, errs[0])
	return people[0], nil
}

// reference resolves an edge to one object, and loads it when ref lacks a selected
// field.
func reference[T model.Node](ctx context.Context, l *loaders.Loader[T], ref T) (T, error) {
	nodes, missing := l.Resolve(ctx, []T{ref}, operation.Selected(ctx))
	for _, m := range missing {
		if m.Fields == nil || m.Null && isNonNull(ctx) {
			return nodes[0], m.Err
		}
		addMissingFieldErrors(ctx, m)
	}
	return nodes[0], nil
}

// references resolves an edge to several objects, as reference does.
func references[T model.Node](ctx context.Context, l *loaders.Loader[T], refs []T) ([]T, error) {
	nodes, missing := l.Resolve(ctx, loaders.Distinct(refs), operation.Selected(ctx))
	for _, m := range missing {
		addMissingFieldErrors(withIndex(ctx, m.Index), m)
	}
	return nodes, nil
}

// rootConnection resolves a list that has no parent object. It is null when every
// provider failed. err is the error of building the list.
func rootConnection[T model.Node](ctx context.Context, l *loaders.Loader[T], list directory.List, err error, first *int, after *string) (*model.Connection[T], error) {
	if err != nil {
		return nil, err
	}
	window := windowOf(ctx, l)
	listing, err := l.List(ctx, list, "", pageArgs(window, first, after))
	if err != nil {
		return nil, err
	}
	if listing.Failed {
		return nil, addListErrors(ctx, listing.Errors, true)
	}
	return connection(ctx, l, listing, window)
}

// addListErrors adds the errors of a list. It returns one that makes the list null: the last
// one if the list could not be read, or that of an invalid argument.
func addListErrors(ctx context.Context, errs []error, failed bool) error {
	for _, err := range errs {
		if providers.KindOf(err) == providers.InvalidArgument {
			return err
		}
	}
	last := len(errs)
	if failed {
		last--
	}
	for _, err := range errs[:last] {
		graphql.AddError(ctx, err)
	}
	if failed {
		return errs[last]
	}
	return nil
}

// childConnection resolves a list that belongs to an object.
func childConnection[T model.Node](ctx context.Context, l *loaders.Loader[T], list directory.List, parent model.ID, first *int, after *string) (*model.Connection[T], error) {
	window := windowOf(ctx, l)
	listing, err := l.List(ctx, list, parent, pageArgs(window, first, after))
	if err != nil {
		return nil, err
	}
	return connection(ctx, l, listing, window)
}

// embeddedConnection resolves a list that a field of the parent object holds. Nil rows are
// hidden by the vendor.
func embeddedConnection[T model.Node](ctx context.Context, l *loaders.Loader[T], parent model.Node, field string, rows []T, first *int, after *string) (*model.Connection[T], error) {
	window := windowOf(ctx, l)
	listing, err := loaders.Embedded(l.CursorKey(), parent, field, rows, l.Type(), pageArgs(window, first, after))
	if err != nil {
		return nil, err
	}
	return resolveListing(ctx, l, listing, window, setNodes)
}

// pageArgs are the arguments of a connection, with what its selection needs.
func pageArgs(window loaders.WindowSelection, first *int, after *string) loaders.Paging {
	return loaders.Paging{First: first, After: after, More: window.More, Total: window.Total, NoCursors: !window.Cursors}
}

// windowOf returns what is selected of a connection.
func windowOf[T model.Node](ctx context.Context, l *loaders.Loader[T]) loaders.WindowSelection {
	return loaders.ReadWindow(operation.Selected(ctx), l.Type())
}

// connection returns the connection of a listing, as resolveListing does. A nil listing is that
// of a vendor without such objects: empty and complete.
func connection[T model.Node](ctx context.Context, l *loaders.Loader[T], listing *directory.Listing[T], window loaders.WindowSelection) (*model.Connection[T], error) {
	if listing == nil {
		return &model.Connection[T]{PageInfo: &model.PageInfo{}, TotalCount: new(int), Complete: true}, nil
	}
	return resolveListing(ctx, l, listing, window, replaceNodes)
}

// resolveListing returns the connection of a listing, and adds its errors. Nodes that lack a
// selected field are loaded, and replace puts them into the connection.
func resolveListing[T model.Node](
	ctx context.Context, l *loaders.Loader[T], listing *directory.Listing[T], window loaders.WindowSelection,
	replace func(*model.Connection[T], []T) *model.Connection[T],
) (*model.Connection[T], error) {
	if err := addListErrors(ctx, listing.Errors, false); err != nil {
		return nil, err
	}
	c := listing.Connection
	for _, selection := range window.Nodes {
		nodes, missing := l.Resolve(ctx, c.Nodes(), selection)
		for _, m := range missing {
			ctx := withIndex(withField(ctx, selection.Alias), m.Index)
			if selection.NodeAlias != "" {
				ctx = withField(ctx, selection.NodeAlias)
			}
			addMissingFieldErrors(ctx, m)
		}
		c = replace(c, nodes)
	}
	return c, nil
}

// setNodes puts nodes into the edges of a connection that no other field has.
func setNodes[T model.Node](c *model.Connection[T], nodes []T) *model.Connection[T] {
	for i, e := range c.Edges {
		e.Node = nodes[i]
	}
	return c
}

// replaceNodes returns the connection with these nodes in its edges.
func replaceNodes[T model.Node](c *model.Connection[T], nodes []T) *model.Connection[T] {
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

// addMissingFieldErrors adds the error at each missing field of the object at ctx,
// or at the object when it is missing itself.
func addMissingFieldErrors(ctx context.Context, m loaders.MissingFields) {
	if m.Fields == nil {
		graphql.AddError(ctx, m.Err)
	}
	for _, f := range m.Fields {
		graphql.AddError(withField(ctx, f.Alias), m.Err)
	}
}

// isNonNull reports whether the field at ctx promises a value.
func isNonNull(ctx context.Context) bool {
	return graphql.GetFieldContext(ctx).Field.Definition.Type.NonNull
}

func withIndex(ctx context.Context, index int) context.Context {
	return graphql.WithPathContext(ctx, graphql.NewPathWithIndex(index))
}

func withField(ctx context.Context, alias string) context.Context {
	return graphql.WithPathContext(ctx, graphql.NewPathWithField(alias))
}
