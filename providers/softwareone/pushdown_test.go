package softwareone_test

import (
	"slices"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// A push-down that the platform rejects is not tried again for an hour. The list is read
// without it.
func TestCollection_StopsRejectedPushDowns(t *testing.T) {
	login := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	for name, q := range map[string]providers.Query{
		"order by creation": ordered(model.OrderByCreatedAt, true),
		"order by update":   ordered(model.OrderByUpdatedAt, false),
		"order by login":    ordered(model.OrderByLastLoginAt, true),
		"creation":          filtered(providers.Filter{CreatedAfter: &login}),
		"update":            filtered(providers.Filter{UpdatedBefore: &login}),
		"login":             filtered(providers.Filter{LastLoginAfter: &login}),
		"never logged in":   filtered(providers.Filter{NeverLoggedIn: new(true)}),
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			p, s := connectFakeAt(t, "", func() time.Time { return now })
			s.fake.RejectOrders, s.fake.RejectRanges = true, true
			users := p.Uncached().Users.(providers.IndexedCollection[*model.User])
			for round, want := range []int{2, 1, 1, 2, 1} {
				if round == 3 {
					now = now.Add(time.Hour)
				}
				s.fake.Control.Reset()
				page, err := users.Page(t.Context(), q, "")
				if err != nil || len(page.Items) != 100 || page.Sorted || page.Count != nil || q.Filter.NeedsLogins() && page.Total != nil {
					t.Fatalf("round %d: %+v, %v", round, page, err)
				}
				if calls := s.fake.Control.Calls(); len(calls) != want {
					t.Errorf("round %d: %d calls, want %d", round, len(calls), want)
				}
				if users.SupportsOrder(q) && users.SupportsFilter(q) {
					t.Errorf("round %d: the query is supported", round)
				}
			}
			if _, err := p.Collections().Accounts.Page(t.Context(), ordered(model.OrderByUpdatedAt, false), ""); err != nil {
				t.Error(err)
			}
		})
	}
}

// A list continues as it began, whether or not the platform has rejected a push-down since.
func TestCollection_ContinuesWithItsPushDowns(t *testing.T) {
	created := time.Date(2016, 6, 1, 0, 0, 0, 0, time.UTC)
	q := filtered(providers.Filter{CreatedAfter: &created})
	read := func(users providers.Collection[*model.User], token string) (ids []string, next string) {
		page, err := users.Page(t.Context(), q, token)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Items {
			ids = append(ids, u.VendorID)
		}
		return ids, page.Next
	}
	pushed, _ := connectFake(t, "")
	plain, s := connectFake(t, "")
	s.fake.RejectRanges = true
	_, next := read(pushed.Users, "")
	_, plainNext := read(plain.Users, "")
	if next != "100" || plainNext != "c100" {
		t.Fatalf("tokens %q and %q", next, plainNext)
	}
	want, _ := read(pushed.Users, next)
	all, _ := read(plain.Users, plainNext)
	if got, _ := read(pushed.Users, plainNext); !slices.Equal(got, all) {
		t.Error("a list that began without the push-down continues with it")
	}
	if _, err := plain.Users.Page(t.Context(), q, next); providers.KindOf(err) != providers.BadResponse {
		t.Errorf("a list that began with the push-down continues without it: %v", err)
	}
	if slices.Equal(want, all) {
		t.Error("the lists do not differ")
	}
	for _, token := range []string{"u100", "cc100", "100c", "c"} {
		if _, err := pushed.Users.Page(t.Context(), q, token); providers.KindOf(err) != providers.InvalidArgument {
			t.Errorf("%q: %v", token, err)
		}
	}
}

// If the audit of a user has a login that lastLoginAt lacks, the platform cannot sort by it.
func TestCollection_DoesNotOrderByIncompleteLogins(t *testing.T) {
	c, p := connect(t, rowsOf(`{"id":"USR-1","audit":{"login":{"at":"2026-02-02T10:00:00Z"}}}`))
	for round, want := range []int{2, 3} {
		page, err := c.Users.Page(t.Context(), ordered(model.OrderByLastLoginAt, false), "")
		if err != nil || page.Sorted || len(page.Items) != 1 || page.Items[0].LastLoginAt == nil {
			t.Errorf("round %d: %+v, %v", round, page, err)
		}
		if requests := p.requests(); len(requests) != want {
			t.Errorf("round %d: %q", round, requests)
		}
	}
}
