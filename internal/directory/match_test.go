package directory_test

import (
	"slices"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// Every row is matched against the whole filter, even where the vendor has not applied
// it. A null value does not match.
func TestRead_FiltersUsers(t *testing.T) {
	text := func(s string) *string { return &s }
	at := func(day int) *time.Time { t := time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC); return &t }
	anna := user("a", "anna", "Anna Weiß")
	anna.Email, anna.Status, anna.CreatedAt, anna.UpdatedAt = text("ANNA@acme.example"), model.UserActive, at(2), at(4)
	zoe := user("a", "zoe", "Zoe\u0308 Ivanov")
	zoe.Email, zoe.Status, zoe.CreatedAt = text("zoë@acme.example"), model.UserOther, at(3)
	unnamed := user("a", "unnamed", "")
	anna.LastLoginAt = at(5)
	d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{{anna, zoe, unnamed}}})
	for name, c := range map[string]struct {
		filter providers.Filter
		want   []string
	}{
		"empty":              {providers.Filter{}, []string{"a:anna", "a:zoe", "a:unnamed"}},
		"address":            {providers.Filter{Emails: []string{"anna@acme.example", "x"}}, []string{"a:anna"}},
		"address, composed":  {providers.Filter{Emails: []string{"zoë@acme.example"}}, []string{"a:zoe"}},
		"partial address":    {providers.Filter{Emails: []string{"anna"}}, []string{}},
		"empty address":      {providers.Filter{Emails: []string{""}}, []string{}},
		"name":               {providers.Filter{Name: "WEISS"}, []string{"a:anna"}},
		"name, composed":     {providers.Filter{Name: "zoë i"}, []string{"a:zoe"}},
		"name of two":        {providers.Filter{Name: "N"}, []string{"a:anna", "a:zoe"}},
		"status":             {providers.Filter{Status: []string{"ACTIVE", "BLOCKED"}}, []string{"a:anna"}},
		"status OTHER":       {providers.Filter{Status: []string{"OTHER"}}, []string{"a:zoe"}},
		"created after":      {providers.Filter{CreatedAfter: at(2)}, []string{"a:zoe"}},
		"created before":     {providers.Filter{CreatedBefore: at(3)}, []string{"a:anna"}},
		"created between":    {providers.Filter{CreatedAfter: at(1), CreatedBefore: at(4)}, []string{"a:anna", "a:zoe"}},
		"updated after":      {providers.Filter{UpdatedAfter: at(1)}, []string{"a:anna"}},
		"updated before":     {providers.Filter{UpdatedBefore: at(28)}, []string{"a:anna"}},
		"domain":             {providers.Filter{EmailDomains: []string{"acme.example"}}, []string{"a:anna", "a:zoe"}},
		"part of a domain":   {providers.Filter{EmailDomains: []string{"example"}}, []string{}},
		"empty domain":       {providers.Filter{EmailDomains: []string{""}}, []string{}},
		"has an address":     {providers.Filter{HasEmail: new(true)}, []string{"a:anna", "a:zoe"}},
		"has no address":     {providers.Filter{HasEmail: new(false)}, []string{"a:unnamed"}},
		"login after":        {providers.Filter{LastLoginAfter: at(4)}, []string{"a:anna"}},
		"login before":       {providers.Filter{LastLoginBefore: at(6)}, []string{"a:anna"}},
		"login at that time": {providers.Filter{LastLoginAfter: at(5)}, []string{}},
		"never logged in":    {providers.Filter{NeverLoggedIn: new(true)}, []string{"a:zoe", "a:unnamed"}},
		"logged in":          {providers.Filter{NeverLoggedIn: new(false)}, []string{"a:anna"}},
		"several conditions": {providers.Filter{Name: "anna", Status: []string{"OTHER"}}, []string{}},
	} {
		page := read(t, d, directory.List{Query: providers.Query{Filter: c.filter}}, directory.Window{First: 9})
		if got := ids(page); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Accents of Latin, Greek and Cyrillic letters do not count in names, nor do the strokes of
// letters that Unicode does not take apart. Other scripts are compared as they are.
func TestRead_FiltersNamesWithoutAccents(t *testing.T) {
	for name, parts := range map[string]map[string]bool{
		"Łukasz Żółć":       {"lukasz zolc": true, "ŁUKASZ ŻÓŁĆ": true, "Lukasz Z\u0307o\u0301łc": true, "lucasz": false},
		"Søren Østergård":   {"soren ostergard": true, "sören": true},
		"Weiß":              {"weiss": true, "WEISS": true, "weis": true, "WEIẞ": true},
		"Ægir Œuvre":        {"aegir oeuvre": true, "ægir": true},
		"İbrahim Işık Ayşe": {"ibrahim isik ayse": true, "IŞIK": true},
		"Đặng Nguyễn":       {"dang nguyen": true},
		"Ωμέγα Άννα":        {"ωμεγα αννα": true, "ΩΜΈΓΑ": true},
		"Ёлка":              {"елка": true},
		"Þór Guðrún":        {"thor gudrun": true},
		"がぎ":                {"か": false, "が": true},
		"각":                 {"가": false, "각": true},
		"किताब":             {"कताब": false, "किता": true},
	} {
		named := user("a", "1", name)
		d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{{named}}})
		for part, want := range parts {
			l := directory.List{Query: providers.Query{Filter: providers.Filter{Name: part}}}
			if got := len(read(t, d, l, directory.Window{First: 9}).Edges) == 1; got != want {
				t.Errorf("%q in %q: %t, want %t", part, name, got, want)
			}
		}
	}
}

