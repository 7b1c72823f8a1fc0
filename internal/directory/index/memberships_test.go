package index_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// vendorMemberships are the members of tenants. The vendor lists those of one tenant, without
// a filter. For users it reads everything.
type vendorMemberships struct{ *vendor }

func (v vendorMemberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if q.Parent.Type == "" {
		return pageOf(ctx, v.vendor, func() []*model.Membership { return v.memberships }, token)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.read = append(v.read, "of "+q.Parent.Type)
	page := &providers.Page[*model.Membership]{Freshness: model.Freshness{FetchedAt: time.Now()}}
	for _, m := range slices.Concat(v.memberships, v.elsewhere) {
		if q.Parent.Type == model.TypeUser && slices.Contains(q.Parent.IDs, m.User.VendorID) || slices.Contains(q.Parent.IDs, m.Tenant().GlobalID().VendorID()) {
			page.Items = append(page.Items, m)
		}
	}
	if q.Parent.Type == model.TypeUser && v.gap != nil {
		page.Errors = []error{v.gap}
	}
	return page, nil
}

// Get reads the list of the tenant that each id names.
func (v vendorMemberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	result := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}}
	for _, id := range ids {
		tenant, _ := model.SplitMembership(id)
		page, _ := v.Page(ctx, membersOf(tenant), "")
		for _, m := range page.Items {
			if m.VendorID == id {
				result.Objects[id] = m
			}
		}
	}
	return result
}

func (vendorMemberships) SupportsFilter(q providers.Query) bool {
	return q.Parent.Type != model.TypeUser && reflect.ValueOf(q.Filter).IsZero()
}
func (vendorMemberships) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }
func (vendorMemberships) SupportsGet() bool                    { return false }
func (vendorMemberships) SupportsParents(typ string) bool      { return typ == model.TypeUser }

func selectMemberships(c providers.Collections) providers.Collection[*model.Membership] {
	return c.Memberships
}

func membersOf(tenant string) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: model.TypeOrganization, IDs: []string{tenant}}}
}

func membershipsOf(users ...string) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: model.TypeUser, IDs: users}}
}

func membership(tenant string, u *model.User) *model.Membership {
	one := &model.Provider{Name: "one"}
	return &model.Membership{
		Entity: model.NewEntity(one, model.TypeMembership, model.JoinMembership(tenant, u.VendorID)), User: u,
		Organization: &model.Organization{Entity: model.NewEntity(one, model.TypeOrganization, tenant).WithFieldSet(model.OnlyFields())},
		Role:         model.RoleMember, Status: u.Status, Groups: []*model.Group{}, Buyers: []*model.Buyer{}, Modules: []*model.Module{},
	}
}

// withMembers gives the vendor's users random memberships of the tenants a, b and c, and a
// tenant that is not in the list of all memberships.
func withMembers(r *rand.Rand, v *vendor) {
	v.hasMembers = true
	for _, tenant := range []string{"a", "b", "c", "elsewhere"} {
		members := map[model.ID]*model.Membership{}
		for _, u := range v.users {
			if r.IntN(2) == 0 {
				continue
			}
			u.Phone = nil // an index does not hold it
			m := membership(tenant, u)
			m.Provider, m.Organization.Provider = v.connection, v.connection
			m.Role = []model.MembershipRole{model.RoleMember, model.RoleOwner, model.RoleAdmin}[r.IntN(3)]
			m.Status = []model.UserStatus{model.UserActive, model.UserBlocked}[r.IntN(2)]
			if r.IntN(2) == 0 {
				m.VendorRole, m.VendorRoleID, m.License = new("r"), new(fmt.Sprint(r.IntN(9))), new(model.LicenseFull)
				m.InvitedAt, m.JoinedAt, m.LastAccessAt = new(time.Unix(int64(r.IntN(99)), 1).UTC()), u.CreatedAt, u.UpdatedAt
			}
			if first := members[m.ID]; first != nil {
				m = first // a list may repeat rows
			}
			members[m.ID] = m
			if tenant == "elsewhere" {
				v.elsewhere = append(v.elsewhere, m)
			} else {
				v.memberships = append(v.memberships, m)
			}
		}
	}
}

// An index returns the memberships, in their order, that reading the lists returns, and
// their fields.
func TestMemberships_EqualReading(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 150} {
		v := newVendor(randomUsers(r, n)...)
		withMembers(r, v)
		plain := directory.New(v)
		for name, rows := range map[string]int{"index": 0, "short list": 10_000} {
			options := options
			options.MinRows = rows
			d, _ := indexed(t, v, options)
			for _, parent := range []providers.Query{membersOf("a"), membersOf("c"), membersOf("elsewhere"), membersOf("none")} {
				for _, q := range append(queries(), providers.Query{Filter: providers.Filter{Roles: []model.MembershipRole{model.RoleOwner}, Licenses: []model.License{model.LicenseFull}}}) {
					q.Parent = parent.Parent
					equal(t, name, plain, d, q)
				}
			}
			v.set(func(v *vendor) { v.elsewhere = nil }) // a user's memberships of other tenants are not known
			equal(t, name, plain, d, membershipsOf("0"))
			equal(t, name, plain, d, membershipsOf("7", "3", "1000", "3"))
		}
	}
}

