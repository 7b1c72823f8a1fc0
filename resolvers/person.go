package resolvers

import (
	"context"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

type person root

// onePerson looks up the logins of an address. Where a provider failed, its error
// goes to the field's path beside what the others gave.
func onePerson(ctx context.Context, email string) (*model.Person, error) {
	people, errs := loaders.For(ctx).People(ctx, []string{email})
	if errs[0] != nil {
		for _, err := range loaders.SplitErrors(errs[0]) {
			graphql.AddError(ctx, err)
		}
	}
	return people[0], nil
}

func (person) Name(_ context.Context, p *model.Person) (*string, error) {
	for _, u := range p.Users {
		if u.Name != nil {
			return u.Name, nil
		}
	}
	return nil, nil //nolint:nilnil // null: none of the users has a name
}

func (person) Users(ctx context.Context, p *model.Person) ([]*model.User, error) {
	return references(ctx, loaders.For(ctx).Users, p.Users)
}

func (person) Memberships(ctx context.Context, p *model.Person, first *int, after *string) (*model.MembershipConnection, error) {
	set := loaders.For(ctx)
	listing, err := set.MembershipsOf(ctx, p, paging(ctx, set.Memberships, first, after))
	if err != nil {
		return nil, err
	}
	return connection(ctx, set.Memberships, listing)
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

type contact root

func (contact) User(ctx context.Context, c *model.Contact) (*model.User, error) {
	return reference(ctx, loaders.For(ctx).Users, c.User)
}

type auditActor root

func (auditActor) User(ctx context.Context, a *model.AuditActor) (*model.User, error) {
	return reference(ctx, loaders.For(ctx).Users, a.User)
}
