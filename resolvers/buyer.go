package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type buyer root

func (buyer) Account(ctx context.Context, b *model.Buyer) (*model.Account, error) {
	return reference(ctx, loaders.For(ctx).Accounts, b.Account)
}

func (buyer) Sellers(ctx context.Context, b *model.Buyer) ([]*model.Seller, error) {
	return references(ctx, loaders.For(ctx).Sellers, b.Sellers)
}
