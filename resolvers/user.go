package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
)

type user struct{}

func (user) CurrentAccount(ctx context.Context, u *model.User) (*model.Account, error) {
	return reference(ctx, loadersOf(ctx).Accounts, u.CurrentAccount)
}

func (user) Memberships(ctx context.Context, u *model.User, first *int, after *string) (*model.MembershipConnection, error) {
	return childConnection(ctx, loadersOf(ctx).Memberships, loaders.MembershipList, u.ID, first, after)
}

func (user) Person(ctx context.Context, u *model.User) (*model.Person, error) {
	if u.Email == nil {
		return nil, nil //nolint:nilnil // null: no address, no person
	}
	return loadPerson(ctx, *u.Email)
}

// userList describes a list of users, if the caller may filter and order it so.
func userList(ctx context.Context, p *model.Provider, f *model.UserFilter, o *model.UserOrder) (directory.List, error) {
	if err := operation.From(ctx).AuthorizeList(f, o); err != nil {
		return directory.List{}, err
	}
	return loaders.UserList(p, f, o)
}