func equal(t *testing.T, name string, plain, indexed *directory.Directory, q providers.Query) {
	t.Helper()
	want, total := walkOf(t, plain, selectMemberships, q, 1000)
	got, gotTotal := walkOf(t, indexed, selectMemberships, q, 60)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(model.FieldSet{})); diff != "" {
		t.Fatalf("%s, %+v:\n%s", name, q, diff)
	}
	if total != nil && (gotTotal == nil || *gotTotal != *total) {
		t.Errorf("%s, %+v: total %v, want %d", name, q, gotTotal, *total)
	}
}

// One reading of the vendor's list answers the memberships of users, filters and orders of
// members, and users.
func TestMemberships_OneReading(t *testing.T) {
	v := newVendor(randomUsers(rand.New(rand.NewPCG(4, 5)), 100)...)
	withMembers(rand.New(rand.NewPCG(5, 6)), v)
	d, p := indexed(t, v, options)
	walkOf(t, d, selectMemberships, membershipsOf("1"), 10)
	if pages := v.pages(); pages != (len(v.memberships)+9)/10 {
		t.Errorf("%d pages of %d memberships were read", pages, len(v.memberships))
	}
	filtered, sorted := membersOf("b"), membersOf("a")
	filtered.Filter.Name, sorted.Order.Field = "person", model.OrderByEmail
	for _, q := range []providers.Query{membershipsOf("1", "2"), filtered, sorted} {
		if walkOf(t, d, selectMemberships, q, 10); v.pages() != 0 {
			t.Errorf("%+v: calls, want none", q)
		}
	}
	plain := directory.New(v)
	listed, _ := walk(t, plain, providers.Query{}, 1000)
	for _, q := range queries() {
		want, _ := walk(t, plain, q, 1000)
		if v.pages(); isPlain(q) {
			continue
		}
		got, total := walk(t, d, q, 60)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || total == nil || *total != len(want) || v.pages() != 0 {
			t.Errorf("users, %+v: total %v, want %d, or calls\n%s", q, total, len(want), diff)
		}
	}
	memberships := map[model.ID]bool{}
	for _, m := range v.memberships {
		memberships[m.ID] = true
	}
	if s := p.Stats(); s.Rows != len(listed)+len(memberships) {
		t.Errorf("%d rows of %d users and %d memberships", s.Rows, len(listed), len(memberships))
	}
}

// What is missing from the list of all memberships is not missing from that of one tenant.
func TestMemberships_TenantBesideGap(t *testing.T) {
	gap := &providers.Error{Kind: providers.Forbidden}
	for name, change := range map[string]func(v *vendor){
		"gap":     func(v *vendor) { v.gap = gap },
		"failure": func(v *vendor) { v.fail = func(string) error { return gap } },
	} {
		v := newVendor(users(30)...)
		withMembers(rand.New(rand.NewPCG(7, 8)), v)
		change(v)
		plain := directory.New(v)
		d, _ := indexed(t, v, options)
		for _, order := range []model.UserOrderField{"", model.OrderByEmail} {
			q := membersOf("b")
			q.Filter.Status, q.Order.Field = []string{"BLOCKED"}, order
			equal(t, name, plain, d, q)
		}
		if l := readOf(t, d, selectMemberships, membershipsOf("1"), 10, nil); l.Complete || len(l.Errors) != 1 {
			t.Errorf("%s: memberships of a user: complete %t, %v", name, l.Complete, l.Errors)
		}
		id := v.memberships[0].ID
		if objects, failed := directory.Objects(t.Context(), d, selectMemberships, []model.ID{id}); objects[id] == nil || len(failed) > 0 {
			t.Errorf("%s: %s: %v", name, id, failed)
		}
	}
}

// Get reads the page that holds a membership. Of a tenant that the list of all does not
// contain, the vendor reads the list.
func TestMemberships_Get(t *testing.T) {
	v := newVendor(users(100)...)
	withMembers(rand.New(rand.NewPCG(9, 10)), v)
	d, _ := indexed(t, v, options)
	walkOf(t, d, selectMemberships, membershipsOf("1"), 10)
	for id, pages := range map[model.ID]int{v.memberships[60].ID: 1, v.elsewhere[3].ID: 1, model.NewID("one", model.TypeMembership, "a/1000"): 0} {
		v.pages()
		objects, failed := directory.Objects(t.Context(), d, selectMemberships, []model.ID{id})
		if n := v.pages(); len(failed) > 0 || (objects[id] != nil) != (pages > 0) || n != pages {
			t.Errorf("%s: %v, %v, %d calls", id, objects[id], failed, n)
		}
	}
}

// A value of a membership, or of its user, that the vendor hides makes it unknown whether the
// row matches.
func TestMemberships_HiddenValues(t *testing.T) {
	v := newVendor(users(3)...)
	v.hasMembers = true
	for _, u := range v.users {
		v.memberships = append(v.memberships, membership("a", u))
	}
	v.memberships[0].FieldSet = (*model.FieldSet)(nil).Hiding("role")
	v.users[1].Name, v.users[1].FieldSet = nil, (*model.FieldSet)(nil).Hiding("name")
	d, _ := indexed(t, v, options)
	for f, complete := range map[*providers.Filter]bool{
		{Roles: []model.MembershipRole{model.RoleMember}}: false,
		{Name: "2"}: false,
		{Emails: []string{"person2@example.com"}}: true,
	} {
		q := membersOf("a")
		q.Filter = *f
		if l := readOf(t, d, selectMemberships, q, 10, nil); l.Complete != complete || len(l.Errors) > 0 {
			t.Errorf("%+v: complete %t, %v", *f, l.Complete, l.Errors)
		}
	}
}
