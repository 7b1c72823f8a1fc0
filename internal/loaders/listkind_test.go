package loaders_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers"
)

// A cursor can be used with a filter that means the same: the order of a list and
// duplicates in it do not count. nil and an empty list differ.
func TestLists_FingerprintOfFilter(t *testing.T) {
	in := &model.Provider{Name: "a"}
	instant, later := instantOf(t, "2026-01-01T00:00:00Z"), instantOf(t, "2026-01-01T00:00:01Z")
	sameInstant := instantOf(t, "2026-01-01t03:00:00+03:00")
	for name, c := range map[string]struct{ list, same, other directory.List }{
		"status": {
			userList(t, nil, model.UserFilter{Status: []model.UserStatus{"ACTIVE", "INVITED"}}),
			userList(t, nil, model.UserFilter{Status: []model.UserStatus{"INVITED", "ACTIVE", "INVITED"}}),
			userList(t, nil, model.UserFilter{Status: []model.UserStatus{"INVITED"}}),
		},
		"providers": {
			userList(t, nil, model.UserFilter{Providers: []string{"b", "a"}}),
			userList(t, nil, model.UserFilter{Providers: []string{"a", "b", "b"}}),
			userList(t, nil, model.UserFilter{Providers: []string{"b"}}),
		},
		"one provider": {
			userList(t, in, model.UserFilter{}),
			userList(t, nil, model.UserFilter{Providers: []string{"a"}}),
			userList(t, nil, model.UserFilter{}),
		},
		"email": {
			userList(t, nil, model.UserFilter{Email: new(" Anna@ACME.example")}),
			userList(t, nil, model.UserFilter{Email: new("anna@acme.example")}),
			userList(t, nil, model.UserFilter{Email: new("anna@acme")}),
		},
		"domain": {
			userList(t, nil, model.UserFilter{EmailDomain: new(" @ACME.example")}),
			userList(t, nil, model.UserFilter{EmailDomain: new("acme.example")}),
			userList(t, nil, model.UserFilter{EmailDomain: new("acme")}),
		},
		"instant": {
			userList(t, nil, model.UserFilter{CreatedAfter: instant}),
			userList(t, nil, model.UserFilter{CreatedAfter: sameInstant}),
			userList(t, nil, model.UserFilter{CreatedAfter: later}),
		},
		"no status": {
			userList(t, nil, model.UserFilter{}),
			userList(t, nil, model.UserFilter{Status: nil}),
			userList(t, nil, model.UserFilter{Status: []model.UserStatus{}}),
		},
		"roles": {
			loaders.MemberList(&model.MembershipFilter{Roles: []model.MembershipRole{"OWNER", "ADMIN"}}, nil),
			loaders.MemberList(&model.MembershipFilter{Roles: []model.MembershipRole{"ADMIN", "OWNER", "ADMIN"}}, nil),
			loaders.MemberList(&model.MembershipFilter{Roles: []model.MembershipRole{}}, nil),
		},
		"licenses": {
			loaders.MemberList(&model.MembershipFilter{Licenses: []model.License{"FULL", "BASIC"}}, nil),
			loaders.MemberList(&model.MembershipFilter{Licenses: []model.License{"BASIC", "FULL"}}, nil),
			loaders.MemberList(nil, nil),
		},
	} {
		if c.list.ID(nil) != c.same.ID(nil) {
			t.Errorf("%s: %+v and %+v have two identities", name, c.list, c.same)
		}
		if c.list.ID(nil) == c.other.ID(nil) {
			t.Errorf("%s: %+v and %+v have one identity", name, c.list, c.other)
		}
	}
}

// A domain that no address can have is an error, not a list without users.
func TestUserList_InvalidDomain(t *testing.T) {
	for _, domain := range []string{"", " ", "@", "anna@acme.example", "@@acme.example", "acme.example, initech.example"} {
		_, users := loaders.UserList(nil, &model.UserFilter{EmailDomain: &domain}, nil)
		_, people := loaders.PeopleList(&model.PersonFilter{EmailDomain: &domain}, nil)
		for list, err := range map[string]error{"users": users, "people": people} {
			if providers.KindOf(err) != providers.InvalidArgument {
				t.Errorf("%s of the domain %q: %v", list, domain, err)
			}
		}
	}
}

func userList(t *testing.T, in *model.Provider, f model.UserFilter) directory.List {
	t.Helper()
	l, err := loaders.UserList(in, &f, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func instantOf(t *testing.T, text string) *model.DateTime {
	t.Helper()
	instant, err := model.ParseDateTime(text)
	if err != nil {
		t.Fatal(err)
	}
	return &instant
}
