package loaders_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers"
)

var acme = &model.Provider{Name: "acme"}

// fakeProvider has count memberships of every user, in pages of sixty. If fails is set,
// every page but the first fails.
type fakeProvider struct {
	providers.Provider
	providers.Collection[*model.Membership]
	count int
	fails bool
}

func (p fakeProvider) Connection() *model.Provider { return acme }
func (p fakeProvider) Collections() providers.Collections {
	return providers.Collections{Memberships: p}
}

func (p fakeProvider) SupportsParents(string) bool { return false }

func (p fakeProvider) Page(_ context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	row := 0
	if token != "" {
		row, _ = strconv.Atoi(token)
	}
	if p.fails && row > 0 {
		return nil, &providers.Error{Kind: providers.Unavailable, Provider: acme}
	}
	page := &providers.Page[*model.Membership]{}
	for ; row < p.count && len(page.Items) < 60; row++ {
		page.Items = append(page.Items, &model.Membership{Entity: model.NewEntity(acme, model.TypeMembership, fmt.Sprintf("%d/%s", row, q.Parent.IDs[0]))})
	}
	if row < p.count {
		page.Next = strconv.Itoa(row)
	}
	return page, nil
}

func personWith(ids ...string) *model.Person {
	p := &model.Person{Email: "somebody@acme.example"}
	for _, id := range ids {
		p.Users = append(p.Users, &model.User{Entity: model.NewEntity(acme, model.TypeUser, id)})
	}
	return p
}

// The memberships are those of all users, user by user, and paging returns each once.
func TestMembershipsOf_ReadsAllPages(t *testing.T) {
	const each = 230
	s, person := loaders.New(directory.New(fakeProvider{count: each})), personWith("x", "y")
	var want []string
	for _, user := range []string{"x", "y"} {
		for n := range each {
			want = append(want, fmt.Sprintf("%d/%s", n, user))
		}
	}
	var got []string
	size := 70
	for window := (loaders.Paging{First: &size, Total: true}); ; {
		listing, err := s.MembershipsOf(t.Context(), person, window)
		if err != nil || listing.Errors != nil || !listing.Complete || *listing.TotalCount != 2*each {
			t.Fatalf("%v, %v, total %v", err, listing.Errors, listing.TotalCount)
		}
		for _, m := range listing.Nodes() {
			got = append(got, m.VendorID)
		}
		if !listing.PageInfo.HasNextPage {
			break
		}
		window.After = listing.PageInfo.EndCursor()
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d memberships, want %d", len(got), len(want))
	}
}

// A failed page costs the remaining memberships of that user only.
func TestMembershipsOf_LaterPageFails(t *testing.T) {
	s := loaders.New(directory.New(fakeProvider{count: 230, fails: true}))
	listing, err := s.MembershipsOf(t.Context(), personWith("x", "y"), loaders.Paging{})
	if err != nil || len(listing.Errors) != 2 || providers.KindOf(listing.Errors[0]) != providers.Unavailable {
		t.Fatalf("%v, %v", err, listing.Errors)
	}
	last := listing.Edges[len(listing.Edges)-1].Node.VendorID
	if len(listing.Edges) != 50 || last != "49/x" || !listing.PageInfo.HasNextPage || listing.TotalCount != nil || listing.Complete {
		t.Errorf("%d memberships, the last %s, total %v", len(listing.Edges), last, listing.TotalCount)
	}
}

// A person whose users may be missing may lack their memberships.
func TestMembershipsOf_UnavailableProvider(t *testing.T) {
	person := personWith("x")
	person.UnavailableProviders = []*model.Provider{{Name: "gone"}}
	listing, err := loaders.New(directory.New(fakeProvider{count: 3})).MembershipsOf(t.Context(), person, loaders.Paging{})
	if err != nil || listing.Complete || listing.TotalCount != nil || listing.Errors != nil || len(listing.Edges) != 3 {
		t.Errorf("%+v, %v, %v", listing.Connection, listing.Errors, err)
	}
}

// A cursor is the same whatever the address: who may not read the address must not be able to
// compare it with guesses.
func TestMembershipsOf_CursorsHoldNoAddress(t *testing.T) {
	s, size := loaders.New(directory.New(fakeProvider{count: 3})), 1
	cursor := func(email string, ids ...string) string {
		t.Helper()
		person := personWith(ids...)
		person.Email = email
		listing, err := s.MembershipsOf(t.Context(), person, loaders.Paging{First: &size})
		if err != nil {
			t.Fatal(err)
		}
		return *listing.PageInfo.EndCursor()
	}
	first := cursor("ada@example.com", "x")
	if first != cursor("bob@example.com", "x") {
		t.Error("the cursor depends on the address")
	}
	if first == cursor("ada@example.com", "y") || first == cursor("ada@example.com", "x", "y") {
		t.Error("the lists of two persons have the same cursor")
	}
}

// searched counts the searches for users.
type searched struct {
	providers.Provider
	providers.Collection[*model.User]
	pages *atomic.Int32
}

func (s searched) Connection() *model.Provider        { return acme }
func (s searched) Collections() providers.Collections { return providers.Collections{Users: s} }
func (s searched) SupportsParents(string) bool        { return false }
func (s searched) Page(context.Context, providers.Query, string) (*providers.Page[*model.User], error) {
	s.pages.Add(1)
	return &providers.Page[*model.User]{}, nil
}

// A text that is longer than any address is sent to no vendor.
func TestPeople_LongAddress(t *testing.T) {
	s := searched{pages: new(atomic.Int32)}
	long, longest := strings.Repeat("x", 1025), strings.Repeat("x", 1024)
	people, errs := loaders.New(directory.New(s)).People(t.Context(), []string{long})
	if people[0] != nil || errs[0] != nil || s.pages.Load() != 0 {
		t.Errorf("%v, %v, %d searches", people, errs, s.pages.Load())
	}
	people, errs = loaders.New(directory.New(s)).People(t.Context(), []string{long, longest})
	if len(people) != 2 || errs[1] != nil || s.pages.Load() != 1 {
		t.Errorf("%v, %v, %d searches; want 1", people, errs, s.pages.Load())
	}
}
