package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// Where a provider cannot be read, nobody is said to be without what it knows.
func TestReadPeople_ProviderFails(t *testing.T) {
	for name, c := range map[string]struct {
		down   string
		filter directory.PeopleFilter
		want   []string
	}{
		"everybody else":          {"c", directory.PeopleFilter{}, []string{"anna@acme.example a1 b1", "bo@globex.example a2", "cy@acme.example a3", "dee@acme.example b4"}},
		"who can sign in":         {"c", directory.PeopleFilter{CanSignIn: new(true)}, []string{"anna@acme.example a1 b1"}},
		"nobody cannot sign in":   {"c", directory.PeopleFilter{CanSignIn: new(false)}, []string{}},
		"no conflict is unknown":  {"c", directory.PeopleFilter{Conflict: new(false)}, []string{}},
		"a login is known":        {"b", directory.PeopleFilter{NeverLoggedIn: new(false)}, []string{"anna@acme.example a1"}},
		"never is unknown":        {"b", directory.PeopleFilter{NeverLoggedIn: new(true)}, []string{}},
		"never, another vendor":   {"c", directory.PeopleFilter{NeverLoggedIn: new(true)}, []string{"bo@globex.example a2", "cy@acme.example a3", "dee@acme.example b4"}},
		"a later login may exist": {"b", directory.PeopleFilter{LastLoginBefore: new(time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC))}, []string{}},
		"providers":               {"c", directory.PeopleFilter{ProvidersAtLeast: 2}, []string{"anna@acme.example a1 b1"}},
		"license":                 {"a", directory.PeopleFilter{Licenses: []model.License{"FULL"}}, []string{"anna@acme.example b1"}},
		"license of the provider": {"b", directory.PeopleFilter{Licenses: []model.License{"FULL"}}, []string{}},
	} {
		ps := map[string]*peopleProvider{}
		ps["a"], ps["b"], ps["c"] = cast()
		ps[c.down].users.errs = map[int]error{0: &providers.Error{Kind: providers.Unavailable, Provider: ps[c.down].connection}}
		d := directoryOf(ps["a"], ps["b"], ps["c"])
		page := directory.ReadPeople(t.Context(), d, directory.PeopleList{Filter: c.filter}, directory.Window{First: 9})
		if got := described(page); !slices.Equal(got, c.want) || page.Complete || page.TotalCount != nil || page.Failed {
			t.Errorf("%s: %q, want %q; complete: %t", name, got, c.want, page.Complete)
		}
		if !slices.Equal(kinds(page.Errors), []providers.Kind{providers.Unavailable}) || len(page.Incomplete) != 1 || page.Incomplete[0].Name != c.down {
			t.Errorf("%s: %v", name, page.Errors)
		}
		for _, e := range page.Edges {
			if u := e.Node.UnavailableProviders; len(u) != 1 || u[0].Name != c.down {
				t.Errorf("%s: unavailable providers %v", name, u)
			}
		}
	}
}

func TestReadPeople_AllProvidersFail(t *testing.T) {
	a, b, c := cast()
	for _, p := range []*peopleProvider{a, b, c} {
		p.users.errs = map[int]error{0: unavailable}
	}
	page := directory.ReadPeople(t.Context(), directoryOf(a, b, c), directory.PeopleList{}, directory.Window{First: 9})
	if !page.Failed || len(page.Errors) != 3 {
		t.Errorf("failed: %t, %v", page.Failed, page.Errors)
	}
}

// A provider that fails stays left out on later pages, and one that fails later is left out
// from there on, without a person twice or a person lost of the others.
func TestReadPeople_ProviderFailsBetweenPages(t *testing.T) {
	ps := map[string]*peopleProvider{}
	ps["a"], ps["b"], ps["c"] = cast()
	d := directoryOf(ps["a"], ps["b"], ps["c"])
	l := directory.PeopleList{}
	first := directory.ReadPeople(t.Context(), d, l, directory.Window{First: 2})
	down := map[int]error{0: &providers.Error{Kind: providers.Unavailable, Provider: ps["c"].connection}}
	ps["c"].users.errs = down
	second := directory.ReadPeople(t.Context(), d, l, directory.Window{First: 1, After: cursorOf(t, l, first)})
	if got := described(second); !slices.Equal(got, []string{"cy@acme.example a3"}) || second.Complete || len(second.Errors) != 1 {
		t.Errorf("%q, complete: %t, %v", got, second.Complete, second.Errors)
	}
	ps["c"].users.errs = nil
	third := directory.ReadPeople(t.Context(), d, l, directory.Window{First: 9, After: cursorOf(t, l, second)})
	if got := described(third); !slices.Equal(got, []string{dee}) || third.Complete || len(third.Errors) != 1 {
		t.Errorf("%q, complete: %t, %v", got, third.Complete, third.Errors)
	}
}

