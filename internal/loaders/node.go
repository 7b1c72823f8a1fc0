package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Node returns the object with this id, of any entity type; nil when there is none.
func (s *Loaders) Node(ctx context.Context, id model.ID) (model.Node, error) {
	nodes, errs, err := s.Nodes(ctx, []model.ID{id})
	if err != nil {
		return nil, err
	}
	return nodes[0], errs[0]
}

// Nodes returns the objects with these ids, in their order: nil for one that does not
// exist, and an error for one whose id is malformed or that could not be read. The
// last result is an error of kind InvalidArgument when there are more than MaxKeys
// ids.
func (s *Loaders) Nodes(ctx context.Context, ids []model.ID) ([]model.Node, []error, error) {
	if err := AtMost(len(ids)); err != nil {
		return nil, nil, err
	}
	nodes, errs := make([]model.Node, len(ids)), make([]error, len(ids))
	b := &batch{loaders: s}
	for i, id := range ids {
		if _, err := model.ParseID(string(id)); err != nil {
			errs[i] = invalidArgument(err.Error())
			continue
		}
		b.addID(s.loaderOf(id.Type()), id)
	}
	b.load(ctx)
	for i, id := range ids {
		if errs[i] == nil {
			node, err := s.loaderOf(id.Type()).node(ctx, id)
			nodes[i], errs[i] = node, providers.OfClient(err)
		}
	}
	return nodes, errs, nil
}

// ResolveNode returns a record of any type that holds the selected fields, as Resolve
// does. ok is false where fields could not be read.
func (s *Loaders) ResolveNode(ctx context.Context, n model.Node, want Selection) (record model.Node, missing MissingFields, ok bool) {
	return s.loaderOf(n.GlobalID().Type()).resolveNode(ctx, n, want)
}

func (l *Loader[T]) resolveNode(ctx context.Context, n model.Node, want Selection) (model.Node, MissingFields, bool) {
	records, missing := l.Resolve(ctx, []T{l.row.cast(n)}, want)
	if len(missing) == 0 {
		return records[0], MissingFields{}, true
	}
	if isNil(records[0]) {
		return nil, missing[0], false
	}
	return records[0], missing[0], false
}

// Refresh invalidates objects and the pages that hold them, fetches the objects
// again and returns how many exist. It returns the first error of an object that
// could not be read.
func (s *Loaders) Refresh(ctx context.Context, ids []model.ID) (int, error) {
	for _, id := range ids {
		if _, err := model.ParseID(string(id)); err != nil {
			return 0, invalidArgument(err.Error())
		}
	}
	if err := AtMost(len(ids)); err != nil {
		return 0, err
	}
	s.directory.Invalidate(ctx, ids)
	nodes, errs, err := s.Nodes(ctx, ids)
	if err != nil {
		return 0, err
	}
	exist := 0
	for i, n := range nodes {
		if errs[i] != nil {
			return 0, errs[i]
		}
		if n != nil {
			exist++
		}
	}
	return exist, nil
}

// Purge invalidates everything that was read through a provider with the credential
// of this operation. An unknown provider is an error of kind InvalidArgument.
func (s *Loaders) Purge(ctx context.Context, provider string) error {
	return s.directory.Purge(ctx, provider)
}
