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
		"several conditions": {providers.Filter{Name: "anna", Status: []string{"OTHER"}}, []string{}},
	} {
		page := read(t, d, directory.List{Query: providers.Query{Filter: c.filter}}, directory.Window{First: 9})
		if got := ids(page); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
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
