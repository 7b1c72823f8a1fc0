package providertest

import (
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// memberships checks that the lists of tenants and of users contain the same
// memberships.
func (s suite) memberships(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	if p.Collections().Memberships == nil {
		return
	}
	if len(s.Accounts)+len(s.Organizations) == 0 || len(s.Users) == 0 {
		t.Fatal("the Subject has no tenant or no user")
	}
	c := add(nil, model.TypeMembership, p.Collections().Memberships)[0]
	read := func(t *testing.T, typ string, ids ...string) rows {
		t.Helper()
		l := list{c, "Membership of " + typ, providers.Query{Parent: providers.Parent{Type: typ, IDs: ids}}}
		return l.read(t, p, l.query)
	}
	for _, parent := range s.parents() {
		t.Run(parent.Type+" "+parent.IDs[0], func(t *testing.T) {
			all := read(t, parent.Type, parent.IDs...)
			for _, node := range all.nodes {
				s.checkMembership(t, node.(*model.Membership), parent)
			}
			for _, node := range sample(all.nodes) {
				m := node.(*model.Membership)
				typ, id := model.TypeUser, m.User.VendorID
				if parent.Type == model.TypeUser {
					typ, id = m.Tenant().GlobalID().Type(), m.Tenant().GlobalID().VendorID()
				}
				if !slices.Contains(read(t, typ, id).keys(), m.GlobalID()) {
					t.Errorf("%s is in the list of %s %s, but not in that of %s %s", m.GlobalID(), parent.Type, parent.IDs[0], typ, id)
				}
			}
		})
	}
	if _, ok := p.Collections().Memberships.(providers.IndexedCollection[*model.Membership]); ok {
		t.Run("all", func(t *testing.T) { s.allMemberships(t, read) })
		t.Run("users of all", func(t *testing.T) { checkUsersOfAll(t, p.Collections()) })
	}
	for typ, ids := range map[string][]string{
		model.TypeAccount: s.Accounts, model.TypeOrganization: s.Organizations, model.TypeUser: s.Users,
	} {
		if len(ids) < 2 || !c.supportsParents(typ) {
			continue
		}
		t.Run("several parents "+typ, func(t *testing.T) {
			var single []model.ID
			for _, id := range ids {
				single = append(single, read(t, typ, id).keys()...)
			}
			combined := read(t, typ, ids...).keys()
			slices.Sort(single)
			slices.Sort(combined)
			if single = slices.Compact(single); !slices.Equal(single, combined) {
				t.Errorf("%d rows of several parents, %d rows one by one", len(combined), len(single))
			}
		})
	}
	t.Run("unknown parent", func(t *testing.T) {
		for _, parent := range s.parents() {
			parent.IDs = []string{unknown(parent.Type)}
			page, err := c.page(t.Context(), providers.Query{Parent: parent}, "")
			if err == nil && len(page.Items) == 0 || providers.KindOf(err) == providers.NotFound {
				continue
			}
			t.Errorf("memberships of %s %s: %v, %v; want an empty list, or NotFound", parent.Type, parent.IDs[0], page, err)
		}
	})
}

// allMemberships checks that the list of all memberships has, for each tenant of which it has
// rows, all members in the order of the tenant's list, with complete users, and the
// memberships of each user.
func (s suite) allMemberships(t *testing.T, read func(t *testing.T, typ string, ids ...string) rows) {
	all, compared := read(t, "").nodes, 0
	for _, parent := range s.parents() {
		var want []model.ID
		for _, node := range all {
			m := node.(*model.Membership)
			if !m.User.Complete() {
				t.Fatalf("%s: its user is not complete", m.GlobalID())
			}
			tenant := m.Tenant().GlobalID()
			if parent.Type == model.TypeUser && slices.Contains(parent.IDs, m.User.VendorID) || parent.Type == tenant.Type() && slices.Contains(parent.IDs, tenant.VendorID()) {
				want = append(want, m.GlobalID())
			}
		}
		if len(want) == 0 {
			continue
		}
		compared++
		if got := read(t, parent.Type, parent.IDs...).keys(); !slices.Equal(got, want) {
			t.Errorf("%s %s: %d rows in the list of all, %d in its own, or in another order", parent.Type, parent.IDs[0], len(want), len(got))
		}
	}
	if compared == 0 {
		t.Error("the list of all memberships has none of any tenant or user")
	}
}

// checkUsersOfAll checks that each page of users has the users of the page of all memberships
// with the same token.
func checkUsersOfAll(t *testing.T, c providers.Collections) {
	for token := ""; ; {
		members, err := c.Memberships.Page(t.Context(), providers.Query{}, token)
		if err != nil {
			t.Fatal(err)
		}
		users, err := c.Users.Page(t.Context(), providers.Query{}, token)
		if err != nil {
			t.Fatal(err)
		}
		want := providers.UsersOf(members)
		if !slices.EqualFunc(users.Items, want.Items, func(a, b *model.User) bool { return a.ID == b.ID }) || users.Next != want.Next {
			t.Errorf("page %q: %d users, then %q; %d memberships, then %q", token, len(users.Items), users.Next, len(want.Items), want.Next)
		}
		if token = members.Next; token == "" {
			return
		}
	}
}

// checkMembership checks the ids, the user and the tenant of a membership.
func (s suite) checkMembership(t *testing.T, m *model.Membership, parent providers.Parent) {
	t.Helper()
	if m.User == nil || m.Tenant() == nil || m.Account != nil && m.Organization != nil {
		t.Fatalf("%s: no user, no tenant, or two tenants", m.GlobalID())
	}
	tenant := m.Tenant().GlobalID()
	if want := model.JoinMembership(tenant.VendorID(), m.User.VendorID); m.VendorID != want {
		t.Errorf("%s: vendor id %q, want %q", m.GlobalID(), m.VendorID, want)
	}
	if m.User.Provider != m.Provider || m.User.ID != model.NewID(m.Provider.Name, model.TypeUser, m.User.VendorID) {
		t.Errorf("%s: the user is %s", m.GlobalID(), m.User.ID)
	}
	if tenant.Provider() != m.Provider.Name {
		t.Errorf("%s: the tenant is %s", m.GlobalID(), tenant)
	}
	id, typ := tenant.VendorID(), tenant.Type()
	if parent.Type == model.TypeUser {
		id, typ = m.User.VendorID, model.TypeUser
	}
	if typ != parent.Type || !slices.Contains(parent.IDs, id) {
		t.Errorf("%s is in the list of %s %q", m.GlobalID(), parent.Type, parent.IDs)
	}
	if m.Role == "" && m.HasField("role") || m.Status == "" && m.HasField("status") {
		t.Errorf("%s: the field set contains role %q and status %q", m.GlobalID(), m.Role, m.Status)
	}
}

// databases checks that a vendor without databases rejects a filter by database without
// a call.
func (s suite) databases(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	memberships := p.Collections().Memberships
	if memberships == nil || s.Databases {
		return
	}
	for _, parent := range s.parents() {
		q := providers.Query{Parent: parent, Filter: providers.Filter{Database: "cka1b2c3"}}
		if page, err := memberships.Page(t.Context(), q, ""); providers.KindOf(err) != providers.InvalidArgument || page != nil {
			t.Errorf("memberships of %s %s in a database: %v, %v; want InvalidArgument", parent.Type, parent.IDs[0], page, err)
		}
	}
	if n := len(p.control.Calls()); n != 0 {
		t.Errorf("%d calls, want none", n)
	}
}

// roles checks that the roles of an organization have distinct ids.
func (s suite) roles(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	read := p.Collections().Roles
	if read == nil {
		return
	}
	for _, organization := range s.Organizations {
		roles, err := read(t.Context(), organization)
		if err != nil || len(roles) == 0 {
			t.Errorf("roles of %s = %d roles, %v", organization, len(roles), err)
		}
		seen := map[string]bool{}
		for _, role := range roles {
			if role.VendorID == "" || seen[role.VendorID] {
				t.Errorf("roles of %s: id %q is empty or repeated", organization, role.VendorID)
			}
			seen[role.VendorID] = true
		}
	}
}