// A list that cannot be found again, since all people before the cursor are of a provider
// that fails, has no rows, but the error.
func TestReadPeople_LostPosition(t *testing.T) {
	a, b := newPeopleProvider("a", model.SoftwareOne), newPeopleProvider("b", model.ActivityInfo)
	for n := range 9 {
		a.add(fmt.Sprint(n), fmt.Sprintf("%d@acme.example", n), nil)
	}
	b.add("z", "z@acme.example", nil)
	d, l := directoryOf(a, b), directory.PeopleList{}
	first := directory.ReadPeople(t.Context(), d, l, directory.Window{First: 6})
	a.users.errs = map[int]error{0: unavailable}
	second := directory.ReadPeople(t.Context(), d, l, directory.Window{First: 6, After: cursorOf(t, l, first)})
	if !second.Failed || len(second.Errors) != 1 || second.Connection != nil && len(second.Edges) > 0 {
		t.Errorf("failed: %t, %q", second.Failed, described(second))
	}
}

// The list continues at the person where it ended, though people before it come and go.
func TestReadPeople_ChangesBetweenPages(t *testing.T) {
	for _, field := range []model.PersonOrderField{"", model.OrderPeopleByName, model.OrderPeopleByProviders} {
		a := newPeopleProvider("a", model.SoftwareOne)
		for n := range 20 {
			a.add(fmt.Sprint(n), fmt.Sprintf("%02d@acme.example", 2*n), func(u *model.User) { u.Name = u.Email })
		}
		d, l := directoryOf(a), directory.PeopleList{Order: directory.PeopleOrder{Field: field}}
		first := directory.ReadPeople(t.Context(), d, l, directory.Window{First: 10})
		rows := a.users.pages[0]
		a.users.pages[0] = slices.Delete(slices.Clone(rows), 8, 10) // the last two of the page
		a.add("new", "01@acme.example", func(u *model.User) { u.Name = u.Email })
		second := directory.ReadPeople(t.Context(), d, l, directory.Window{First: 10, After: cursorOf(t, l, first)})
		got := described(second)
		if len(got) != 10 || got[0] != "20@acme.example a10" || got[9] != "38@acme.example a19" {
			t.Errorf("%s: %q", field, got)
		}
	}
}

// A cursor holds nobody's address.
func TestReadPeople_CursorWithoutAddress(t *testing.T) {
	d, l := directoryOf(cast()), directory.PeopleList{}
	page := directory.ReadPeople(t.Context(), d, l, directory.Window{First: 9})
	for _, e := range page.Edges {
		name, domain, _ := strings.Cut(e.Node.Email, "@")
		if text := fmt.Sprintf("%+v", e.Position); strings.Contains(text, domain) || strings.Contains(text, name) {
			t.Errorf("%s: %s", e.Node.Email, text)
		}
	}
}

// A cursor does not tell whether an address, or a name, was guessed right: many of them have the
// same cursor.
func TestReadPeople_CursorTellsNoGuess(t *testing.T) {
	for _, field := range []model.PersonOrderField{model.OrderPeopleByEmail, model.OrderPeopleByName} {
		l, cursors := directory.PeopleList{Order: directory.PeopleOrder{Field: field}}, map[string]bool{}
		for n := range 600 {
			a := newPeopleProvider("a", model.SoftwareOne)
			a.add("1", fmt.Sprintf("person%d@acme.example", n), func(u *model.User) { u.Name = u.Email })
			page := directory.ReadPeople(t.Context(), directoryOf(a), l, directory.Window{First: 1})
			cursors[*page.PageInfo.EndCursor()] = true
		}
		if len(cursors) > 256 {
			t.Errorf("%s: 600 people have %d cursors", field, len(cursors))
		}
	}
}

// A vendor that hides addresses or statuses makes nobody known who may be another.
func TestReadPeople_HiddenValues(t *testing.T) {
	a, b, _ := cast()
	hidden := a.add("9", "", nil)
	hidden.FieldSet = hidden.FieldSet.Hiding("email")
	page := directory.ReadPeople(t.Context(), directoryOf(a, b), directory.PeopleList{}, directory.Window{First: 9})
	if page.Complete || page.TotalCount != nil || len(page.Edges) != 4 || !slices.Equal(kinds(page.Errors), []providers.Kind{providers.Forbidden}) {
		t.Errorf("hidden address: %q, complete: %t, %v", described(page), page.Complete, page.Errors)
	}
	a, b, _ = cast()
	a.users.pages[0][2].FieldSet = a.users.pages[0][2].FieldSet.Hiding("status")
	for canSignIn, want := range map[bool][]string{true: {anna}, false: {"bo@globex.example a2", dee}} {
		page := directory.ReadPeople(t.Context(), directoryOf(a, b), directory.PeopleList{Filter: directory.PeopleFilter{CanSignIn: &canSignIn}}, directory.Window{First: 9})
		if got := described(page); !slices.Equal(got, want) || page.Complete || page.TotalCount != nil {
			t.Errorf("hidden status, can sign in %t: %q, complete: %t", canSignIn, got, page.Complete)
		}
	}
}

