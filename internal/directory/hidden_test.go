package directory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// hidingUser returns a user of provider a whose status and e-mail address are hidden.
func hidingUser(vendorID, name string) *model.User {
	u := user("a", vendorID, name)
	u.Entity = u.WithFieldSet(u.FieldSet.Hiding("status", "email"))
	u.Status, u.Email = "", nil
	return u
}

// A row whose compared value is hidden is left out of a list that is incomplete, unless
// another condition shows that it does not match.
func TestRead_HiddenValues(t *testing.T) {
	known := user("a", "known", "Anna")
	known.Status = model.UserActive
	d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{{hidingUser("hiding", "Zoe"), known}}, totals: true})
	for name, c := range map[string]struct {
		query    providers.Query
		want     []string
		complete bool
	}{
		"no condition":      {providers.Query{}, []string{"a:hiding", "a:known"}, true},
		"filter":            {providers.Query{Filter: providers.Filter{Status: []string{"ACTIVE", "OTHER"}}}, []string{"a:known"}, false},
		"order":             {providers.Query{Order: providers.Order{Field: model.OrderByStatus}}, []string{"a:known"}, false},
		"another condition": {providers.Query{Filter: providers.Filter{Name: "anna"}, Order: providers.Order{Field: model.OrderByEmail}}, []string{"a:known"}, true},
		"another value":     {providers.Query{Order: providers.Order{Field: model.OrderByName}}, []string{"a:known", "a:hiding"}, true},
	} {
		listing := directory.Read(t.Context(), d, users, directory.List{Query: c.query}, directory.Window{First: 9, Total: true})
		if got := ids(listing); !slices.Equal(got, c.want) || listing.Complete != c.complete || (listing.TotalCount == nil) == c.complete || len(listing.Errors) > 0 {
			t.Errorf("%s: %q, complete: %t, %v", name, got, listing.Complete, listing.Errors)
		}
	}
}

// Rows that were left out count as rows of the vendor's list: a list that is resumed
// behind them does not end short of its total.
func TestRead_ResumesBehindHiddenValues(t *testing.T) {
	c := &fakeCollection[*model.User]{totals: true, pages: [][]*model.User{{hidingUser("0", "a"), user("a", "1", "b")}, {user("a", "2", "c"), user("a", "3", "d")}}}
	d := withUsers(c)
	l := directory.List{Query: providers.Query{Filter: providers.Filter{Status: []string{""}}}}
	first := directory.Read(t.Context(), d, users, l, directory.Window{First: 1, Total: true})
	rest := directory.Read(t.Context(), d, users, l, directory.Window{First: 9, Total: true, After: &first.Edges[0].Position})
	if got := append(ids(first), ids(rest)...); !slices.Equal(got, []string{"a:1", "a:2", "a:3"}) {
		t.Errorf("%q", got)
	}
	if first.Complete || rest.Complete || rest.TotalCount != nil || len(first.Errors)+len(rest.Errors) > 0 {
		t.Errorf("complete: %t, %t; errors %v, %v", first.Complete, rest.Complete, first.Errors, rest.Errors)
	}
}

// A row whose compared value is invalid is left out as one whose value is hidden, with an
// error.
func TestRead_InvalidValues(t *testing.T) {
	invalid, known := user("a", "invalid", "Zoe"), user("a", "known", "Anna")
	invalid.Entity = invalid.WithFieldSet(invalid.FieldSet.WithInvalid("lastLoginAt", "createdAt", "audit"))
	never, before := true, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		query providers.Query
		want  []string
		field string
	}{
		"no condition":      {providers.Query{}, []string{"a:invalid", "a:known"}, ""},
		"never logged in":   {providers.Query{Filter: providers.Filter{NeverLoggedIn: &never}}, []string{"a:known"}, "User.lastLoginAt"},
		"created before":    {providers.Query{Filter: providers.Filter{CreatedBefore: &before}}, nil, "User.createdAt"},
		"updated before":    {providers.Query{Filter: providers.Filter{UpdatedBefore: &before}}, nil, ""},
		"order":             {providers.Query{Order: providers.Order{Field: model.OrderByLastLoginAt}}, []string{"a:known"}, "User.lastLoginAt"},
		"another condition": {providers.Query{Filter: providers.Filter{NeverLoggedIn: &never, Name: "anna"}}, []string{"a:known"}, ""},
	} {
		d := withUsers(&fakeCollection[*model.User]{pages: [][]*model.User{{invalid, known}}, totals: true})
		listing := directory.Read(t.Context(), d, users, directory.List{Query: c.query}, directory.Window{First: 9, Total: true})
		complete := c.field == ""
		if got := ids(listing); !slices.Equal(got, c.want) || listing.Complete != complete || (listing.TotalCount == nil) == complete {
			t.Errorf("%s: %q, complete: %t, total %v", name, got, listing.Complete, listing.TotalCount)
		}
		if complete && len(listing.Errors) == 0 {
			continue
		}
		if len(listing.Errors) != 1 || providers.KindOf(listing.Errors[0]) != providers.BadResponse || !strings.Contains(listing.Errors[0].Error(), c.field+" is invalid") {
			t.Errorf("%s: %v", name, listing.Errors)
		}
	}
}
