package loaders_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers"
)

var acme = &model.Provider{Name: "acme"}

// places is a vendor that knows nothing but so many memberships of every user, in
// pages of sixty.
type places struct {
	providers.Provider
	providers.Collection[*model.Membership]
	count int
	fails bool
}

func (p places) Connection() *model.Provider        { return acme }
func (p places) Collections() providers.Collections { return providers.Collections{Memberships: p} }
func (p places) SupportsParents(string) bool        { return false }
func (p places) SupportsOrder(providers.Query) bool { return true }

func (p places) Page(_ context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	at := 0
	if token != "" {
		at, _ = strconv.Atoi(token) // as it was given
	}
	if p.fails && at > 0 {
		return nil, &providers.Error{Kind: providers.Unavailable, Provider: acme}
	}
	page := &providers.Page[*model.Membership]{}
	for ; at < p.count && len(page.Items) < 60; at++ {
		page.Items = append(page.Items, &model.Membership{Entity: model.NewEntity(acme, model.TypeMembership, fmt.Sprintf("%d/%s", at, q.Parent.IDs[0]))})
	}
	if at < p.count {
		page.Next = strconv.Itoa(at)
	}
	return page, nil
}

func somebody(ids ...string) *model.Person {
	p := &model.Person{Email: "somebody@acme.example"}
	for _, id := range ids {
		p.Users = append(p.Users, &model.User{Entity: model.NewEntity(acme, model.TypeUser, id)})
	}
	return p
}

// However many tenants a login has, all of them are the person's, user by user,
// and paging through them finds each once.
func TestMembershipsOfPerson(t *testing.T) {
	const each = 230
	set, person := loaders.New(directory.New(places{count: each})), somebody("x", "y")
	var want []string
	for _, user := range []string{"x", "y"} {
		for n := range each {
			want = append(want, fmt.Sprintf("%d/%s", n, user))
		}
	}
	var got []string
	size := 70
	for window := (loaders.Paging{First: &size, Total: true}); ; {
		listing, err := set.MembershipsOf(t.Context(), person, window)
		if err != nil || listing.Errors != nil || *listing.TotalCount != 2*each {
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

// A list that fails half way costs the rest of one login's tenants.
func TestMembershipsOfPersonInPart(t *testing.T) {
	set := loaders.New(directory.New(places{count: 230, fails: true}))
	listing, err := set.MembershipsOf(t.Context(), somebody("x", "y"), loaders.Paging{})
	if err != nil || len(listing.Errors) != 2 || providers.KindOf(listing.Errors[0]) != providers.Unavailable {
		t.Fatalf("%v, %v", err, listing.Errors)
	}
	last := listing.Edges[len(listing.Edges)-1].Node.VendorID
	if len(listing.Edges) != 50 || last != "49/x" || !listing.PageInfo.HasNextPage || listing.TotalCount != nil {
		t.Errorf("%d memberships, the last %s, total %v", len(listing.Edges), last, listing.TotalCount)
	}
}
