package model

import "time"

// Attributes are the values of an object that filters and orders compare. A value is
// zero where the object's type does not have it.
type Attributes struct {
	Name, Email                       *string
	Status                            string
	CreatedAt, UpdatedAt, LastLoginAt *time.Time
	Role                              MembershipRole
	License                           *License
}

// Attributes implements Node.
func (u *User) Attributes() Attributes {
	return Attributes{
		Name: u.Name, Email: u.Email, Status: string(u.Status),
		CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt, LastLoginAt: u.LastLoginAt,
	}
}

// Attributes implements Node.
//
// All but status, role and license are those of the user.
func (m *Membership) Attributes() Attributes {
	a := Attributes{}
	if m.User != nil {
		a = m.User.Attributes()
	}
	a.Status, a.Role, a.License = string(m.Status), m.Role, m.License
	return a
}

// Attributes implements Node.
func (a *Account) Attributes() Attributes {
	return Attributes{Name: a.Name, Status: string(a.Status), CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt}
}

// Attributes implements Node.
func (o *Organization) Attributes() Attributes {
	return Attributes{Name: o.Name, Status: string(o.Status), CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt}
}

// Attributes implements Node.
func (g *Group) Attributes() Attributes {
	return Attributes{Name: g.Name, CreatedAt: g.Audit.createdAt(), UpdatedAt: g.Audit.updatedAt()}
}

// Attributes implements Node.
func (b *Buyer) Attributes() Attributes {
	return Attributes{
		Name: b.Name, Status: string(b.Status), CreatedAt: b.Audit.createdAt(), UpdatedAt: b.Audit.updatedAt(),
	}
}

// Attributes implements Node.
func (s *Seller) Attributes() Attributes {
	return Attributes{Name: s.Name, Status: string(s.Status)}
}

// Attributes implements Node.
func (m *Module) Attributes() Attributes {
	return Attributes{Name: m.Name, CreatedAt: m.Audit.createdAt(), UpdatedAt: m.Audit.updatedAt()}
}

func (a *Audit) createdAt() *time.Time {
	if a == nil || a.Created == nil {
		return nil
	}
	return a.Created.At
}

func (a *Audit) updatedAt() *time.Time {
	if a == nil || a.Updated == nil {
		return nil
	}
	return a.Updated.At
}
