package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
)

type membership struct{}

func (membership) User(ctx context.Context, m *model.Membership) (*model.User, error) {
	return reference(ctx, loadersOf(ctx).Users, m.User)
}

func (r membership) Tenant(ctx context.Context, m *model.Membership) (model.Tenant, error) {
	if m.Account != nil {
		return r.Account(ctx, m)
	}
	return r.Organization(ctx, m)
}

func (membership) Account(ctx context.Context, m *model.Membership) (*model.Account, error) {
	return reference(ctx, loadersOf(ctx).Accounts, m.Account)
}

func (membership) Organization(ctx context.Context, m *model.Membership) (*model.Organization, error) {
	return reference(ctx, loadersOf(ctx).Organizations, m.Organization)
}

func (membership) Via(ctx context.Context, m *model.Membership) ([]*model.Group, error) {
	return references(ctx, loadersOf(ctx).Groups, m.Via)
}

func (membership) Groups(ctx context.Context, m *model.Membership) ([]*model.Group, error) {
	return references(ctx, loadersOf(ctx).Groups, m.Groups)
}

func (membership) Buyers(ctx context.Context, m *model.Membership) ([]*model.Buyer, error) {
	return references(ctx, loadersOf(ctx).Buyers, m.Buyers)
}

func (membership) Modules(ctx context.Context, m *model.Membership) ([]*model.Module, error) {
	return references(ctx, loadersOf(ctx).Modules, m.Modules)
}

// membersOf resolves the members of a tenant, if the caller may order them so.
func membersOf(ctx context.Context, tenant model.ID, first *int, after *string, f *model.MembershipFilter, o *model.UserOrder) (*model.MembershipConnection, error) {
	if err := operation.From(ctx).AuthorizeList(nil, o); err != nil {
		return nil, err
	}
	return childConnection(ctx, loadersOf(ctx).Memberships, loaders.MemberList(f, o), tenant, first, after)
}
