package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Node returns the object with this id, of whichever type; nil when there is
// none.
func (s *Loaders) Node(ctx context.Context, id model.ID) (model.Node, error) {
	nodes, errs, err := s.Nodes(ctx, []model.ID{id})
	if err != nil {
		return nil, err
	}
	return nodes[0], errs[0]
}

// Purge has everything forgotten that was read through a provider, with the
// credential that this operation asks it with.
func (s *Loaders) Purge(ctx context.Context, provider string) error {
	return s.directory.Purge(ctx, provider)
}

// Refresh has objects and the pages that hold them forgotten, reads the objects
// anew and returns how many exist. It fails where one could not be read.
func (s *Loaders) Refresh(ctx context.Context, ids []model.ID) (int, error) {
	for _, id := range ids {
		if _, err := model.ParseID(string(id)); err != nil {
			return 0, badInput(err.Error())
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

// Nodes returns the objects with these ids, in their order, and an error for
// each that is malformed or could not be read. It fails as a whole when there are
// too many.
func (s *Loaders) Nodes(ctx context.Context, ids []model.ID) ([]model.Node, []error, error) {
	if err := AtMost(len(ids)); err != nil {
		return nil, nil, err
	}
	nodes, errs := make([]model.Node, len(ids)), make([]error, len(ids))
	l := &level{set: s}
	for i, id := range ids {
		if _, err := model.ParseID(string(id)); err != nil {
			errs[i] = badInput(err.Error())
			continue
		}
		l.object(s.kindOf(id.Type()), id)
	}
	l.load(ctx)
	for i, id := range ids {
		if errs[i] == nil {
			nodes[i], errs[i] = s.kindOf(id.Type()).node(ctx, id)
		}
	}
	return nodes, errs, nil
}
