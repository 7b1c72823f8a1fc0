package directory_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// Each object is read from the provider that its id names.
func TestObjects_ReadsFromProviders(t *testing.T) {
	d := withUsers(
		&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("a", "1", "2")}},
		&fakeCollection[*model.User]{pages: [][]*model.User{usersNamed("b", "1")}},
	)
	wanted := []model.ID{"b:User:1", "a:User:2", "a:User:9", "b:User:broken", "c:User:1", "a:User:2"}
	found, failed := directory.Objects(t.Context(), d, users, wanted)
	if len(found) != 2 || found["a:User:2"].VendorID != "2" || found["b:User:1"].Provider.Name != "b" {
		t.Errorf("found %v", found)
	}
	if len(failed) != 1 || providers.KindOf(failed["b:User:broken"]) != providers.Unavailable {
		t.Errorf("failed %v", failed)
	}
	none := func(c providers.Collections) providers.Collection[*model.Seller] { return c.Sellers }
	if found, failed := directory.Objects(t.Context(), d, none, []model.ID{"a:Seller:1"}); len(found)+len(failed) != 0 {
		t.Errorf("a provider without sellers: %v, %v", found, failed)
	}
}

func TestDirectory_Providers(t *testing.T) {
	roles := func(_ context.Context, organization string) ([]*model.Role, error) {
		return []*model.Role{{VendorID: organization + "'s"}}, nil
	}
	d := directory.New(fakeProvider{connection: connection("z")}, fakeProvider{connection("a"), providers.Collections{Roles: roles}})
	var names []string
	for _, p := range d.Providers() {
		names = append(names, p.Name)
	}
	if !slices.Equal(names, []string{"z", "a"}) {
		t.Errorf("Providers() = %q, want the order of the configuration", names)
	}
	if p, err := d.Provider("a"); err != nil || p != d.Providers()[1] {
		t.Errorf("Provider(a) = %v, %v", p, err)
	}
	const unknown = `provider: invalid argument: no provider has the name "b"; there are z, a`
	if p, err := d.Provider("b"); p != nil || providers.KindOf(err) != providers.InvalidArgument || err.Error() != unknown {
		t.Errorf("Provider(b) = %v, %v", p, err)
	}
	if d.Status("a") != model.ProviderUp || d.Status("b") != model.ProviderUnknown {
		t.Errorf("%s, %s", d.Status("a"), d.Status("b"))
	}
	for id, want := range map[model.ID][]*model.Role{
		"a:Organization:1": {{VendorID: "1's"}}, "z:Organization:1": nil, "b:Organization:1": nil,
	} {
		if got, err := d.Roles(t.Context(), id); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v, %v", id, got, err)
		}
	}
}

func TestList_IDIsKeyed(t *testing.T) {
	key, other := directory.NewCursorKey([]byte("a")), directory.NewCursorKey([]byte("b"))
	one := directory.List{Kind: "users", Providers: []string{"a"}}
	same := directory.List{Kind: "users", Providers: []string{"a"}}
	if one.ID(key) != same.ID(key) {
		t.Error("equal lists differ")
	}
	seen := map[model.ListID]bool{one.ID(key): true}
	for _, l := range []directory.List{
		{Kind: "accounts", Providers: []string{"a"}}, {Kind: "users", Providers: []string{"b"}}, {Kind: "users"},
		{Kind: "users", Providers: []string{}}, one.Of("a:Account:1"), one.Of("a:Account:2"), one.Of("a:Organization:1"),
		{Kind: "users", Providers: []string{"a"}, Query: providers.Query{Filter: providers.Filter{Name: "x"}}}, byName,
	} {
		if seen[l.ID(key)] || seen[l.ID(other)] {
			t.Errorf("%+v has the identity of another list, or with another key", l)
		}
		seen[l.ID(key)], seen[l.ID(other)] = true, true
	}
	if people := (directory.PeopleList{}); seen[people.ID(key)] || people.ID(key) == people.ID(other) {
		t.Error("the list of people has the identity of another list, or with another key")
	}
}

func TestDirectory_UnreadableTenants(t *testing.T) {
	unreadable := func(context.Context) ([]string, []error) { return []string{"17"}, []error{unavailable} }
	d := directory.New(fakeProvider{connection("a"), providers.Collections{UnreadableTenants: unreadable}}, fakeProvider{connection: connection("b")})
	for name, want := range map[string][]string{"a": {"17"}, "b": nil, "c": nil} {
		ids, errs := d.UnreadableTenants(t.Context(), name)
		if !slices.Equal(ids, want) || (errs != nil) != (want != nil) {
			t.Errorf("%s: %q, %v", name, ids, errs)
		}
	}
}
