package loaders

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// peopleKey identifies a window of a list of people, as listKey does.
type peopleKey struct {
	list    string
	first   int
	after   string
	resumes bool
}

func newPeopleKey(l directory.PeopleList, p Paging) (peopleKey, error) {
	first, err := p.first()
	text, _ := json.Marshal(l) // cannot fail: strings, numbers and times
	key := peopleKey{list: string(text), first: first}
	if p.After != nil {
		key.after, key.resumes = *p.After, true
	}
	return key, err
}

// PeoplePage reads a window of a list of people.
func (s *Loaders) PeoplePage(ctx context.Context, l directory.PeopleList, p Paging) (*directory.Listing[*model.Person], error) {
	key, err := newPeopleKey(l, p)
	if err != nil {
		return nil, err
	}
	return loadOne(ctx, &s.peoplePages, key)
}

func (s *Loaders) readPeople(ctx context.Context, keys []peopleKey) []result[*directory.Listing[*model.Person]] {
	results := make([]result[*directory.Listing[*model.Person]], len(keys))
	for i, key := range keys {
		listing := s.readPeoplePage(ctx, key)
		results[i].value = &listing
		if listing.Connection == nil {
			continue
		}
		var err error
		if len(listing.Errors) > 0 {
			err = PartialError{listing.Errors}
		}
		for _, e := range listing.Edges {
			s.people.prime(e.Node.Email, personResult{e.Node, err})
			for _, u := range e.Node.Users {
				s.Users.prime(u)
			}
		}
	}
	return results
}

func (s *Loaders) readPeoplePage(ctx context.Context, key peopleKey) directory.Listing[*model.Person] {
	var l directory.PeopleList
	_ = json.Unmarshal([]byte(key.list), &l) // written by newPeopleKey
	w := directory.Window{First: key.first, Total: true}
	if key.resumes {
		cursor, err := model.ParseCursor(key.after, l.ID(s.directory.CursorKey()))
		if err != nil {
			return directory.Unread[*model.Person](w, invalidArgument(err.Error()))
		}
		w.After = &cursor
	}
	return directory.ReadPeople(ctx, s.directory, l, w)
}

// peopleList is a field of Query that returns a list of people.
func peopleList(field string) edge {
	return rootEdge(field, person.typ, connection, func(b *batch, f Field) {
		var a struct {
			Paging
			Filter  *model.PersonFilter
			OrderBy *model.PersonOrder
		}
		if f.Selection.Arguments(&a) != nil {
			return
		}
		l, err := PeopleList(a.Filter, a.OrderBy)
		if err != nil {
			return
		}
		key, err := newPeopleKey(l, Paging{First: a.First, After: a.After})
		if err != nil {
			return
		}
		b.people = append(b.people, key)
		b.tags.addProviders(b.loaders.directory.Providers())
		b.next(func(ctx context.Context, next *batch) {
			listing, _ := loadOne(ctx, &next.loaders.peoplePages, key)
			if listing == nil || listing.Connection == nil {
				return
			}
			edges := next.loaders.table.of(users.typ)
			for _, e := range listing.Edges {
				for _, u := range e.Node.Users {
					next.tags.addNode(u, edges)
				}
				for _, want := range ReadWindow(f.Selection, person.typ).Nodes {
					next.visitValue(person.typ, e.Node, want.Selection)
				}
			}
		})
	})
}

// matchesOf is the list of how users came to a person.
func matchesOf(parent *valueType[*model.Person], field string) edge {
	return edge{
		parent: parent.typ, field: field, target: personMatch.typ, shape: list,
		follow: func(b *batch, p any, f Field) {
			for _, m := range directory.MatchesOf(parent.cast(p)) {
				b.visitValue(personMatch.typ, m, f.Selection)
			}
		},
	}
}

// licensesOf is the list of the licenses of a person, which its memberships tell.
func licensesOf(parent *valueType[*model.Person], field string) edge {
	return edge{
		parent: parent.typ, field: field, target: "License", shape: list,
		follow: func(b *batch, p any, _ Field) {
			if licensed := licensedPart(parent.cast(p)); licensed != nil {
				addListKeys(b, b.loaders.Memberships, b.loaders.membershipKeys(licensed)...)
			}
		},
	}
}

// licensedPart returns a person with those users whose memberships can have licenses. It is
// nil if it is not known who they are.
func licensedPart(p *model.Person) *model.Person {
	tells := func(of *model.Provider) bool { return of.Vendor.TellsLicenses() }
	if slices.ContainsFunc(p.UnavailableProviders, tells) {
		return nil
	}
	part := *p
	part.Users = slices.DeleteFunc(slices.Clone(p.Users), func(u *model.User) bool { return !tells(u.Provider) })
	return &part
}

// Licenses returns the distinct licenses of a person's memberships; nil if they are not
// known. Memberships that could not be read are an error.
func (s *Loaders) Licenses(ctx context.Context, p *model.Person) ([]model.License, error) {
	licensed := licensedPart(p)
	if licensed == nil {
		return nil, nil
	}
	licenses := []model.License{}
	parts, _ := load(ctx, &s.Memberships.lists, s.membershipKeys(licensed))
	for i, part := range parts {
		for part != nil {
			if len(part.Errors) > 0 {
				return nil, PartialError{part.Errors}
			}
			if part.Connection == nil || !part.Complete {
				return nil, nil
			}
			for _, m := range part.Nodes() {
				if m.License != nil {
					licenses = append(licenses, *m.License)
				}
			}
			part = s.nextPage(ctx, licensed.Users[i], part)
		}
	}
	return distinct(licenses), nil
}
