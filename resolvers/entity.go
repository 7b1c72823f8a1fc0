package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type entity root

// entities loads a gateway's representations of one type: in their order, null in
// place of one that does not exist, an error at the index of one that failed.
func entities[T model.Node](ctx context.Context, k *loaders.Loader[T], ids []model.ID) ([]T, error) {
	found, errs := make([]T, len(ids)), make(graphql.BatchErrorList, len(ids))
	var wanted []model.ID
	var places []int
	for i, id := range ids {
		if errs[i] = k.CheckID(id); errs[i] == nil {
			wanted, places = append(wanted, id), append(places, i)
		}
	}
	objects, failed := k.LoadMany(ctx, wanted)
	for n, i := range places {
		found[i], errs[i] = objects[n], failed[n]
	}
	return found, errs
}

func keys[R any](reps []*R, key func(*R) model.ID) []model.ID {
	ids := make([]model.ID, len(reps))
	for i, rep := range reps {
		ids[i] = key(rep)
	}
	return ids
}

func (entity) FindManyUserByIDs(ctx context.Context, reps []*generated.UserByIDsInput) ([]*model.User, error) {
	return entities(ctx, loaders.For(ctx).Users, keys(reps, func(r *generated.UserByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyMembershipByIDs(ctx context.Context, reps []*generated.MembershipByIDsInput) ([]*model.Membership, error) {
	return entities(ctx, loaders.For(ctx).Memberships, keys(reps, func(r *generated.MembershipByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyAccountByIDs(ctx context.Context, reps []*generated.AccountByIDsInput) ([]*model.Account, error) {
	return entities(ctx, loaders.For(ctx).Accounts, keys(reps, func(r *generated.AccountByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyOrganizationByIDs(ctx context.Context, reps []*generated.OrganizationByIDsInput) ([]*model.Organization, error) {
	return entities(ctx, loaders.For(ctx).Organizations, keys(reps, func(r *generated.OrganizationByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyGroupByIDs(ctx context.Context, reps []*generated.GroupByIDsInput) ([]*model.Group, error) {
	return entities(ctx, loaders.For(ctx).Groups, keys(reps, func(r *generated.GroupByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyBuyerByIDs(ctx context.Context, reps []*generated.BuyerByIDsInput) ([]*model.Buyer, error) {
	return entities(ctx, loaders.For(ctx).Buyers, keys(reps, func(r *generated.BuyerByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManySellerByIDs(ctx context.Context, reps []*generated.SellerByIDsInput) ([]*model.Seller, error) {
	return entities(ctx, loaders.For(ctx).Sellers, keys(reps, func(r *generated.SellerByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyModuleByIDs(ctx context.Context, reps []*generated.ModuleByIDsInput) ([]*model.Module, error) {
	return entities(ctx, loaders.For(ctx).Modules, keys(reps, func(r *generated.ModuleByIDsInput) model.ID { return r.ID }))
}

func (entity) FindManyPersonByEmails(ctx context.Context, reps []*generated.PersonByEmailsInput) ([]*model.Person, error) {
	emails := make([]string, len(reps))
	for i, r := range reps {
		emails[i] = r.Email
	}
	people, errs := loaders.For(ctx).People(ctx, emails)
	for i, err := range errs {
		if err != nil {
			errs[i] = apart(err)
		}
	}
	return people, graphql.BatchErrorList(errs)
}

// apart makes a list of failures that came together, which gets its path from
// where it is reported.
func apart(err error) error {
	var list gqlerror.List
	for _, err := range loaders.SplitErrors(err) {
		list = append(list, gqlerror.Wrap(err))
	}
	return list
}
