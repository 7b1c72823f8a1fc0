package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type organization root

func (organization) Parent(ctx context.Context, o *model.Organization) (*model.Organization, error) {
	return reference(ctx, loaders.For(ctx).Organizations, o.Parent)
}

func (organization) SubOrganizations(ctx context.Context, o *model.Organization, first *int, after *string) (*model.OrganizationConnection, error) {
	return children(ctx, loaders.For(ctx).Organizations, loaders.SubOrganizationList, o.ID, first, after)
}

func (organization) Roles(ctx context.Context, o *model.Organization) ([]*model.Role, error) {
	roles, err := loaders.For(ctx).Roles(ctx, o.ID)
	if err != nil {
		graphql.AddError(ctx, err)
	}
	return append([]*model.Role{}, roles...), nil
}

func (organization) Members(ctx context.Context, o *model.Organization, first *int, after *string, filter *model.MembershipFilter) (*model.MembershipConnection, error) {
	return children(ctx, loaders.For(ctx).Memberships, loaders.MemberList(filter), o.ID, first, after)
}
