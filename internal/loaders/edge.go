package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// reference is a field that holds one entity, perhaps as a short reference.
func reference[P any, T model.Node](parent parentType[P], field string, target *entityType[T], get func(P) T) edge {
	return edge{
		parent: parent.name(), field: field, target: target.typ, shape: single,
		node: func(p any) model.Node {
			if n := get(parent.cast(p)); !isNil(n) {
				return n
			}
			return nil
		},
		follow: func(b *batch, p any, f Field) { visit(b, get(parent.cast(p)), f.Selection) },
	}
}

// references is a field that holds several entities, perhaps as short references.
func references[P any, T model.Node](parent parentType[P], field string, target *entityType[T], get func(P) []T) edge {
	return edge{
		parent: parent.name(), field: field, target: target.typ, shape: list,
		follow: func(b *batch, p any, f Field) { visitAll(b, get(parent.cast(p)), f.Selection) },
	}
}

// embeddedList is a connection whose rows the parent holds.
func embeddedList[P, T model.Node](parent *entityType[P], field string, target *entityType[T], get func(P) []T) edge {
	return edge{
		parent: parent.typ, field: field, target: target.typ, shape: connection,
		follow: func(b *batch, p any, f Field) {
			owner := parent.cast(p)
			visitEmbedded(b, target.typ, owner.GlobalID(), get(owner), f)
		},
	}
}

// childList is a connection that is read by the parent's id.
func childList[P, T model.Node](parent *entityType[P], field string, target *entityType[T], describe func(Field) (directory.List, error)) edge {
	return edge{
		parent: parent.typ, field: field, target: target.typ, shape: connection, derived: true,
		byID: func(b *batch, id model.ID, f Field) {
			if of, err := describe(f); err == nil {
				enqueueList(b, *target.loader(b.loaders), of, id, f)
			}
		},
	}
}

// noArguments describes a child list that has no arguments but its window.
func noArguments(l directory.List) func(Field) (directory.List, error) {
	return func(Field) (directory.List, error) { return l, nil }
}

// members describes the members of a tenant.
func members(f Field) (directory.List, error) {
	var a struct {
		Filter  *model.MembershipFilter
		OrderBy *model.UserOrder
	}
	err := f.Selection.Arguments(&a)
	return MemberList(a.Filter, a.OrderBy), err
}

// value is a field that holds an object without an id.
func value[P any, V comparable](parent parentType[P], field string, target *valueType[V], get func(P) V) edge {
	return edge{
		parent: parent.name(), field: field, target: target.typ, shape: single,
		follow: func(b *batch, p any, f Field) {
			if v := get(parent.cast(p)); v != *new(V) {
				b.visitValue(target.typ, v, f.Selection)
			}
		},
	}
}

// providerOf is the field `provider` of an entity type.
func providerOf(parent entity) edge {
	return edge{
		parent: parent.name(), field: "provider", target: provider.typ, shape: single,
		follow: func(b *batch, p any, f Field) {
			b.visitValue(provider.typ, p.(model.Node).Connection(), f.Selection)
		},
	}
}

// tenantOf is the account or the organization of a membership.
func tenantOf(parent *entityType[*model.Membership], field string) edge {
	return edge{
		parent: parent.typ, field: field, target: "Tenant", shape: single,
		follow: func(b *batch, p any, f Field) {
			m := parent.cast(p)
			visit(b, m.Account, f.Selection)
			visit(b, m.Organization, f.Selection)
		},
	}
}

// rolesOf is a list of roles, which is read by the organization's id.
func rolesOf(parent *entityType[*model.Organization], field string) edge {
	return edge{
		parent: parent.typ, field: field, target: "Role", shape: list, derived: true,
		byID: func(b *batch, id model.ID, _ Field) { b.organizations = append(b.organizations, id) },
	}
}

// personOf is the person with an entity's e-mail address, its field `email`.
func personOf[P model.Node](parent *entityType[P], field string, email func(P) *string) edge {
	return edge{
		parent: parent.typ, field: field, target: person.typ, shape: single, source: "email",
		follow: func(b *batch, p any, f Field) {
			if address := email(parent.cast(p)); address != nil {
				b.enqueuePerson(*address, f.Selection)
			}
		},
	}
}

// membershipsOf is the connection of the memberships of a person's users.
func membershipsOf(parent *valueType[*model.Person], field string) edge {
	return edge{
		parent: parent.typ, field: field, target: memberships.typ, shape: connection,
		follow: func(b *batch, p any, f Field) {
			person := parent.cast(p)
			addListKeys(b, b.loaders.Memberships, b.loaders.membershipKeys(person)...)
			window, err := windowOf(f)
			if err != nil {
				return
			}
			b.next(func(ctx context.Context, next *batch) {
				listing, err := next.loaders.MembershipsOf(ctx, person, window)
				if err != nil {
					return
				}
				for _, want := range ReadWindow(f.Selection, memberships.typ).Nodes {
					visitAll(next, listing.Nodes(), want.Selection)
				}
			})
		},
	}
}

// unavailableProvidersOf is the list of the providers whose users a person may lack.
func unavailableProvidersOf(parent *valueType[*model.Person], field string) edge {
	return edge{
		parent: parent.typ, field: field, target: provider.typ, shape: list,
		follow: func(b *batch, p any, f Field) {
			for _, unavailable := range parent.cast(p).UnavailableProviders {
				b.visitValue(provider.typ, unavailable, f.Selection)
			}
		},
	}
}

// providersOf is the list of the providers of a person's users.
func providersOf(parent *valueType[*model.Person], field string) edge {
	return edge{
		parent: parent.typ, field: field, target: provider.typ, shape: list,
		follow: func(b *batch, p any, f Field) {
			for _, u := range parent.cast(p).Users {
				b.visitValue(provider.typ, u.Provider, f.Selection)
			}
		},
	}
}
