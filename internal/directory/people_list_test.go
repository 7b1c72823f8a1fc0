package directory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// peopleProvider is a provider of people, whose vendor decides what it tells.
type peopleProvider struct {
	connection  *model.Provider
	users       *fakeCollection[*model.User]
	memberships *listedMemberships
}

// listedMemberships are memberships with a list of all of them.
type listedMemberships struct {
	*fakeCollection[*model.Membership]
}

func (listedMemberships) SupportsFilter(providers.Query) bool { return false }
func (listedMemberships) SupportsGet() bool                   { return false }

func newPeopleProvider(name string, vendor model.Vendor) *peopleProvider {
	return &peopleProvider{
		connection: &model.Provider{Name: name, Vendor: vendor},
		users:      &fakeCollection[*model.User]{pages: [][]*model.User{{}}},
		memberships: &listedMemberships{&fakeCollection[*model.Membership]{
			pages: [][]*model.Membership{{}}, supportsParents: true,
			isChild: func(m *model.Membership, of providers.Parent) bool {
				return of.Type == "" || slices.Contains(of.IDs, m.User.VendorID)
			},
		}},
	}
}

// add adds a user. change may be nil.
func (p *peopleProvider) add(id, email string, change func(u *model.User)) *model.User {
	u := &model.User{Entity: model.NewEntity(p.connection, model.TypeUser, id), Status: model.UserActive}
	if email != "" {
		u.Email, u.Login = &email, &email
	}
	if change != nil {
		change(u)
	}
	p.users.pages[0] = append(p.users.pages[0], u)
	return u
}

// join adds a membership of a user.
func (p *peopleProvider) join(u *model.User, role model.MembershipRole, license *model.License) {
	m := &model.Membership{
		Entity: model.NewEntity(p.connection, model.TypeMembership, model.JoinMembership("1", u.VendorID)),
		User:   u, Role: role, License: license,
	}
	p.memberships.pages[0] = append(p.memberships.pages[0], m)
}

func directoryOf(all ...*peopleProvider) *directory.Directory {
	var ps []providers.Provider
	for _, p := range all {
		ps = append(ps, fakeProvider{p.connection, providers.Collections{Users: p.users, Memberships: p.memberships}})
	}
	return directory.New(ps...)
}

// described returns people as text: the address and the ids of the users.
func described(l directory.Listing[*model.Person]) []string {
	all := []string{}
	if l.Connection == nil {
		return all
	}
	for _, e := range l.Edges {
		text := e.Node.Email
		for _, u := range e.Node.Users {
			text += " " + u.Provider.Name + u.VendorID
		}
		all = append(all, text)
	}
	return all
}

// walkPeople reads a list to its end, in pages of some rows.
func walkPeople(t *testing.T, d *directory.Directory, l directory.PeopleList, first int) (all []string) {
	t.Helper()
	w := directory.Window{First: first}
	for pages := 0; ; pages++ {
		listing := directory.ReadPeople(t.Context(), d, l, w)
		if len(listing.Errors) > 0 || !listing.Complete || listing.TotalCount == nil || pages > 1000 {
			t.Fatalf("page %d: %v, complete: %t", pages, listing.Errors, listing.Complete)
		}
		all = append(all, described(listing)...)
		if !listing.PageInfo.HasNextPage {
			if *listing.TotalCount != len(all) {
				t.Errorf("totalCount is %d, the list has %d people", *listing.TotalCount, len(all))
			}
			return all
		}
		w = directory.Window{First: first, After: cursorOf(t, l, listing)}
	}
}

// cursorOf returns the end cursor of a page as a client sends it back.
func cursorOf(t *testing.T, l directory.PeopleList, page directory.Listing[*model.Person]) *model.Cursor {
	t.Helper()
	c, err := model.ParseCursor(*page.PageInfo.EndCursor(), page.PageInfo.Last.List)
	if err != nil {
		t.Fatal(err)
	}
	return &c
}

// Everybody who has an address is in the list once, with the users of all providers,
// however each vendor spells the address, page by page.
func TestReadPeople_UnionByAddress(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	a, b, c := newPeopleProvider("a", model.SoftwareOne), newPeopleProvider("b", model.ActivityInfo), newPeopleProvider("c", model.BlendVision)
	want := map[string][]string{}
	for i, p := range []*peopleProvider{a, b, c} {
		for n := range 300 {
			email := fmt.Sprintf("person%d@straße.example", r.IntN(400))
			id := fmt.Sprint(i*1000 + n)
			switch r.IntN(5) {
			case 0:
				p.add(id, "", nil)
				continue
			case 1:
				p.add(id, " "+strings.ToUpper(strings.Split(email, "@")[0])+"@STRAßE.example", nil)
			default:
				p.add(id, email, nil)
			}
			want[email] = append(want[email], p.connection.Name+id)
		}
	}
	var union []string
	for email, users := range want {
		union = append(union, email+" "+strings.Join(users, " "))
	}
	slices.Sort(union)
	d := directoryOf(a, b, c)
	for _, first := range []int{100, 7} {
		got := walkPeople(t, d, directory.PeopleList{}, first)
		if !slices.IsSorted(got) {
			t.Errorf("pages of %d: not in the order of addresses", first)
		}
		slices.Sort(got)
		if diff := cmp.Diff(union, got); diff != "" {
			t.Errorf("pages of %d (-union +list):\n%s", first, diff)
		}
	}
}

