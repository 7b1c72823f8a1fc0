package directory

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// personFields are the fields of users that those of a person are computed from.
var personFields = []string{"email", "lastLoginAt", "login", "name", "status"}

// FindPeople returns the people with these normalized addresses: for each address the
// users of all providers that have it, in the order of the providers. Vendors that
// filter by address do so; the lists of the others are searched. An empty address
// matches nobody. The errors are those of providers that could not be searched; the
// users of the others are returned beside them, and each person names the providers.
func FindPeople(ctx context.Context, d *Directory, emails []string) (map[string]*model.Person, []error) {
	emails = slices.DeleteFunc(slices.Clone(emails), func(email string) bool { return email == "" })
	if len(emails) == 0 {
		return nil, nil
	}
	l := List{Kind: "people", Query: providers.Query{Filter: providers.Filter{Emails: emails}, OnlyMatches: true}}
	users := func(c providers.Collections) providers.Collection[*model.User] { return c.Users }
	rows, gaps := readAll(ctx, d, users, l)
	rows, errs := withFields(ctx, d, users, rows, personFields)
	gaps.Errors = append(append(gaps.Errors, errs...), errHidden(gaps)...)
	people := make(map[string]*model.Person, len(emails))
	for _, user := range rows {
		if user.Email == nil {
			continue
		}
		email := NormalizeEmail(*user.Email)
		person, ok := people[email]
		if !ok {
			person = &model.Person{Email: email, UnavailableProviders: gaps.Providers}
			people[email] = person
		}
		person.Users = append(person.Users, user)
	}
	return people, gaps.Errors
}

// errHidden returns an error for each provider that hides rows or their addresses, where
// there is no other: without it, a person who was not found would not exist.
func errHidden(gaps Gaps) (errs []error) {
	if len(gaps.Errors) > 0 {
		return nil
	}
	for _, p := range gaps.Providers {
		errs = append(errs, &providers.Error{
			Kind: providers.Forbidden, Provider: p, Detail: "the vendor hides from this credential who has an address",
		})
	}
	return errs
}
