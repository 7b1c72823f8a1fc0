package loaders

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// The entity types: one row each. A row names the type, the type conditions that its
// objects satisfy, and where providers and Loaders have it.
var (
	users = &entityType[*model.User]{
		typ: model.TypeUser, conditions: []string{model.TypeUser, "Node", "_Entity"},
		selector: func(c providers.Collections) providers.Collection[*model.User] { return c.Users },
		loader:   func(s *Loaders) **Loader[*model.User] { return &s.Users },
	}
	memberships = &entityType[*model.Membership]{
		typ: model.TypeMembership, conditions: []string{model.TypeMembership, "Node", "_Entity"},
		selector: func(c providers.Collections) providers.Collection[*model.Membership] { return c.Memberships },
		loader:   func(s *Loaders) **Loader[*model.Membership] { return &s.Memberships },
	}
	accounts = &entityType[*model.Account]{
		typ: model.TypeAccount, conditions: []string{model.TypeAccount, "Node", "Tenant", "_Entity"},
		selector: func(c providers.Collections) providers.Collection[*model.Account] { return c.Accounts },
		loader:   func(s *Loaders) **Loader[*model.Account] { return &s.Accounts },
	}
	organizations = &entityType[*model.Organization]{
		typ: model.TypeOrganization, conditions: []string{model.TypeOrganization, "Node", "Tenant", "_Entity"},
		selector: func(c providers.Collections) providers.Collection[*model.Organization] { return c.Organizations },
		loader:   func(s *Loaders) **Loader[*model.Organization] { return &s.Organizations },
	}
	groups = &entityType[*model.Group]{
		typ: model.TypeGroup, conditions: []string{model.TypeGroup, "Node", "_Entity"},
		selector: func(c providers.Collections) providers.Collection[*model.Group] { return c.Groups },
		loader:   func(s *Loaders) **Loader[*model.Group] { return &s.Groups },
	}
	buyers = &entityType[*model.Buyer]{
		typ: model.TypeBuyer, conditions: []string{model.TypeBuyer, "Node", "_Entity"},
		selector: func(c providers.Collections) providers.Collection[*model.Buyer] { return c.Buyers },
		loader:   func(s *Loaders) **Loader[*model.Buyer] { return &s.Buyers },
	}
	sellers = &entityType[*model.Seller]{
		typ: model.TypeSeller, conditions: []string{model.TypeSeller, "Node", "_Entity"},
		selector: func(c providers.Collections) providers.Collection[*model.Seller] { return c.Sellers },
		loader:   func(s *Loaders) **Loader[*model.Seller] { return &s.Sellers },
	}
	modules = &entityType[*model.Module]{
		typ: model.TypeModule, conditions: []string{model.TypeModule, "Node", "_Entity"},
		selector: func(c providers.Collections) providers.Collection[*model.Module] { return c.Modules },
		loader:   func(s *Loaders) **Loader[*model.Module] { return &s.Modules },
	}

	provider = &entityType[*model.Provider]{
		typ: model.TypeProvider, conditions: []string{model.TypeProvider, "Node", "_Entity"},
		configured: func(d *directory.Directory, id model.ID) *model.Provider {
			if p, err := d.Provider(id.Provider()); err == nil && p.ID() == id {
				return p
			}
			return nil
		},
		loader: func(s *Loaders) **Loader[*model.Provider] { return &s.Providers },
	}

	entityTypes = []entity{users, memberships, accounts, organizations, groups, buyers, sellers, modules, provider}
)

// The object types without an id that lie between two entities. The parent value of
// Query is nil: its lists take all providers.
var (
	query       = &valueType[*model.Provider]{"Query", []string{"Query"}}
	person      = &valueType[*model.Person]{"Person", []string{"Person", "_Entity"}}
	personMatch = &valueType[*model.PersonMatch]{"PersonMatch", []string{"PersonMatch"}}
	contact     = &valueType[*model.Contact]{"Contact", []string{"Contact"}}
	audit       = &valueType[*model.Audit]{"Audit", []string{"Audit"}}
	auditEvent  = &valueType[*model.AuditEvent]{"AuditEvent", []string{"AuditEvent"}}
	auditActor  = &valueType[*model.AuditActor]{"AuditActor", []string{"AuditActor"}}

	valueTypes = []objectType{query, person, personMatch, contact, audit, auditEvent, auditActor}
)

