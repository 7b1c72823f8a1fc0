package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// lists asks for those lists of an object that need no more than its id.
func (l *level) lists(n model.Node, fields []Field) {
	id, s := n.GlobalID(), l.set
	for _, f := range fields {
		switch n.(type) {
		case *model.User:
			if f.Name == "memberships" {
				list(l, s.Memberships, MembershipList, id, f)
			}
		case *model.Account:
			switch f.Name {
			case "members":
				l.members(id, f)
			case "groups":
				list(l, s.Groups, GroupsOfAccount, id, f)
			case "buyers":
				list(l, s.Buyers, BuyersOfAccount, id, f)
			}
		case *model.Organization:
			switch f.Name {
			case "members":
				l.members(id, f)
			case "subOrganizations":
				list(l, s.Organizations, SubOrganizationList, id, f)
			case "roles":
				l.orgs = append(l.orgs, id)
			}
		}
	}
}

func (l *level) members(tenant model.ID, f Field) {
	var a struct{ Filter *model.MembershipFilter }
	if f.Arguments(&a) == nil {
		list(l, l.set.Memberships, MemberList(a.Filter), tenant, f)
	}
}

// references follows what an object refers to.
func (l *level) references(n model.Node, fields []Field) {
	for _, f := range fields {
		if f.Name == "provider" {
			l.provider(n.Connection(), f.Selection)
			continue
		}
		switch o := n.(type) {
		case *model.User:
			l.user(o, f)
		case *model.Membership:
			l.membership(o, f)
		case *model.Account:
			if f.Name == "audit" {
				l.audit(o.Audit, f.Selection)
			}
		case *model.Organization:
			if f.Name == "parent" {
				visit(l, o.Parent, f.Selection)
			}
		case *model.Group:
			l.group(o, f)
		case *model.Buyer:
			l.buyer(o, f)
		case *model.Module:
			if f.Name == "audit" {
				l.audit(o.Audit, f.Selection)
			}
		}
	}
}

func (l *level) user(u *model.User, f Field) {
	switch f.Name {
	case "currentAccount":
		visit(l, u.CurrentAccount, f.Selection)
	case "person":
		if u.Email != nil {
			l.person(*u.Email, f.Selection)
		}
	case "audit":
		l.audit(u.Audit, f.Selection)
	}
}

func (l *level) membership(m *model.Membership, f Field) {
	switch f.Name {
	case "user":
		visit(l, m.User, f.Selection)
	case "account":
		visit(l, m.Account, f.Selection)
	case "organization":
		visit(l, m.Organization, f.Selection)
	case "tenant":
		visit(l, m.Account, f.Selection)
		visit(l, m.Organization, f.Selection)
	case "groups":
		visitAll(l, m.Groups, f.Selection)
	case "buyers":
		visitAll(l, m.Buyers, f.Selection)
	case "modules":
		visitAll(l, m.Modules, f.Selection)
	case "audit":
		l.audit(m.Audit, f.Selection)
	}
}

func (l *level) group(g *model.Group, f Field) {
	switch f.Name {
	case "account":
		visit(l, g.Account, f.Selection)
	case "modules":
		visitAll(l, g.Modules, f.Selection)
	case "users":
		embedded(l, model.TypeUser, g.ID, g.Users, f)
	case "buyers":
		embedded(l, model.TypeBuyer, g.ID, g.Buyers, f)
	case "audit":
		l.audit(g.Audit, f.Selection)
	}
}

func (l *level) buyer(b *model.Buyer, f Field) {
	switch f.Name {
	case "account":
		visit(l, b.Account, f.Selection)
	case "sellers":
		visitAll(l, b.Sellers, f.Selection)
	case "contact":
		if b.Contact == nil {
			return
		}
		for _, c := range f.Selection.Fields("Contact") {
			if c.Name == "user" {
				visit(l, b.Contact.User, c.Selection)
			}
		}
	case "audit":
		l.audit(b.Audit, f.Selection)
	}
}

// audit follows the users in an audit.
func (l *level) audit(a *model.Audit, want Selection) {
	if a == nil {
		return
	}
	for _, event := range want.Fields("Audit") {
		e := eventOf(a, event.Name)
		if e == nil || e.By == nil {
			continue
		}
		for _, by := range event.Selection.Fields("AuditEvent") {
			if by.Name != "by" {
				continue
			}
			for _, actor := range by.Selection.Fields("AuditActor") {
				if actor.Name == "user" {
					visit(l, e.By.User, actor.Selection)
				}
			}
		}
	}
}

func eventOf(a *model.Audit, name string) *model.AuditEvent {
	switch name {
	case "created":
		return a.Created
	case "updated":
		return a.Updated
	case "activated":
		return a.Activated
	case "unassigned":
		return a.Unassigned
	case "disabled":
		return a.Disabled
	case "access":
		return a.Access
	case "joined":
		return a.Joined
	}
	return nil
}

// embedded follows the wanted window of a list that its owner holds.
func embedded[T model.Node](l *level, typ string, owner model.ID, refs []T, f Field) {
	var p Paging
	if f.Arguments(&p) != nil {
		return
	}
	window, err := embeddedWindow(EmbeddedList(typ, owner), p)
	if err != nil {
		return
	}
	from, to := window.Of(len(refs))
	for _, want := range ReadWindow(f.Selection, typ).Nodes {
		visitAll(l, refs[from:to], want.Selection)
	}
}

// EmbeddedList names a list that an object holds.
func EmbeddedList(typ string, owner model.ID) directory.List {
	return directory.List{Kind: string(owner) + " " + typ}
}

// Embedded is a window of a list that is at hand.
func Embedded[T model.Node](of directory.List, rows []T, p Paging) (*directory.Listing[T], error) {
	w, err := embeddedWindow(of, p)
	if err != nil {
		return nil, err
	}
	listing := directory.Paginate(of, "", rows, w, nil)
	return &listing, nil
}

func embeddedWindow(of directory.List, p Paging) (directory.Window, error) {
	first, err := p.first()
	w := directory.Window{First: first, Total: p.Total}
	if err != nil || p.After == nil {
		return w, err
	}
	cursor, err := model.ParseCursor(*p.After, of.ID())
	if err != nil {
		return w, badInput(err.Error())
	}
	w.After = &cursor
	return w, nil
}

// person looks up the logins of an address and follows them.
func (l *level) person(email string, want Selection) {
	l.emails = append(l.emails, email)
	l.tags.providers(l.set.directory.Providers())
	l.follow(func(ctx context.Context, next *level) {
		people, _ := l.set.People(ctx, []string{email})
		if people[0] == nil {
			return
		}
		for _, u := range people[0].Users {
			next.tags.node(u)
		}
		for _, f := range want.Fields("Person") {
			switch f.Name {
			case "users":
				visitAll(next, people[0].Users, f.Selection)
			case "memberships":
				next.membershipsOf(people[0], f)
			case "providers":
				for _, u := range people[0].Users {
					next.provider(u.Provider, f.Selection)
				}
			}
		}
	})
}

func (l *level) membershipsOf(p *model.Person, f Field) {
	gather(l, l.set.Memberships, membershipKeys(p)...)
	var window Paging
	if f.Arguments(&window) != nil {
		return
	}
	l.follow(func(ctx context.Context, next *level) {
		listing, err := l.set.MembershipsOf(ctx, p, window)
		if err != nil {
			return
		}
		for _, want := range ReadWindow(f.Selection, model.TypeMembership).Nodes {
			visitAll(next, listing.Nodes(), want.Selection)
		}
	})
}
