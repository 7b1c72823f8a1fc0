package resolvers

import (
	"context"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type mutation root

// allowed refuses callers who may not change what is remembered.
func (m mutation) allowed() error {
	if m.cacheWrite {
		return nil
	}
	return &gqlerror.Error{
		Message: "this needs the scope cache:write", Extensions: map[string]any{"code": Forbidden},
	}
}

func (m mutation) Refresh(ctx context.Context, ids []model.ID) (int, error) {
	if err := m.allowed(); err != nil {
		return 0, err
	}
	return loaders.For(ctx).Refresh(ctx, ids)
}

func (m mutation) Purge(ctx context.Context, provider string) (bool, error) {
	if err := m.allowed(); err != nil {
		return false, err
	}
	return true, m.directory.Purge(ctx, provider)
}