// edges are the fields of the schema that lead to entities: one row each. Beside
// them, every entity type but Provider has an edge `provider`.
var edges = []edge{
	entityByID(users, "user"),
	entityByID(accounts, "account"),
	entityByID(groups, "group"),
	entityByID(buyers, "buyer"),
	entityByID(sellers, "seller"),
	entityByID(modules, "module"),
	entityByID(organizations, "organization"),
	nodeByID("node"),
	nodesByID("nodes"),
	personByEmail("person"),
	peopleByEmail("peopleByEmail"),
	peopleList("people"),
	providerByName("provider"),
	allProviders("providers"),
	entitiesByRepresentation("_entities"),
	rootList(query, "users", users, UserList),
	rootList(query, "accounts", accounts, AccountList),
	rootList(query, "organizations", organizations, OrganizationList),
	rootList(query, "groups", groups, ofQuery(GroupList)),
	rootList(query, "buyers", buyers, ofQuery(BuyerList)),
	rootList(query, "sellers", sellers, ofQuery(SellerList)),
	rootList(query, "modules", modules, ofQuery(ModuleList)),

	rootList(provider, "users", users, UserList).isDerived(),
	rootList(provider, "accounts", accounts, AccountList).isDerived(),
	rootList(provider, "organizations", organizations, OrganizationList).isDerived(),
	unreadableTenantsOf(provider, "unreadableTenants").isDerived(),

	reference(users, "currentAccount", accounts, func(u *model.User) *model.Account { return u.CurrentAccount }),
	childList(users, "memberships", memberships, noArguments(MembershipList)),
	personOf(users, "person", func(u *model.User) *string { return u.Email }),
	value(users, "audit", audit, func(u *model.User) *model.Audit { return u.Audit }),

	reference(memberships, "user", users, func(m *model.Membership) *model.User { return m.User }).isOwner().isDerived(),
	reference(memberships, "account", accounts, func(m *model.Membership) *model.Account { return m.Account }).isOwner().isDerived(),
	reference(memberships, "organization", organizations, func(m *model.Membership) *model.Organization { return m.Organization }).isOwner().isDerived(),
	tenantOf(memberships, "tenant").isDerived(),
	references(memberships, "via", groups, func(m *model.Membership) []*model.Group { return m.Via }),
	references(memberships, "groups", groups, func(m *model.Membership) []*model.Group { return m.Groups }),
	references(memberships, "buyers", buyers, func(m *model.Membership) []*model.Buyer { return m.Buyers }),
	references(memberships, "modules", modules, func(m *model.Membership) []*model.Module { return m.Modules }),
	value(memberships, "audit", audit, func(m *model.Membership) *model.Audit { return m.Audit }),

	childList(accounts, "members", memberships, members),
	childList(accounts, "groups", groups, noArguments(GroupsOfAccount)),
	childList(accounts, "buyers", buyers, noArguments(BuyersOfAccount)),
	value(accounts, "audit", audit, func(a *model.Account) *model.Audit { return a.Audit }),

	reference(organizations, "parent", organizations, func(o *model.Organization) *model.Organization { return o.Parent }).isOwner(),
	childList(organizations, "subOrganizations", organizations, noArguments(SubOrganizationList)),
	childList(organizations, "members", memberships, members),
	rolesOf(organizations, "roles"),

	reference(groups, "account", accounts, func(g *model.Group) *model.Account { return g.Account }).isOwner(),
	references(groups, "modules", modules, func(g *model.Group) []*model.Module { return g.Modules }),
	embeddedList(groups, "users", users, func(g *model.Group) []*model.User { return g.Users }),
	embeddedList(groups, "buyers", buyers, func(g *model.Group) []*model.Buyer { return g.Buyers }),
	value(groups, "audit", audit, func(g *model.Group) *model.Audit { return g.Audit }),

	reference(buyers, "account", accounts, func(b *model.Buyer) *model.Account { return b.Account }).isOwner(),
	references(buyers, "sellers", sellers, func(b *model.Buyer) []*model.Seller { return b.Sellers }),
	value(buyers, "contact", contact, func(b *model.Buyer) *model.Contact { return b.Contact }),
	value(buyers, "audit", audit, func(b *model.Buyer) *model.Audit { return b.Audit }),

	value(modules, "audit", audit, func(m *model.Module) *model.Audit { return m.Audit }),

	references(person, "users", users, func(p *model.Person) []*model.User { return p.Users }),
	membershipsOf(person, "memberships"),
	licensesOf(person, "licenses"),
	matchesOf(person, "matches"),
	reference(personMatch, "user", users, func(m *model.PersonMatch) *model.User { return m.User }),
	providersOf(person, "providers"),
	unavailableProvidersOf(person, "unavailableProviders"),
	reference(contact, "user", users, func(c *model.Contact) *model.User { return c.User }),
	value(audit, "created", auditEvent, func(a *model.Audit) *model.AuditEvent { return a.Created }),
	value(audit, "updated", auditEvent, func(a *model.Audit) *model.AuditEvent { return a.Updated }),
	value(audit, "activated", auditEvent, func(a *model.Audit) *model.AuditEvent { return a.Activated }),
	value(audit, "unassigned", auditEvent, func(a *model.Audit) *model.AuditEvent { return a.Unassigned }),
	value(audit, "disabled", auditEvent, func(a *model.Audit) *model.AuditEvent { return a.Disabled }),
	value(audit, "access", auditEvent, func(a *model.Audit) *model.AuditEvent { return a.Access }),
	value(audit, "joined", auditEvent, func(a *model.Audit) *model.AuditEvent { return a.Joined }),
	actorOf(auditEvent, "by", auditActor),
	reference(auditActor, "user", users, func(a *model.AuditActor) *model.User { return a.User }),
}

// table is the index of all rows.
var table = newIndex(entityTypes, valueTypes, edges)

// TypeConditions returns the type conditions of fragments that an object of this
// GraphQL type satisfies: its own name, its interfaces and its unions. The executor
// collects fields with the same lists, so that both share one cache. Callers must
// not change the result.
func TypeConditions(typ string) []string { return table.typeConditions(typ) }
