package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type group root

func (group) Account(ctx context.Context, g *model.Group) (*model.Account, error) {
	return reference(ctx, loaders.For(ctx).Accounts, g.Account)
}

func (group) Modules(ctx context.Context, g *model.Group) ([]*model.Module, error) {
	return references(ctx, loaders.For(ctx).Modules, g.Modules)
}

func (group) Users(ctx context.Context, g *model.Group, first *int, after *string) (*model.UserConnection, error) {
	return embedded(ctx, loaders.For(ctx).Users, g.ID, g.Users, first, after)
}

func (group) Buyers(ctx context.Context, g *model.Group, first *int, after *string) (*model.BuyerConnection, error) {
	return embedded(ctx, loaders.For(ctx).Buyers, g.ID, g.Buyers, first, after)
}

// embedded resolves a list that its owner holds.
func embedded[T model.Node](ctx context.Context, k *loaders.Loader[T], owner model.ID, rows []T, first *int, after *string) (*model.Connection[T], error) {
	listing, err := loaders.Embedded(loaders.EmbeddedList(k.Type(), owner), rows, paging(ctx, k, first, after))
	if err != nil {
		return nil, err
	}
	return connection(ctx, k, listing)
}
