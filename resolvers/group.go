package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

type group struct{}

func (group) Account(ctx context.Context, g *model.Group) (*model.Account, error) {
	return reference(ctx, loadersOf(ctx).Accounts, g.Account)
}

func (group) Modules(ctx context.Context, g *model.Group) ([]*model.Module, error) {
	return references(ctx, loadersOf(ctx).Modules, g.Modules)
}

func (group) Users(ctx context.Context, g *model.Group, first *int, after *string) (*model.UserConnection, error) {
	return embeddedConnection(ctx, loadersOf(ctx).Users, g, "users", g.Users, first, after)
}

func (group) Buyers(ctx context.Context, g *model.Group, first *int, after *string) (*model.BuyerConnection, error) {
	return embeddedConnection(ctx, loadersOf(ctx).Buyers, g, "buyers", g.Buyers, first, after)
}