// cast is some people at three vendors.
func cast() (a, b, c *peopleProvider) {
	a, b, c = newPeopleProvider("a", model.SoftwareOne), newPeopleProvider("b", model.ActivityInfo), newPeopleProvider("c", model.BlendVision)
	at := func(day int) *time.Time { return new(time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC)) }
	a.add("1", "anna@acme.example", func(u *model.User) { u.Name, u.LastLoginAt = new("Anna Weiß"), at(5) })
	anna := b.add("1", "Anna@ACME.example", func(u *model.User) { u.Name, u.LastLoginAt = new("WEISS, Anna"), at(9) })
	b.join(anna, model.RoleOwner, new(model.LicenseFull))
	a.add("2", "bo@globex.example", func(u *model.User) { u.Name, u.Status = new("Bo"), model.UserBlocked })
	bo := c.add("2", "bo@globex.example", func(u *model.User) { u.Name, u.Login = new("Łukasz"), new("player-2") })
	c.join(bo, model.RoleAdmin, nil)
	a.add("3", "cy@acme.example", func(u *model.User) { u.Status = model.UserInactive })
	c.add("3", "cy@acme.example", func(u *model.User) { u.Name = new("Cy") })
	dee := b.add("4", "dee@acme.example", func(u *model.User) { u.Name, u.Status = new("Dee"), model.UserInvited })
	b.join(dee, model.RoleMember, new(model.LicenseNone))
	c.add("5", "", func(u *model.User) { u.ContactEmail = new("anna@acme.example") })
	return a, b, c
}

const (
	anna = "anna@acme.example a1 b1"
	bo   = "bo@globex.example a2 c2"
	cy   = "cy@acme.example a3 c3"
	dee  = "dee@acme.example b4"
)

func TestReadPeople_Filters(t *testing.T) {
	d := directoryOf(cast())
	day := func(n int) *time.Time { return new(time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC)) }
	for name, c := range map[string]struct {
		filter directory.PeopleFilter
		want   []string
	}{
		"everybody":            {directory.PeopleFilter{}, []string{anna, bo, cy, dee}},
		"addresses":            {directory.PeopleFilter{Emails: []string{"dee@acme.example", "anna@acme.example", "nobody@acme.example"}}, []string{anna, dee}},
		"no address":           {directory.PeopleFilter{Emails: []string{}}, []string{}},
		"domain":               {directory.PeopleFilter{EmailDomains: []string{"acme.example"}}, []string{anna, cy, dee}},
		"part of a domain":     {directory.PeopleFilter{EmailDomains: []string{"example"}}, []string{}},
		"name of one login":    {directory.PeopleFilter{Name: "lukasz"}, []string{bo}},
		"name":                 {directory.PeopleFilter{Name: "weiss"}, []string{anna}},
		"provider":             {directory.PeopleFilter{Providers: []string{"b"}}, []string{anna, dee}},
		"one of two providers": {directory.PeopleFilter{Providers: []string{"b", "c"}}, []string{anna, bo, cy, dee}},
		"two providers":        {directory.PeopleFilter{ProvidersAtLeast: 2}, []string{anna, bo, cy}},
		"three providers":      {directory.PeopleFilter{ProvidersAtLeast: 3}, []string{}},
		"can sign in":          {directory.PeopleFilter{CanSignIn: new(true)}, []string{anna, bo, cy}},
		"cannot sign in":       {directory.PeopleFilter{CanSignIn: new(false)}, []string{dee}},
		"last login before":    {directory.PeopleFilter{LastLoginBefore: day(10)}, []string{anna}},
		"latest login counts":  {directory.PeopleFilter{LastLoginBefore: day(6)}, []string{}},
		"login at that time":   {directory.PeopleFilter{LastLoginBefore: day(9)}, []string{}},
		"never":                {directory.PeopleFilter{NeverLoggedIn: new(true)}, []string{bo, cy, dee}},
		"logged in":            {directory.PeopleFilter{NeverLoggedIn: new(false)}, []string{anna}},
		"license":              {directory.PeopleFilter{Licenses: []model.License{"FULL", "BASIC"}}, []string{anna}},
		"role":                 {directory.PeopleFilter{Roles: []model.MembershipRole{"ADMIN", "OWNER"}}, []string{anna, bo}},
		"role and license":     {directory.PeopleFilter{Roles: []model.MembershipRole{"MEMBER"}, Licenses: []model.License{"NONE"}}, []string{dee}},
		"conflict":             {directory.PeopleFilter{Conflict: new(true)}, []string{bo, cy}},
		"no conflict":          {directory.PeopleFilter{Conflict: new(false)}, []string{anna, dee}},
		"several":              {directory.PeopleFilter{CanSignIn: new(true), Conflict: new(false), Name: "anna"}, []string{anna}},
	} {
		got := walkPeople(t, d, directory.PeopleList{Filter: c.filter}, 2)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestReadPeople_Orders(t *testing.T) {
	d := directoryOf(cast())
	for _, c := range []struct {
		order directory.PeopleOrder
		want  []string
	}{
		{directory.PeopleOrder{Field: model.OrderPeopleByEmail}, []string{anna, bo, cy, dee}},
		{directory.PeopleOrder{Field: model.OrderPeopleByEmail, Descending: true}, []string{dee, cy, bo, anna}},
		{directory.PeopleOrder{Field: model.OrderPeopleByName, Descending: true}, []string{dee, cy, bo, anna}},
		{directory.PeopleOrder{Field: model.OrderPeopleByLastLoginAt, Descending: true}, []string{anna, bo, cy, dee}},
		{directory.PeopleOrder{Field: model.OrderPeopleByLastLoginAt}, []string{anna, bo, cy, dee}},
		{directory.PeopleOrder{Field: model.OrderPeopleByProviders}, []string{dee, anna, bo, cy}},
		{directory.PeopleOrder{Field: model.OrderPeopleByProviders, Descending: true}, []string{anna, bo, cy, dee}},
	} {
		if got := walkPeople(t, d, directory.PeopleList{Order: c.order}, 1); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.order, got, c.want)
		}
	}
}
