package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

type mutation struct{}

func (mutation) Refresh(ctx context.Context, ids []model.ID) (int, error) {
	return loadersOf(ctx).Refresh(ctx, ids)
}

func (mutation) Purge(ctx context.Context, provider string) (bool, error) {
	return true, loadersOf(ctx).Purge(ctx, provider)
}
