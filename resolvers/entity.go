package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/providers"
)

type entity struct{}

func (entity) FindManyUserByIDs(ctx context.Context, reps []*generated.UserByIDsInput) ([]*model.User, error) {
	return loadEntities(ctx, loadersOf(ctx).Users, keys(reps, func(r *generated.UserByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyMembershipByIDs(ctx context.Context, reps []*generated.MembershipByIDsInput) ([]*model.Membership, error) {
	return loadEntities(ctx, loadersOf(ctx).Memberships, keys(reps, func(r *generated.MembershipByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyAccountByIDs(ctx context.Context, reps []*generated.AccountByIDsInput) ([]*model.Account, error) {
	return loadEntities(ctx, loadersOf(ctx).Accounts, keys(reps, func(r *generated.AccountByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyOrganizationByIDs(ctx context.Context, reps []*generated.OrganizationByIDsInput) ([]*model.Organization, error) {
	return loadEntities(ctx, loadersOf(ctx).Organizations, keys(reps, func(r *generated.OrganizationByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyGroupByIDs(ctx context.Context, reps []*generated.GroupByIDsInput) ([]*model.Group, error) {
	return loadEntities(ctx, loadersOf(ctx).Groups, keys(reps, func(r *generated.GroupByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyBuyerByIDs(ctx context.Context, reps []*generated.BuyerByIDsInput) ([]*model.Buyer, error) {
	return loadEntities(ctx, loadersOf(ctx).Buyers, keys(reps, func(r *generated.BuyerByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManySellerByIDs(ctx context.Context, reps []*generated.SellerByIDsInput) ([]*model.Seller, error) {
	return loadEntities(ctx, loadersOf(ctx).Sellers, keys(reps, func(r *generated.SellerByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyModuleByIDs(ctx context.Context, reps []*generated.ModuleByIDsInput) ([]*model.Module, error) {
	return loadEntities(ctx, loadersOf(ctx).Modules, keys(reps, func(r *generated.ModuleByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyProviderByIDs(ctx context.Context, reps []*generated.ProviderByIDsInput) ([]*model.Provider, error) {
	return loadEntities(ctx, loadersOf(ctx).Providers, keys(reps, func(r *generated.ProviderByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyPersonByEmails(ctx context.Context, reps []*generated.PersonByEmailsInput) ([]*model.Person, error) {
	emails := make([]string, len(reps))
	for i, r := range reps {
		emails[i] = r.Email
	}
	people, errs := loadersOf(ctx).People(ctx, emails)
	for i, err := range errs {
		errs[i] = apierror.SplitErrors(err)
	}
	return people, graphql.BatchErrorList(errs)
}

// loadEntities loads the representations of one type that a gateway has sent, in
// their order: null for an object that does not exist, an error at the index of one
// that could not be read.
func loadEntities[T model.Node](ctx context.Context, l *loaders.Loader[T], ids []model.ID) ([]T, error) {
	nodes, errs := make([]T, len(ids)), make(graphql.BatchErrorList, len(ids))
	var valid []model.ID
	var indices []int
	for i, id := range ids {
		if errs[i] = l.CheckID(id); errs[i] == nil {
			valid, indices = append(valid, id), append(indices, i)
		}
	}
	loaded, failed := l.LoadMany(ctx, valid)
	records, missing := l.Resolve(ctx, loaded, operation.Selected(ctx))
	for n, i := range indices {
		nodes[i], errs[i] = records[n], providers.OfClient(failed[n])
	}
	for _, m := range missing {
		// The path of an entity is that of all of its type: the error is the object's.
		errs[indices[m.Index]] = m.Err
	}
	return nodes, errs
}

func keys[R any](representations []*R, key func(*R) model.ID) []model.ID {
	ids := make([]model.ID, len(representations))
	for i, r := range representations {
		ids[i] = key(r)
	}
	return ids
}
