package directory_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

func userWithEmail(provider, id, email string) *model.User {
	u := user(provider, id, "")
	if email != "" {
		u.Email = &email
	}
	return u
}

// The users of an address are one person, in the order of the providers, however each
// vendor spells it.
func TestFindPeople_GroupsUsersByAddress(t *testing.T) {
	d := withUsers(
		&fakeCollection[*model.User]{pages: [][]*model.User{{userWithEmail("a", "1", "Zoe\u0308@acme.example"), userWithEmail("a", "2", ""), userWithEmail("a", "3", "other@acme.example")}}},
		&fakeCollection[*model.User]{errs: map[int]error{0: unavailable}},
		&fakeCollection[*model.User]{pages: [][]*model.User{{userWithEmail("c", "4", "anna@acme.example")}, {userWithEmail("c", "5", "ZOË@acme.example")}}},
	)
	people, errs := directory.FindPeople(t.Context(), d, []string{"zoë@acme.example", "anna@acme.example", "nobody@acme.example", ""})
	if len(people) != 2 || !slices.Equal(kinds(errs), []providers.Kind{providers.Unavailable}) {
		t.Fatalf("%d people, %v", len(people), errs)
	}
	for _, person := range people {
		if u := person.UnavailableProviders; len(u) != 1 || u[0].Name != "b" {
			t.Errorf("%s: unavailable providers %v", person.Email, u)
		}
	}
	zoe := people["zoë@acme.example"]
	if zoe == nil || zoe.Email != "zoë@acme.example" || len(zoe.Users) != 2 || zoe.Users[0].ID != "a:User:1" || zoe.Users[1].ID != "c:User:5" {
		t.Errorf("%+v", zoe)
	}
	if anna := people["anna@acme.example"]; anna == nil || len(anna.Users) != 1 {
		t.Errorf("%+v", anna)
	}
}

func TestFindPeople_ManyAddresses(t *testing.T) {
	const many = 3000
	s := &fakeCollection[*model.User]{}
	emails := make([]string, many)
	for n := range many {
		emails[n] = fmt.Sprintf("%d@acme.example", n)
		if n%100 == 0 {
			s.pages = append(s.pages, nil)
		}
		s.pages[n/100] = append(s.pages[n/100], userWithEmail("a", fmt.Sprint(n), emails[n]))
	}
	people, errs := directory.FindPeople(t.Context(), withUsers(s), emails)
	if len(people) != many || errs != nil {
		t.Errorf("%d people, want %d; %v", len(people), many, errs)
	}
}

func TestFindPeople_EmptyAddress(t *testing.T) {
	s := &fakeCollection[*model.User]{pages: [][]*model.User{{userWithEmail("a", "1", "")}}}
	people, errs := directory.FindPeople(t.Context(), withUsers(s), []string{""})
	if len(people) != 0 || errs != nil || s.calls() != 0 {
		t.Errorf("%v, %v, %d calls", people, errs, s.calls())
	}
}

// A vendor may store an address in capitals, with the other form of sigma, and with spaces
// around it.
func TestFindPeople_ComparesNormalizedAddresses(t *testing.T) {
	stored := []string{"ΠΑΥΛΟΣ@example.com", "παυλος@example.com", " Παυλοσ@Example.com\t"}
	s := &fakeCollection[*model.User]{pages: [][]*model.User{{}}}
	for i, email := range stored {
		s.pages[0] = append(s.pages[0], userWithEmail("a", fmt.Sprint(i), email))
	}
	for _, email := range append(stored, "παυλοσ@example.com") {
		normalized := directory.NormalizeEmail(email)
		people, errs := directory.FindPeople(t.Context(), withUsers(s), []string{normalized})
		if person := people[normalized]; person == nil || len(person.Users) != len(stored) || errs != nil {
			t.Errorf("%q: %+v, %v", email, person, errs)
		}
	}
}