// Whether a user has never logged in is not known where the vendor does not tell logins,
// or hides this one: neither condition matches, and the provider is not called where no
// user can match.
func TestRead_FiltersUnknownLogins(t *testing.T) {
	for name, c := range map[string]struct {
		vendor model.Vendor
		fields *model.FieldSet
		calls  int
		never  int
		// complete is whether it is known which users match.
		complete bool
	}{
		"known":      {model.SoftwareOne, nil, 1, 1, true},
		"hidden":     {model.SoftwareOne, (*model.FieldSet)(nil).Hiding("lastLoginAt"), 1, 0, false},
		"not loaded": {model.SoftwareOne, model.AllExcept("lastLoginAt"), 1, 0, true},
		"no logins":  {model.BlendVision, nil, 0, 0, true},
	} {
		in := &model.Provider{Name: "a", Vendor: c.vendor}
		u := &model.User{Entity: model.NewEntity(in, model.TypeUser, "1").WithFieldSet(c.fields)}
		m := &model.Membership{Entity: model.NewEntity(in, model.TypeMembership, "1/1"), User: u}
		users := &fakeCollection[*model.User]{pages: [][]*model.User{{u}}}
		members := &fakeCollection[*model.Membership]{pages: [][]*model.Membership{{m}}}
		d := directory.New(fakeProvider{in, providers.Collections{Users: users, Memberships: members}})
		for never, want := range map[bool]int{true: c.never, false: 0} {
			users.tokens = nil
			l := directory.List{Query: providers.Query{Filter: providers.Filter{NeverLoggedIn: &never}}}
			page := read(t, d, l, directory.Window{First: 9, Total: true})
			if len(page.Edges) != want || len(users.tokens) != c.calls || page.Complete != c.complete || (page.TotalCount != nil) != c.complete {
				t.Errorf("%s, neverLoggedIn %t: %d users, %d calls, total %v", name, never, len(page.Edges), len(users.tokens), page.TotalCount)
			}
			sel := func(c providers.Collections) providers.Collection[*model.Membership] { return c.Memberships }
			members := directory.Read(t.Context(), d, sel, l, directory.Window{First: 9})
			if got := len(members.Edges); got != want || members.Complete != c.complete {
				t.Errorf("%s, neverLoggedIn %t: %d memberships, complete: %t", name, never, got, members.Complete)
			}
		}
	}
}

