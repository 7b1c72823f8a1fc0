package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type mutation root

func (mutation) Refresh(ctx context.Context, ids []model.ID) (int, error) {
	return loaders.For(ctx).Refresh(ctx, ids)
}

func (m mutation) Purge(ctx context.Context, provider string) (bool, error) {
	return true, m.directory.Purge(ctx, provider)
}
