package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

type buyer struct{}

func (buyer) Account(ctx context.Context, b *model.Buyer) (*model.Account, error) {
	return reference(ctx, loadersOf(ctx).Accounts, b.Account)
}

func (buyer) Sellers(ctx context.Context, b *model.Buyer) ([]*model.Seller, error) {
	return references(ctx, loadersOf(ctx).Sellers, b.Sellers)
}
