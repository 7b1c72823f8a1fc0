package loaders

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// maxAddress is longer than any e-mail address. The representations of a gateway may hold longer
// texts; nobody has them.
const maxAddress = 1 << 10

// People returns the person with each address, in their order; nil where no user has
// it. The error of a person is set when a provider could not be searched, even where
// the others have found users.
func (s *Loaders) People(ctx context.Context, emails []string) ([]*model.Person, []error) {
	var keys []string
	var indices []int
	for i, email := range emails {
		if len(email) <= maxAddress {
			keys, indices = append(keys, directory.NormalizeEmail(email)), append(indices, i)
		}
	}
	found, failed := load(ctx, &s.people, keys)
	people, errs := make([]*model.Person, len(emails)), make([]error, len(emails))
	for k, i := range indices {
		people[i], errs[i] = found[k].person, failed[k]
		if errs[i] == nil {
			errs[i] = found[k].err
		}
	}
	return people, errs
}

// personResult is the person with an address.
type personResult struct {
	person *model.Person
	// err is set when a provider could not be searched.
	err error
}

func (s *Loaders) loadPeople(ctx context.Context, emails []string) []result[personResult] {
	people, errs := directory.FindPeople(ctx, s.directory, emails)
	var err error
	if len(errs) > 0 {
		err = PartialError{errs}
	}
	results := make([]result[personResult], len(emails))
	for i, email := range emails {
		person := people[email]
		if person != nil {
			for _, u := range person.Users {
				s.Users.prime(u)
			}
		}
		results[i].value = personResult{person, err}
	}
	return results
}

// PartialError is one or more errors, each of which cost a part of a result.
type PartialError struct{ Errors []error }

// Error is the text of the first error.
func (p PartialError) Error() string { return p.Errors[0].Error() }

// Unwrap returns all errors.
func (p PartialError) Unwrap() []error { return p.Errors }

// SplitErrors returns the errors of a PartialError, or err alone.
func SplitErrors(err error) []error {
	if p, ok := err.(PartialError); ok { //nolint:errorlint // never wrapped
		return p.Errors
	}
	return []error{err}
}

// MembershipsOf reads the memberships of all users of a person, in the order of the
// users. The listing is not complete where a list could not be read to its end, or a
// provider could not be searched for users.
func (s *Loaders) MembershipsOf(ctx context.Context, p *model.Person, window Paging) (*directory.Listing[*model.Membership], error) {
	l := personList(p)
	w, err := embeddedWindow(s.directory.CursorKey(), l, window)
	if err != nil {
		return nil, err
	}
	parts, _ := load(ctx, &s.Memberships.lists, s.membershipKeys(p))
	var rows []*model.Membership
	var freshness *model.Freshness
	gaps := directory.Gaps{Providers: slices.Clone(p.UnavailableProviders)}
	for i, part := range parts {
		for part != nil && part.Connection != nil {
			rows = append(rows, part.Nodes()...)
			freshness = freshness.Merge(part.Freshness)
			gaps.Add(directory.Gaps{Errors: part.Errors, Hidden: !part.Complete})
			part = s.nextPage(ctx, p.Users[i], part)
		}
	}
	listing := directory.Paginate(s.directory.CursorKey(), l, "", rows, gaps, w, freshness)
	return &listing, nil
}

// personList describes the memberships of a person by its users. It does not contain the
// address: clients that may not read it get cursors, which depend on the
// list. With other users, a position in the list means something else.
func personList(p *model.Person) directory.List {
	kind := "person"
	for _, u := range p.Users {
		kind += " " + string(u.ID)
	}
	return directory.List{Kind: kind}
}

// nextPage reads the next page of a user's memberships; nil after the last.
func (s *Loaders) nextPage(ctx context.Context, u *model.User, part *directory.Listing[*model.Membership]) *directory.Listing[*model.Membership] {
	if !part.PageInfo.HasNextPage {
		return nil
	}
	next, _ := s.Memberships.List(ctx, MembershipList, u.ID, largestWindow(part.PageInfo.EndCursor())) // a valid window
	return next
}

func (s *Loaders) membershipKeys(p *model.Person) []listKey {
	keys := make([]listKey, len(p.Users))
	for i, u := range p.Users {
		keys[i], _ = s.listKey(MembershipList, u.ID, largestWindow(nil)) // a valid window
	}
	return keys
}

// largestWindow is MaxFirst rows after a cursor; nil is the start of the list.
func largestWindow(after *string) Paging {
	first := MaxFirst
	return Paging{First: &first, After: after, More: true}
}

// Roles reads the roles of an organization.
func (s *Loaders) Roles(ctx context.Context, organization model.ID) ([]*model.Role, error) {
	return loadOne(ctx, &s.roles, organization)
}

func (s *Loaders) loadRoles(ctx context.Context, organizations []model.ID) []result[[]*model.Role] {
	results := make([]result[[]*model.Role], len(organizations))
	var wg sync.WaitGroup
	for i, id := range organizations {
		wg.Go(func() {
			roles, err := s.directory.Roles(ctx, id)
			results[i] = result[[]*model.Role]{roles, err}
		})
	}
	wg.Wait()
	return results
}
