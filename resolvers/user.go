package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type user root

func (user) CurrentAccount(ctx context.Context, u *model.User) (*model.Account, error) {
	return reference(ctx, loaders.For(ctx).Accounts, u.CurrentAccount)
}

func (user) Memberships(ctx context.Context, u *model.User, first *int, after *string) (*model.MembershipConnection, error) {
	return children(ctx, loaders.For(ctx).Memberships, loaders.MembershipList, u.ID, first, after)
}

func (user) Person(ctx context.Context, u *model.User) (*model.Person, error) {
	if u.Email == nil {
		return nil, nil //nolint:nilnil // null: no address, no person
	}
	return onePerson(ctx, *u.Email)
}
