package directory

import (
	"context"
	"math"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// FindPeople finds the users of all providers that have one of these addresses, and
// puts them together by normalized address. Vendors that can filter by address
// are asked for them, the pages of the others are searched. Users that were
// found come also where a provider failed; the errors tell.
func FindPeople(ctx context.Context, d *Directory, emails []string) (map[string]*model.Person, []error) {
	emails = slices.DeleteFunc(slices.Clone(emails), func(email string) bool { return email == "" })
	if len(emails) == 0 {
		return nil, nil // nobody has no address
	}
	l := List{Kind: "people", Query: providers.Query{Filter: providers.Filter{Emails: emails}}}
	users := func(c providers.Collections) providers.Collection[*model.User] { return c.Users }
	listing := Read(ctx, d, users, l, Window{First: math.MaxInt})
	people := make(map[string]*model.Person, len(emails))
	for _, edge := range listing.Edges {
		if edge.Node.Email == nil {
			continue
		}
		email := NormalizeEmail(*edge.Node.Email)
		person, ok := people[email]
		if !ok {
			person = &model.Person{Email: email}
			people[email] = person
		}
		person.Users = append(person.Users, edge.Node)
	}
	return people, listing.Errors
}
