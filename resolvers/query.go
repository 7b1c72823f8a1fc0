package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
)

type query struct{}

func (query) Node(ctx context.Context, id model.ID) (model.Node, error) {
	n, err := loadersOf(ctx).Node(ctx, id)
	return resolveNode(ctx, n, -1), err
}

func (query) Nodes(ctx context.Context, ids []model.ID) ([]model.Node, error) {
	nodes, errs, err := loadersOf(ctx).Nodes(ctx, ids)
	apierror.AddIndexedErrors(ctx, errs)
	for i, n := range nodes {
		nodes[i] = resolveNode(ctx, n, i)
	}
	return nodes, err
}

func (query) Provider(ctx context.Context, name string) (*model.Provider, error) {
	return operation.From(ctx).Directory.Provider(name)
}

func (query) Providers(ctx context.Context) ([]*model.Provider, error) {
	return operation.From(ctx).Directory.Providers(), nil
}

func (query) User(ctx context.Context, id model.ID) (*model.User, error) {
	return loadByID(ctx, loadersOf(ctx).Users, id)
}

func (query) Users(ctx context.Context, first *int, after *string, filter *model.UserFilter, orderBy *model.UserOrder) (*model.UserConnection, error) {
	list, err := userList(ctx, nil, filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Users, list, err, first, after)
}

func (query) Account(ctx context.Context, id model.ID) (*model.Account, error) {
	return loadByID(ctx, loadersOf(ctx).Accounts, id)
}

func (query) Accounts(ctx context.Context, first *int, after *string, filter *model.AccountFilter, orderBy *model.EntityOrder) (*model.AccountConnection, error) {
	list, err := loaders.AccountList(nil, filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Accounts, list, err, first, after)
}

func (query) Group(ctx context.Context, id model.ID) (*model.Group, error) {
	return loadByID(ctx, loadersOf(ctx).Groups, id)
}

func (query) Groups(ctx context.Context, first *int, after *string, filter *model.EntityFilter, orderBy *model.EntityOrder) (*model.GroupConnection, error) {
	list, err := loaders.GroupList(filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Groups, list, err, first, after)
}

func (query) Buyer(ctx context.Context, id model.ID) (*model.Buyer, error) {
	return loadByID(ctx, loadersOf(ctx).Buyers, id)
}

func (query) Buyers(ctx context.Context, first *int, after *string, filter *model.BuyerFilter, orderBy *model.EntityOrder) (*model.BuyerConnection, error) {
	list, err := loaders.BuyerList(filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Buyers, list, err, first, after)
}

func (query) Seller(ctx context.Context, id model.ID) (*model.Seller, error) {
	return loadByID(ctx, loadersOf(ctx).Sellers, id)
}

func (query) Sellers(ctx context.Context, first *int, after *string, filter *model.SellerFilter, orderBy *model.EntityOrder) (*model.SellerConnection, error) {
	list, err := loaders.SellerList(filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Sellers, list, err, first, after)
}

func (query) Module(ctx context.Context, id model.ID) (*model.Module, error) {
	return loadByID(ctx, loadersOf(ctx).Modules, id)
}

func (query) Modules(ctx context.Context, first *int, after *string, filter *model.EntityFilter, orderBy *model.EntityOrder) (*model.ModuleConnection, error) {
	list, err := loaders.ModuleList(filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Modules, list, err, first, after)
}

func (query) Organization(ctx context.Context, id model.ID) (*model.Organization, error) {
	return loadByID(ctx, loadersOf(ctx).Organizations, id)
}

func (query) Organizations(ctx context.Context, first *int, after *string, filter *model.OrganizationFilter, orderBy *model.EntityOrder) (*model.OrganizationConnection, error) {
	list, err := loaders.OrganizationList(nil, filter, orderBy)
	return rootConnection(ctx, loadersOf(ctx).Organizations, list, err, first, after)
}

func (query) Person(ctx context.Context, email string) (*model.Person, error) {
	return loadPerson(ctx, email)
}

func (query) People(ctx context.Context, first *int, after *string, filter *model.PersonFilter, orderBy *model.PersonOrder) (*model.PersonConnection, error) {
	list, err := loaders.PeopleList(filter, orderBy)
	if err != nil {
		return nil, err
	}
	listing, err := loadersOf(ctx).PeoplePage(ctx, list, loaders.Paging{First: first, After: after})
	if err != nil {
		return nil, err
	}
	if err := addListErrors(ctx, listing.Errors, listing.Failed); err != nil {
		return nil, err
	}
	return listing.Connection, nil
}

func (query) PeopleByEmail(ctx context.Context, emails []string) ([]*model.Person, error) {
	if err := loaders.AtMost(len(emails)); err != nil {
		return nil, err
	}
	people, errs := loadersOf(ctx).People(ctx, emails)
	apierror.AddIndexedErrors(ctx, errs)
	return people, nil
}
