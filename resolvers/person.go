package resolvers

import (
	"context"
	"slices"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

type person struct{}

func (person) Name(_ context.Context, p *model.Person) (*string, error) {
	for _, u := range p.Users {
		if u.Name != nil {
			return u.Name, nil
		}
	}
	return nil, nil //nolint:nilnil // null: none of the users has a name
}

func (person) Users(ctx context.Context, p *model.Person) ([]*model.User, error) {
	return references(ctx, loadersOf(ctx).Users, p.Users)
}

func (person) Memberships(ctx context.Context, p *model.Person, first *int, after *string) (*model.MembershipConnection, error) {
	l := loadersOf(ctx)
	listing, err := l.MembershipsOf(ctx, p, pageArgs(ctx, l.Memberships, first, after))
	if err != nil {
		return nil, err
	}
	return connection(ctx, l.Memberships, listing)
}

func (person) LastLoginAt(_ context.Context, p *model.Person) (*time.Time, error) {
	var last *time.Time
	for _, u := range p.Users {
		if u.LastLoginAt != nil && (last == nil || u.LastLoginAt.After(*last)) {
			last = u.LastLoginAt
		}
	}
	return last, nil
}

func (person) Providers(_ context.Context, p *model.Person) ([]*model.Provider, error) {
	var providers []*model.Provider
	for _, u := range p.Users {
		if !slices.Contains(providers, u.Provider) {
			providers = append(providers, u.Provider)
		}
	}
	return providers, nil
}
