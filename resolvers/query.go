package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type query root

func (query) Node(ctx context.Context, id model.ID) (model.Node, error) {
	return loaders.For(ctx).Node(ctx, id)
}

func (query) Nodes(ctx context.Context, ids []model.ID) ([]model.Node, error) {
	nodes, errs, err := loaders.For(ctx).Nodes(ctx, ids)
	report(ctx, errs)
	return nodes, err
}

func (q query) Providers(context.Context) ([]*model.Provider, error) {
	return q.directory.Providers(), nil
}

func (query) User(ctx context.Context, id model.ID) (*model.User, error) {
	return find(ctx, loaders.For(ctx).Users, id)
}

func (query) Users(ctx context.Context, first *int, after *string, filter *model.UserFilter, orderBy *model.UserOrder) (*model.UserConnection, error) {
	l, err := userList(ctx, nil, filter, orderBy)
	return list(ctx, loaders.For(ctx).Users, l, err, first, after)
}

func (query) Account(ctx context.Context, id model.ID) (*model.Account, error) {
	return find(ctx, loaders.For(ctx).Accounts, id)
}

func (query) Accounts(ctx context.Context, first *int, after *string, filter *model.AccountFilter, orderBy *model.EntityOrder) (*model.AccountConnection, error) {
	l, err := loaders.AccountList(nil, filter, orderBy)
	return list(ctx, loaders.For(ctx).Accounts, l, err, first, after)
}

func (query) Group(ctx context.Context, id model.ID) (*model.Group, error) {
	return find(ctx, loaders.For(ctx).Groups, id)
}

func (query) Groups(ctx context.Context, first *int, after *string, filter *model.EntityFilter, orderBy *model.EntityOrder) (*model.GroupConnection, error) {
	l, err := loaders.GroupList(filter, orderBy)
	return list(ctx, loaders.For(ctx).Groups, l, err, first, after)
}

func (query) Buyer(ctx context.Context, id model.ID) (*model.Buyer, error) {
	return find(ctx, loaders.For(ctx).Buyers, id)
}

func (query) Buyers(ctx context.Context, first *int, after *string, filter *model.BuyerFilter, orderBy *model.EntityOrder) (*model.BuyerConnection, error) {
	l, err := loaders.BuyerList(filter, orderBy)
	return list(ctx, loaders.For(ctx).Buyers, l, err, first, after)
}

func (query) Seller(ctx context.Context, id model.ID) (*model.Seller, error) {
	return find(ctx, loaders.For(ctx).Sellers, id)
}

func (query) Sellers(ctx context.Context, first *int, after *string, filter *model.SellerFilter, orderBy *model.EntityOrder) (*model.SellerConnection, error) {
	l, err := loaders.SellerList(filter, orderBy)
	return list(ctx, loaders.For(ctx).Sellers, l, err, first, after)
}

func (query) Module(ctx context.Context, id model.ID) (*model.Module, error) {
	return find(ctx, loaders.For(ctx).Modules, id)
}

func (query) Modules(ctx context.Context, first *int, after *string, filter *model.EntityFilter, orderBy *model.EntityOrder) (*model.ModuleConnection, error) {
	l, err := loaders.ModuleList(filter, orderBy)
	return list(ctx, loaders.For(ctx).Modules, l, err, first, after)
}

func (query) Organization(ctx context.Context, id model.ID) (*model.Organization, error) {
	return find(ctx, loaders.For(ctx).Organizations, id)
}

func (query) Organizations(ctx context.Context, first *int, after *string, filter *model.OrganizationFilter, orderBy *model.EntityOrder) (*model.OrganizationConnection, error) {
	l, err := loaders.OrganizationList(nil, filter, orderBy)
	return list(ctx, loaders.For(ctx).Organizations, l, err, first, after)
}

func (query) Person(ctx context.Context, email string) (*model.Person, error) {
	return onePerson(ctx, email)
}

func (query) People(ctx context.Context, emails []string) ([]*model.Person, error) {
	if err := loaders.AtMost(len(emails)); err != nil {
		return nil, err
	}
	people, errs := loaders.For(ctx).People(ctx, emails)
	report(ctx, errs)
	return people, nil
}
