package index_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/providers"
)

// memberVendor is a vendor that lists memberships by user or by account, and not all of them.
type memberVendor struct {
	*vendor
	// together is set if one call can list those of several users.
	together bool
	accounts []*model.Account
	// members are the memberships by the vendor ids of their users.
	members map[string][]*model.Membership

	mu    sync.Mutex
	calls int
	// refuse returns the error of a list; nil for none.
	refuse func(parent providers.Parent) error
}

func (v *memberVendor) Collections() providers.Collections {
	return providers.Collections{
		Users: vendorUsers{v.vendor}, Accounts: accountsOf{v}, Memberships: membersBy{v},
	}
}

func (v *memberVendor) Uncached() providers.Collections { return v.Collections() }

// lists returns how many lists of memberships were read since the last call.
func (v *memberVendor) lists() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := v.calls
	v.calls = 0
	return n
}

type accountsOf struct{ v *memberVendor }

func (a accountsOf) Page(context.Context, providers.Query, string) (*providers.Page[*model.Account], error) {
	return &providers.Page[*model.Account]{Items: a.v.accounts}, nil
}
func (accountsOf) Get(context.Context, []string) providers.BatchResult[*model.Account] {
	return providers.BatchResult[*model.Account]{}
}
func (accountsOf) SupportsOrder(providers.Query) bool { return true }
func (accountsOf) SupportsParents(string) bool        { return false }

type membersBy struct{ v *memberVendor }

func (m membersBy) Page(_ context.Context, q providers.Query, _ string) (*providers.Page[*model.Membership], error) {
	m.v.mu.Lock()
	defer m.v.mu.Unlock()
	m.v.calls++
	if m.v.refuse != nil {
		if err := m.v.refuse(q.Parent); err != nil {
			return nil, err
		}
	}
	page := &providers.Page[*model.Membership]{}
	for _, all := range m.v.members {
		for _, member := range all {
			id := member.User.VendorID
			if q.Parent.Type == model.TypeAccount {
				id = member.Account.VendorID
			}
			if slices.Contains(q.Parent.IDs, id) {
				page.Items = append(page.Items, member)
			}
		}
	}
	return page, nil
}
func (membersBy) Get(context.Context, []string) providers.BatchResult[*model.Membership] {
	return providers.BatchResult[*model.Membership]{}
}
func (membersBy) SupportsOrder(providers.Query) bool { return true }
func (m membersBy) SupportsParents(typ string) bool  { return m.v.together && typ == model.TypeUser }

// newMemberVendor returns a vendor with 1,000 users in 40 accounts; every third user is in none.
func newMemberVendor(together bool) *memberVendor {
	v := &memberVendor{vendor: newVendor(users(1000)...), together: together, members: map[string][]*model.Membership{}}
	v.connection.Vendor = model.SoftwareOne
	for i := range 40 {
		v.accounts = append(v.accounts, &model.Account{Entity: model.NewEntity(v.connection, model.TypeAccount, fmt.Sprint("a", i))})
	}
	for i, u := range v.users {
		if i%3 == 0 {
			continue
		}
		account := v.accounts[i%len(v.accounts)]
		v.members[u.VendorID] = []*model.Membership{{
			Entity: model.NewEntity(v.connection, model.TypeMembership, model.JoinMembership(account.VendorID, u.VendorID)),
			User:   u, Account: account, Role: model.RoleMember, Status: model.UserActive,
		}}
	}
	return v
}

func wrapped(t *testing.T, v *memberVendor) *directory.Directory {
	t.Helper()
	return directory.New(index.Wrap(t.Context(), v, options))
}

var everyMember = directory.PeopleFilter{Roles: []model.MembershipRole{model.RoleMember}}

// Who is a member is known from one reading of all lists, which queries share.
func TestMembers_PeopleByRole(t *testing.T) {
	for _, together := range []bool{true, false} {
		v := newMemberVendor(together)
		d, want := wrapped(t, v), 40
		if together {
			want = 10
		}
		all := walkPeople(t, d, directory.PeopleList{Filter: everyMember}, 90)
		if len(all) != len(v.members) {
			t.Errorf("%d people, want %d", len(all), len(v.members))
		}
		for _, p := range all {
			if v.members[p[1]] == nil {
				t.Errorf("%s is no member", p[0])
			}
		}
		if n := v.lists(); n != want {
			t.Errorf("together %t: %d lists of memberships were read, want %d", together, n, want)
		}
		f := everyMember
		f.Conflict = new(false)
		walkPeople(t, d, directory.PeopleList{Filter: f}, 90)
		if n := v.lists(); n != 0 {
			t.Errorf("another query reads %d lists again", n)
		}
		v.Invalidate(t.Context(), nil)
		if walkPeople(t, d, directory.PeopleList{Filter: everyMember}, 90); v.lists() != want {
			t.Error("after an invalidation, the lists are not read again")
		}
	}
}

// A list that is refused leaves it unknown who else is a member.
func TestMembers_RefusedList(t *testing.T) {
	for _, together := range []bool{true, false} {
		v := newMemberVendor(together)
		refused := "a1"
		if together {
			refused = v.users[1].VendorID
		}
		v.refuse = func(parent providers.Parent) error {
			if slices.Contains(parent.IDs, refused) {
				return &providers.Error{Kind: providers.Forbidden, Provider: v.connection}
			}
			return nil
		}
		page := directory.ReadPeople(t.Context(), wrapped(t, v), directory.PeopleList{Filter: everyMember}, directory.Window{First: 100})
		if page.Complete || page.TotalCount != nil || len(page.Edges) != 100 || providers.KindOf(errors.Join(page.Errors...)) != providers.Forbidden {
			t.Errorf("together %t: complete %t, %d people, %v", together, page.Complete, len(page.Edges), page.Errors)
		}
		for _, e := range page.Edges {
			if v.members[e.Node.Users[0].VendorID] == nil {
				t.Errorf("%s is no member", e.Node.Email)
			}
		}
	}
}

// A vendor that is down is an error, and the lists are read again later.
func TestMembers_VendorDown(t *testing.T) {
	v := newMemberVendor(true)
	down := &providers.Error{Kind: providers.Unavailable, Provider: v.connection}
	v.refuse = func(providers.Parent) error { return down }
	d := wrapped(t, v)
	page := directory.ReadPeople(t.Context(), d, directory.PeopleList{Filter: everyMember}, directory.Window{First: 100})
	if page.Complete || !reflect.DeepEqual(page.Errors, []error{down}) || len(page.Edges) != 0 {
		t.Errorf("complete %t, %d people, %v", page.Complete, len(page.Edges), page.Errors)
	}
	v.refuse = nil
	walkPeople(t, d, directory.PeopleList{Filter: everyMember}, 100)
}

// The memberships of few users are read by user.
func TestMembers_FewUsers(t *testing.T) {
	for _, together := range []bool{true, false} {
		v := newMemberVendor(together)
		f := everyMember
		f.Emails = []string{"person1@example.com", "person2@example.com", "person3@example.com"}
		if all := walkPeople(t, wrapped(t, v), directory.PeopleList{Filter: f}, 90); len(all) != 2 || v.lists() > 3 {
			t.Errorf("together %t: %v", together, all)
		}
	}
}
