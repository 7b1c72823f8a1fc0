package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
)

type provider struct{}

func (provider) Status(ctx context.Context, p *model.Provider) (model.ProviderStatus, error) {
	op := operation.From(ctx)
	op.Trace.MarkUncacheable()
	return op.Directory.Status(p.Name), nil
}

func (provider) Index(ctx context.Context, p *model.Provider) (*model.ProviderIndex, error) {
	op := operation.From(ctx)
	op.Trace.MarkUncacheable()
	return op.Directory.Index(p.Name), nil
}

func (provider) UnreadableTenants(ctx context.Context, p *model.Provider) ([]string, error) {
	ids, err := loadersOf(ctx).UnreadableTenants(ctx, p.Name)
	apierror.AddErrors(ctx, err)
	return append([]string{}, ids...), nil
}

func (provider) Users(ctx context.Context, p *model.Provider, first *int, after *string, filter *model.UserFilter, orderBy *model.UserOrder) (*model.UserConnection, error) {
	list, err := userList(ctx, p, filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Users, list, err, first, after)
}

func (provider) Accounts(ctx context.Context, p *model.Provider, first *int, after *string, filter *model.AccountFilter, orderBy *model.EntityOrder) (*model.AccountConnection, error) {
	list, err := loaders.AccountList(p, filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Accounts, list, err, first, after)
}

func (provider) Organizations(ctx context.Context, p *model.Provider, first *int, after *string, filter *model.OrganizationFilter, orderBy *model.EntityOrder) (*model.OrganizationConnection, error) {
	list, err := loaders.OrganizationList(p, filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Organizations, list, err, first, after)
}
