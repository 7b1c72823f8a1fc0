package loaders

import (
	"context"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// People returns one person an address, in their order; nil where nobody has it.
// An error stands beside each person whose logins are not all known.
func (s *Loaders) People(ctx context.Context, emails []string) ([]*model.Person, []error) {
	keys := make([]string, len(emails))
	for i, email := range emails {
		keys[i] = directory.NormalizeEmail(email)
	}
	found, errs := load(ctx, s.people, keys)
	people := make([]*model.Person, len(emails))
	for i, f := range found {
		people[i] = f.person
		if errs[i] == nil {
			errs[i] = f.err
		}
	}
	return people, errs
}

// login is what was found of a person.
type login struct {
	person *model.Person
	// err tells that a provider could not be asked.
	err error
}

func (s *Loaders) loadPeople(ctx context.Context, emails []string) []*dataloader.Result[login] {
	people, errs := directory.FindPeople(ctx, s.directory, emails)
	var err error
	if len(errs) > 0 {
		err = PartialError{errs}
	}
	results := make([]*dataloader.Result[login], len(emails))
	for i, email := range emails {
		person := people[email]
		if person != nil {
			for _, u := range person.Users {
				s.remember(ctx, []model.Node{u})
			}
		}
		results[i] = &dataloader.Result[login]{Data: login{person, err}}
	}
	return results
}

// PartialError is several failures of which each cost a part.
type PartialError struct{ Errors []error }

// Error names the first failure.
func (p PartialError) Error() string { return p.Errors[0].Error() }

// Unwrap returns all failures.
func (p PartialError) Unwrap() []error { return p.Errors }

// SplitErrors takes failures that came together apart.
func SplitErrors(err error) []error {
	if p, ok := err.(PartialError); ok { //nolint:errorlint // never wrapped
		return p.Errors
	}
	return []error{err}
}

// MembershipsOf reads the memberships of all of a person's users, in their order.
func (s *Loaders) MembershipsOf(ctx context.Context, p *model.Person, window Paging) (*directory.Listing[*model.Membership], error) {
	first, err := window.first()
	if err != nil {
		return nil, err
	}
	l := directory.List{Kind: "person " + p.Email}
	w := directory.Window{First: first, Total: window.Total}
	if window.After != nil {
		cursor, err := model.ParseCursor(*window.After, l.ID())
		if err != nil {
			return nil, badInput(err.Error())
		}
		w.After = &cursor
	}
	parts, _ := load(ctx, s.Memberships.lists, membershipKeys(p))
	var rows []*model.Membership
	var freshness *model.Freshness
	var errs []error
	for i, part := range parts {
		for part != nil && part.Connection != nil {
			rows = append(rows, part.Nodes()...)
			freshness = freshness.Merge(part.Freshness)
			errs = append(errs, part.Errors...)
			if part = s.behind(ctx, p.Users[i], part); part == nil {
				break
			}
		}
	}
	listing := directory.Paginate(l, "", rows, w, freshness)
	if listing.Errors = errs; errs != nil {
		listing.TotalCount = nil // of what could be read, it would be
	}
	return &listing, nil
}

// behind reads the next page of a user's memberships, nil behind the last.
func (s *Loaders) behind(ctx context.Context, u *model.User, part *directory.Listing[*model.Membership]) *directory.Listing[*model.Membership] {
	if !part.PageInfo.HasNextPage {
		return nil
	}
	next, _ := s.Memberships.List(ctx, MembershipList, u.ID, memberships(part.PageInfo.EndCursor())) // a valid window
	return next
}

func membershipKeys(p *model.Person) []listKey {
	keys := make([]listKey, len(p.Users))
	for i, u := range p.Users {
		keys[i], _ = newListKey(MembershipList, u.ID, memberships(nil)) // a valid window
	}
	return keys
}

// memberships is the largest window behind a cursor.
func memberships(after *string) Paging {
	most := MaxFirst
	return Paging{First: &most, After: after, More: true}
}

// Roles reads the roles of an organization.
func (s *Loaders) Roles(ctx context.Context, organization model.ID) ([]*model.Role, error) {
	return one(ctx, s.roles, organization)
}

func (s *Loaders) loadRoles(ctx context.Context, organizations []model.ID) []*dataloader.Result[[]*model.Role] {
	results := make([]*dataloader.Result[[]*model.Role], len(organizations))
	each(len(organizations), func(i int) {
		roles, err := s.directory.Roles(ctx, organizations[i])
		results[i] = &dataloader.Result[[]*model.Role]{Data: roles, Error: err}
	})
	return results
}
