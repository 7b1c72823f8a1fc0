package resolvers

import (
	"context"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/directory"
)

type person struct{}

func (person) Name(_ context.Context, p *model.Person) (*string, error) {
	return directory.NameOf(p), nil
}

func (person) Users(ctx context.Context, p *model.Person) ([]*model.User, error) {
	return references(ctx, loadersOf(ctx).Users, p.Users)
}

func (person) Memberships(ctx context.Context, p *model.Person, first *int, after *string) (*model.MembershipConnection, error) {
	l := loadersOf(ctx)
	window := windowOf(ctx, l.Memberships)
	listing, err := l.MembershipsOf(ctx, p, pageArgs(window, first, after))
	if err != nil {
		return nil, err
	}
	return connection(ctx, l.Memberships, listing, window)
}

func (person) LastLoginAt(_ context.Context, p *model.Person) (*time.Time, error) {
	if err := directory.InvalidField(p, "lastLoginAt"); err != nil {
		return nil, err
	}
	return directory.LastLoginOf(p), nil
}

func (person) Providers(_ context.Context, p *model.Person) ([]*model.Provider, error) {
	return directory.ProvidersOf(p), nil
}

func (person) Licenses(ctx context.Context, p *model.Person) ([]model.License, error) {
	licenses, err := loadersOf(ctx).Licenses(ctx, p)
	apierror.AddErrors(ctx, err)
	return licenses, nil
}

func (person) Matches(_ context.Context, p *model.Person) ([]*model.PersonMatch, error) {
	return directory.MatchesOf(p), nil
}

type personMatch struct{}

func (personMatch) User(ctx context.Context, m *model.PersonMatch) (*model.User, error) {
	return reference(ctx, loadersOf(ctx).Users, m.User)
}
