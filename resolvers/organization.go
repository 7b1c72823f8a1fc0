package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type organization struct{}

func (organization) Parent(ctx context.Context, o *model.Organization) (*model.Organization, error) {
	return reference(ctx, loadersOf(ctx).Organizations, o.Parent)
}

func (organization) SubOrganizations(ctx context.Context, o *model.Organization, first *int, after *string) (*model.OrganizationConnection, error) {
	return childConnection(ctx, loadersOf(ctx).Organizations, loaders.SubOrganizationList, o.ID, first, after)
}

func (organization) Roles(ctx context.Context, o *model.Organization) ([]*model.Role, error) {
	roles, err := loadersOf(ctx).Roles(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	return append([]*model.Role{}, roles...), nil
}

func (organization) Members(ctx context.Context, o *model.Organization, first *int, after *string, filter *model.MembershipFilter, orderBy *model.UserOrder) (*model.MembershipConnection, error) {
	return membersOf(ctx, o.ID, first, after, filter, orderBy)
}