// Memberships are filtered and ordered by their users. A user whom a row holds in part is
// read from the provider's users.
func TestRead_MembershipsByUser(t *testing.T) {
	short := user("a", "2", "")
	short.FieldSet = model.OnlyFields("name")
	full := user("a", "2", "")
	full.Email = new("anna@acme.example")
	first := user("a", "1", "zoë")
	first.Email = new("Zoe@acme.example")
	broken := user("a", "broken", "")
	broken.FieldSet = model.OnlyFields("name")
	row := func(id string, u *model.User) *model.Membership {
		return &model.Membership{Entity: model.NewEntity(connection("a"), model.TypeMembership, id), User: u, Status: model.UserActive}
	}
	members := &fakeCollection[*model.Membership]{pages: [][]*model.Membership{{row("t/1", first), row("t/2", short), row("t/broken", broken)}}}
	users := &fakeCollection[*model.User]{pages: [][]*model.User{{first, full}}}
	d := directory.New(fakeProvider{connection("a"), providers.Collections{Memberships: members, Users: users}})
	sel := func(c providers.Collections) providers.Collection[*model.Membership] { return c.Memberships }
	for name, c := range map[string]struct {
		query providers.Query
		want  []string
		errs  int
	}{
		"by address":        {providers.Query{Order: providers.Order{Field: model.OrderByEmail}}, []string{"a:t/2", "a:t/1"}, 1},
		"by address, last":  {providers.Query{Order: providers.Order{Field: model.OrderByEmail, Descending: true}}, []string{"a:t/1", "a:t/2"}, 1},
		"address":           {providers.Query{Filter: providers.Filter{Emails: []string{"anna@acme.example"}}}, []string{"a:t/2"}, 1},
		"name":              {providers.Query{Filter: providers.Filter{Name: "zoe"}}, []string{"a:t/1"}, 0},
		"status of the row": {providers.Query{Filter: providers.Filter{Status: []string{"ACTIVE"}, Name: "zoe"}}, []string{"a:t/1"}, 0},
	} {
		page := directory.Read(t.Context(), d, sel, directory.List{Query: c.query}, directory.Window{First: 9})
		if got := ids(page); !slices.Equal(got, c.want) || len(page.Errors) != c.errs || page.Complete != (c.errs == 0) {
			t.Errorf("%s: %q, want %q; errors %v", name, got, c.want, page.Errors)
		}
	}
}

func TestRead_FiltersMemberships(t *testing.T) {
	basic := model.LicenseBasic
	owner := &model.Membership{Entity: model.NewEntity(connection("a"), model.TypeMembership, "1/1"), Role: model.RoleOwner, Status: model.UserActive, License: &basic}
	member := &model.Membership{Entity: model.NewEntity(connection("a"), model.TypeMembership, "1/2"), Role: model.RoleMember, Status: model.UserInvited}
	s := &fakeCollection[*model.Membership]{pages: [][]*model.Membership{{owner, member}}}
	d := directory.New(fakeProvider{connection("a"), providers.Collections{Memberships: s}})
	sel := func(c providers.Collections) providers.Collection[*model.Membership] { return c.Memberships }
	for name, c := range map[string]struct {
		filter providers.Filter
		want   []string
	}{
		"role":    {providers.Filter{Roles: []model.MembershipRole{model.RoleOwner}}, []string{"a:1/1"}},
		"license": {providers.Filter{Licenses: []model.License{model.LicenseBasic, model.LicenseFull}}, []string{"a:1/1"}},
		"NONE":    {providers.Filter{Licenses: []model.License{model.LicenseNone}}, []string{}},
		"status":  {providers.Filter{Status: []string{"INVITED"}}, []string{"a:1/2"}},
	} {
		l := directory.List{Query: providers.Query{Filter: c.filter}}
		if got := ids(directory.Read(t.Context(), d, sel, l, directory.Window{First: 9})); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Names and addresses are compared without regard to case.
func TestRead_OrderFields(t *testing.T) {
	at := func(day int) *time.Time { t := time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC); return &t }
	one, two := user("a", "1", "b"), user("a", "2", "A")
	x, y := "B@acme.example", "a@acme.example"
	one.Email, one.Status, one.CreatedAt, one.UpdatedAt, one.LastLoginAt = &x, "OTHER", at(3), at(4), at(5)
	two.Email, two.Status, two.CreatedAt, two.UpdatedAt, two.LastLoginAt = &y, "ACTIVE", at(2), at(3), at(4)
	empty := user("a", "3", "")
	d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{{one, empty, two}}})
	for _, field := range []model.UserOrderField{
		model.OrderByName, model.OrderByEmail, model.OrderByCreatedAt, model.OrderByUpdatedAt, model.OrderByLastLoginAt,
	} {
		for descending, want := range map[bool][]string{false: {"a:2", "a:1", "a:3"}, true: {"a:1", "a:2", "a:3"}} {
			l := directory.List{Query: providers.Query{Order: providers.Order{Field: field, Descending: descending}}}
			if got := ids(read(t, d, l, directory.Window{First: 9})); !slices.Equal(got, want) {
				t.Errorf("%s, descending %t: %q, want %q", field, descending, got, want)
			}
		}
	}
	l := directory.List{Query: providers.Query{Order: providers.Order{Field: model.OrderByStatus, Descending: true}}}
	if got := ids(read(t, d, l, directory.Window{First: 9})); !slices.Equal(got, []string{"a:1", "a:2", "a:3"}) {
		t.Errorf("STATUS: %q", got)
	}
}
