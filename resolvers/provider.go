package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

type provider root

func (r provider) Status(ctx context.Context, p *model.Provider) (model.ProviderStatus, error) {
	upstream.MarkUncacheable(ctx)
	return r.directory.Status(p.Name), nil
}

func (provider) Users(ctx context.Context, p *model.Provider, first *int, after *string, filter *model.UserFilter, orderBy *model.UserOrder) (*model.UserConnection, error) {
	l, err := userList(ctx, p, filter, orderBy)
	return list(ctx, loaders.For(ctx).Users, l, err, first, after)
}

func (provider) Accounts(ctx context.Context, p *model.Provider, first *int, after *string, filter *model.AccountFilter, orderBy *model.EntityOrder) (*model.AccountConnection, error) {
	l, err := loaders.AccountList(p, filter, orderBy)
	return list(ctx, loaders.For(ctx).Accounts, l, err, first, after)
}

func (provider) Organizations(ctx context.Context, p *model.Provider, first *int, after *string, filter *model.OrganizationFilter, orderBy *model.EntityOrder) (*model.OrganizationConnection, error) {
	l, err := loaders.OrganizationList(p, filter, orderBy)
	return list(ctx, loaders.For(ctx).Organizations, l, err, first, after)
}
