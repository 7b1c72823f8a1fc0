package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// visitQuery visits the root of a query.
func (b *batch) visitQuery(root Selection) { b.visitValue(query.typ, (*model.Provider)(nil), root) }

// rootEdge is a field of Query.
func rootEdge(field, target string, shape shape, follow func(b *batch, f Field)) edge {
	return edge{
		parent: query.typ, field: field, target: target, shape: shape,
		follow: func(b *batch, _ any, f Field) { follow(b, f) },
	}
}

// entityByID is a field of Query that returns the object of one type with an id.
func entityByID[T model.Node](target *entityType[T], field string) edge {
	return rootEdge(field, target.typ, single, func(b *batch, f Field) { b.enqueueArgumentID(target.typ, f) })
}

// nodeByID is a field of Query that returns the object with an id, of any type.
func nodeByID(field string) edge {
	return rootEdge(field, "Node", single, func(b *batch, f Field) { b.enqueueArgumentID("", f) })
}

func (b *batch) enqueueArgumentID(typ string, f Field) {
	if id, ok := textArgument(f, "id"); ok {
		b.enqueueID(id, typ, f.Selection)
	}
}

// nodesByID is a field of Query that returns the objects with some ids.
func nodesByID(field string) edge {
	return rootEdge(field, "Node", list, func(b *batch, f Field) {
		var a struct{ IDs []string }
		if f.Selection.Arguments(&a) != nil || len(a.IDs) > MaxKeys {
			return
		}
		all := idBatch{want: f.Selection}
		for _, id := range a.IDs {
			all.add(b, id, "")
		}
		all.enqueue(b)
	})
}

// personByEmail is a field of Query that returns the person with an address.
func personByEmail(field string) edge {
	return rootEdge(field, person.typ, single, func(b *batch, f Field) {
		if email, ok := textArgument(f, "email"); ok {
			b.enqueuePerson(email, f.Selection)
		}
	})
}

// peopleByEmail is a field of Query that returns the people with some addresses.
func peopleByEmail(field string) edge {
	return rootEdge(field, person.typ, list, func(b *batch, f Field) {
		var a struct{ Emails []string }
		if f.Selection.Arguments(&a) != nil || len(a.Emails) > MaxKeys {
			return
		}
		for _, email := range a.Emails {
			b.enqueuePerson(email, f.Selection)
		}
	})
}

// enqueuePerson loads the users with an address and visits the person on the next
// level.
func (b *batch) enqueuePerson(email string, want Selection) {
	b.emails = append(b.emails, email)
	b.tags.addProviders(b.loaders.directory.Providers())
	b.next(func(ctx context.Context, next *batch) {
		people, _ := next.loaders.People(ctx, []string{email})
		if people[0] == nil {
			return
		}
		edges := next.loaders.table.of(users.typ)
		for _, u := range people[0].Users {
			next.tags.addNode(u, edges)
		}
		next.visitValue(person.typ, people[0], want)
	})
}

// providerByName is a field of Query that returns the provider with a name.
func providerByName(field string) edge {
	return rootEdge(field, provider.typ, single, func(b *batch, f Field) {
		name, ok := textArgument(f, "name")
		if !ok {
			return
		}
		if p, err := b.loaders.directory.Provider(name); err == nil {
			b.tags.addProviders([]*model.Provider{p})
			b.visitValue(provider.typ, p, f.Selection)
		}
	})
}

// allProviders is a field of Query that returns every provider.
func allProviders(field string) edge {
	return rootEdge(field, provider.typ, list, func(b *batch, f Field) {
		for _, p := range b.loaders.directory.Providers() {
			b.visitValue(provider.typ, p, f.Selection)
		}
	})
}

// rootList is a connection that belongs to no entity: of all providers, or of the
// one that is its parent.
func rootList[F, O any, T model.Node](
	parent parentType[*model.Provider], field string, target *entityType[T],
	describe func(in *model.Provider, filter *F, order *O) (directory.List, error),
) edge {
	return edge{
		parent: parent.name(), field: field, target: target.typ, shape: connection,
		follow: func(b *batch, p any, f Field) {
			var a struct {
				Filter  *F
				OrderBy *O
			}
			if f.Selection.Arguments(&a) != nil {
				return
			}
			if of, err := describe(parent.cast(p), a.Filter, a.OrderBy); err == nil {
				enqueueList(b, *target.loader(b.loaders), of, "", f)
			}
		},
	}
}

// ofQuery describes a list that no provider has as a field.
func ofQuery[F, O any](describe func(filter *F, order *O) (directory.List, error)) func(*model.Provider, *F, *O) (directory.List, error) {
	return func(_ *model.Provider, filter *F, order *O) (directory.List, error) { return describe(filter, order) }
}

// entitiesByRepresentation is the field `_entities` of a gateway.
func entitiesByRepresentation(field string) edge {
	return rootEdge(field, "_Entity", list, func(b *batch, f Field) {
		b.enqueueRepresentations(representations(f), f.Selection, nil)
	})
}

// representation is a gateway's reference to an object.
type representation struct{ typename, id, email string }

// representationList reads the argument of `_entities`. A key that is not text leaves the
// others readable.
type representationList []representation

// ReadArguments implements ArgumentReader.
func (l *representationList) ReadArguments(values map[string]any) {
	all, _ := values["representations"].([]any)
	*l = make([]representation, len(all))
	for i, one := range all {
		keys, _ := one.(map[string]any)
		r := &(*l)[i]
		r.typename, _ = keys["__typename"].(string)
		r.id, _ = keys["id"].(string)
		r.email, _ = keys["email"].(string)
	}
}

func representations(f Field) []representation {
	var all representationList
	if f.Selection.Arguments(&all) != nil {
		return nil
	}
	return all
}

// enqueueRepresentations loads what representations refer to and visits it on the next level.
// parts are the tags of each, nil to leave the tags as they are.
func (b *batch) enqueueRepresentations(all []representation, want Selection, parts []tags) {
	objects := idBatch{want: want}
	for i, r := range all {
		if parts != nil {
			b.tags = &parts[i]
		}
		switch r.typename {
		case "":
		case person.typ:
			b.enqueuePerson(r.email, want)
		default:
			objects.add(b, r.id, r.typename)
		}
	}
	objects.enqueue(b)
}
