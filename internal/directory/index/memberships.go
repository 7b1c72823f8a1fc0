package index

import (
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// membershipCodec packs memberships, each with its user. It packs every field but those of
// unpackedMembershipFields.
type membershipCodec struct {
	users userCodec
	sets  fieldSets
	// tenants are references to the tenants, and tenantNumbers their numbers by their ids.
	tenants       []model.Tenant
	tenantNumbers map[model.ID]uint64
}

// tenantNumber returns the number of a tenant.
func (c *membershipCodec) tenantNumber(tenant model.Tenant) uint64 {
	if n, ok := c.tenantNumbers[tenant.GlobalID()]; ok {
		return n
	}
	return c.addTenant(tenant.GlobalID())
}

// addTenant adds a reference to a tenant, of which only the id is known, and returns its
// number.
func (c *membershipCodec) addTenant(id model.ID) uint64 {
	if c.tenantNumbers == nil {
		c.tenantNumbers = map[model.ID]uint64{}
	}
	n := uint64(len(c.tenants))
	entity := model.NewEntity(c.users.provider, id.Type(), id.VendorID()).WithFieldSet(model.OnlyFields())
	var tenant model.Tenant = &model.Organization{Entity: entity}
	if id.Type() == model.TypeAccount {
		tenant = &model.Account{Entity: entity}
	}
	c.tenants, c.tenantNumbers[id] = append(c.tenants, tenant), n
	return n
}

// unpackedMembershipFields are the fields whose values are not packed.
var unpackedMembershipFields = []string{"invitation", "groups", "buyers", "modules", "audit", "via"}

// membershipRecord is an unpacked membership with the memory of its values.
type membershipRecord struct {
	model.Membership
	user    userRecord
	times   [3]time.Time
	license model.License
}

func (*membershipCodec) keys(m *model.Membership) rowKeys {
	tenant := m.Tenant().GlobalID()
	id := model.JoinMembership(tenant.VendorID(), m.User.VendorID)
	return rowKeys{id: id, tenant: tenant, user: m.User.VendorID, email: m.User.Email}
}

func (c *membershipCodec) packedKeys(r *reader) rowKeys {
	tenant := c.tenants[r.number()].GlobalID()
	user := c.users.packedKeys(r)
	return rowKeys{id: model.JoinMembership(tenant.VendorID(), user.id), tenant: tenant, user: user.id, email: user.email}
}

// hasTenant reports whether a packed row is of the tenant with a vendor id.
func (c *membershipCodec) hasTenant(id string) bool {
	for _, typ := range []string{model.TypeAccount, model.TypeOrganization} {
		if _, ok := c.tenantNumbers[model.NewID(c.users.provider.Name, typ, id)]; ok {
			return true
		}
	}
	return false
}

func (c *membershipCodec) pack(w *writer, m *model.Membership) {
	w.number(c.tenantNumber(m.Tenant()))
	c.users.pack(w, m.User)
	w.number(c.sets.number(m.FieldSet, bits(m.Invitation != nil, len(m.Groups) > 0 || m.Groups == nil,
		len(m.Buyers) > 0 || m.Buyers == nil, len(m.Modules) > 0 || m.Modules == nil, m.Audit != nil, m.Via != nil), unpackedMembershipFields))
	words := &c.users.words
	w.number(words.number(string(m.Role)))
	w.number(words.numberOf(m.VendorRole))
	w.number(words.numberOf(m.VendorRoleID))
	w.number(words.numberOf((*string)(m.License)))
	w.number(words.number(string(m.Status)))
	for _, t := range []*time.Time{m.InvitedAt, m.JoinedAt, m.LastAccessAt} {
		w.time(t)
	}
}

func (*membershipCodec) record() *membershipRecord { return new(membershipRecord) }

func (c *membershipCodec) unpack(r *reader, into *membershipRecord) *model.Membership {
	m, words := &into.Membership, &c.users.words
	m.Account, m.Organization = nil, nil
	switch t := c.tenants[r.number()].(type) {
	case *model.Account:
		m.Account = t
	case *model.Organization:
		m.Organization = t
	}
	m.User = c.users.unpack(r, &into.user)
	m.FieldSet = c.sets.of(r.number())
	m.Provider = c.users.provider
	m.Role = model.MembershipRole(words.word(r.number()))
	m.VendorRole = words.wordOf(r.number())
	m.VendorRoleID = words.wordOf(r.number())
	m.License = nil
	if n := r.number(); n != 0 {
		into.license = model.License(words.word(n))
		m.License = &into.license
	}
	m.Status = model.UserStatus(words.word(r.number()))
	m.InvitedAt, m.JoinedAt, m.LastAccessAt = r.time(&into.times[0]), r.time(&into.times[1]), r.time(&into.times[2])
	m.Groups, m.Buyers, m.Modules = noGroups, noBuyers, noModules
	return m
}

var (
	noGroups  = []*model.Group{}
	noBuyers  = []*model.Buyer{}
	noModules = []*model.Module{}
)

// complete sets what only a record that is handed out needs.
func (c *membershipCodec) complete(m *model.Membership) {
	c.users.complete(m.User)
	m.VendorID = c.keys(m).id
	m.ID = model.NewID(m.Provider.Name, model.TypeMembership, m.VendorID)
}