// A hidden login may be one, and a hidden name may be the searched one.
func TestReadPeople_HiddenLoginAndName(t *testing.T) {
	for name, c := range map[string]struct {
		field  string
		filter directory.PeopleFilter
		want   []string
	}{
		"never logged in": {"lastLoginAt", directory.PeopleFilter{NeverLoggedIn: new(true)}, []string{"cy@acme.example a3", dee}},
		"name":            {"name", directory.PeopleFilter{Name: "dee"}, []string{dee}},
		"no conflict":     {"name", directory.PeopleFilter{Conflict: new(false)}, []string{anna, "cy@acme.example a3", dee}},
	} {
		a, b, _ := cast()
		bo := a.users.pages[0][1]
		bo.Name, bo.LastLoginAt, bo.FieldSet = nil, nil, bo.FieldSet.Hiding(c.field)
		page := directory.ReadPeople(t.Context(), directoryOf(a, b), directory.PeopleList{Filter: c.filter}, directory.Window{First: 9})
		if got := described(page); !slices.Equal(got, c.want) || page.Complete || page.TotalCount != nil || len(page.Errors) != 0 {
			t.Errorf("%s: %q, want %q; complete: %t, %v", name, got, c.want, page.Complete, page.Errors)
		}
	}
}

// A list that cannot be read to its end tells of nobody: another part of it would be read
// the next time.
func TestReadPeople_ListCutShort(t *testing.T) {
	a, b, _ := cast()
	b.users.pages = append(b.users.pages, nil)
	b.users.errs = map[int]error{1: &providers.Error{Kind: providers.BudgetExceeded, Provider: b.connection}}
	page := directory.ReadPeople(t.Context(), directoryOf(a, b), directory.PeopleList{}, directory.Window{First: 9})
	if got := described(page); len(got) != 3 || got[0] != "anna@acme.example a1" || page.Complete || !slices.Equal(kinds(page.Errors), []providers.Kind{providers.BudgetExceeded}) {
		t.Errorf("%q, complete: %t, %v", got, page.Complete, page.Errors)
	}
}

// So does one of which the vendor says that it ends too early.
func TestReadPeople_ListEndsEarly(t *testing.T) {
	a, b, _ := cast()
	b.users.gaps = map[int][]error{0: {&providers.Error{Kind: providers.Incomplete, Provider: b.connection}}}
	page := directory.ReadPeople(t.Context(), directoryOf(a, b), directory.PeopleList{}, directory.Window{First: 9})
	if got := described(page); len(got) != 3 || got[0] != "anna@acme.example a1" || page.Complete || !slices.Equal(kinds(page.Errors), []providers.Kind{providers.Incomplete}) {
		t.Errorf("%q, complete: %t, %v", got, page.Complete, page.Errors)
	}
}

// Memberships that could not be read make nobody known to have no license.
func TestReadPeople_MembershipsFail(t *testing.T) {
	a, b, c := cast()
	b.memberships.errs = map[int]error{0: &providers.Error{Kind: providers.Unavailable, Provider: b.connection}}
	for name, filter := range map[string]directory.PeopleFilter{
		"license": {Licenses: []model.License{"FULL"}}, "role": {Roles: []model.MembershipRole{"OWNER"}},
	} {
		page := directory.ReadPeople(t.Context(), directoryOf(a, b, c), directory.PeopleList{Filter: filter}, directory.Window{First: 9})
		if len(page.Edges) != 0 || page.Complete || page.TotalCount != nil || len(page.Errors) != 1 {
			t.Errorf("%s: %q, complete: %t, %v", name, described(page), page.Complete, page.Errors)
		}
	}
	page := directory.ReadPeople(t.Context(), directoryOf(a, b, c), directory.PeopleList{Filter: directory.PeopleFilter{CanSignIn: new(true)}}, directory.Window{First: 9})
	if len(page.Edges) != 3 || !page.Complete {
		t.Errorf("memberships are not needed: %q, %v", described(page), page.Errors)
	}
}

func TestReadPeople_UnknownProvider(t *testing.T) {
	page := directory.ReadPeople(t.Context(), directoryOf(cast()), directory.PeopleList{Filter: directory.PeopleFilter{Providers: []string{"z"}}}, directory.Window{First: 9})
	if !slices.Equal(kinds(page.Errors), []providers.Kind{providers.InvalidArgument}) {
		t.Errorf("%v", page.Errors)
	}
}
