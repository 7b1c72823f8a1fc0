package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type account struct{}

func (account) Members(ctx context.Context, a *model.Account, first *int, after *string, filter *model.MembershipFilter, orderBy *model.UserOrder) (*model.MembershipConnection, error) {
	return membersOf(ctx, a.ID, first, after, filter, orderBy)
}

func (account) Groups(ctx context.Context, a *model.Account, first *int, after *string) (*model.GroupConnection, error) {
	return childConnection(ctx, loadersOf(ctx).Groups, loaders.GroupsOfAccount, a.ID, first, after)
}

func (account) Buyers(ctx context.Context, a *model.Account, first *int, after *string) (*model.BuyerConnection, error) {
	return childConnection(ctx, loadersOf(ctx).Buyers, loaders.BuyersOfAccount, a.ID, first, after)
}
