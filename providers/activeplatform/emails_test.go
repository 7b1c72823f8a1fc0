package activeplatform_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
)

// readUsers reads a list to its end.
func readUsers(t *testing.T, p *activeplatform.Provider, q providers.Query) (rows []*model.User, errs []error) {
	t.Helper()
	for token := ""; ; {
		page, err := p.Collections().Users.Page(t.Context(), q, token)
		if err != nil {
			t.Fatal(err)
		}
		rows, errs = append(rows, page.Items...), append(errs, page.Errors...)
		if token = page.Next; token == "" {
			return rows, errs
		}
	}
}

func emailsOf(rows []*model.User, n int) []string {
	var emails []string
	for _, u := range rows {
		if u.Email != nil && len(emails) < n {
			emails = append(emails, strings.ToLower(*u.Email))
		}
	}
	return emails
}

// The list of the fake has three pages. A search takes a call for each address, and the
// list three; where its length is not known, one call shows whether it is shorter.
func TestUsers_SearchOrList(t *testing.T) {
	_, source := withFake(t)
	all, _ := readUsers(t, newProvider(t, serve(t, source), token, 0), providers.Query{})
	for _, c := range []struct {
		addresses int
		read      bool // the list has been read before
		calls     int
	}{
		{1, false, 1}, {4, false, 4}, {60, false, 5}, {1, true, 1}, {2, true, 2}, {3, true, 3}, {60, true, 3},
	} {
		p, fake := withFake(t)
		if c.read {
			readUsers(t, p, providers.Query{})
			fake.Control.Reset()
		}
		emails := emailsOf(all, c.addresses)
		rows, errs := readUsers(t, p, filter(providers.Filter{Emails: emails}))
		found := map[string]bool{}
		for _, u := range rows {
			if u.Email != nil {
				found[strings.ToLower(*u.Email)] = true
			}
		}
		for _, email := range emails {
			if !found[email] {
				t.Errorf("%d addresses: one is not found", c.addresses)
			}
		}
		if calls := len(paths(fake)); calls != c.calls || len(errs) > 0 {
			t.Errorf("%d addresses, list read %t: %d calls, want %d; %v", c.addresses, c.read, calls, c.calls, errs)
		}
	}
}

// A list with more pages than addresses is not read while the addresses are found.
func TestUsers_SearchInLongList(t *testing.T) {
	fake := activeplatformfake.New(token)
	fake.Variation.MaxPerPage = 10
	p := newProvider(t, serve(t, fake), token, 0)
	all, _ := readUsers(t, newProvider(t, serve(t, activeplatformfake.New(token)), token, 0), providers.Query{})
	rows, errs := readUsers(t, p, filter(providers.Filter{Emails: emailsOf(all, 8)}))
	if calls := len(paths(fake)); calls != 10 || len(rows) < 8 || len(errs) > 0 {
		t.Errorf("%d rows, %v, %d calls, want 2 for the length and 8 for the addresses", len(rows), errs, calls)
	}
}

// An address whose search fails is an error beside the users of the others.
func TestUsers_SearchFailsForOneAddress(t *testing.T) {
	p, fake := withFake(t)
	all, _ := readUsers(t, p, providers.Query{})
	fake.Control.Add(fakevendor.Fault{Path: "/api/vendor/v1/users", Status: http.StatusForbidden, Body: "{}", Times: 1})
	rows, errs := readUsers(t, p, filter(providers.Filter{Emails: emailsOf(all, 2)}))
	if len(rows) == 0 || len(errs) != 1 || providers.KindOf(errs[0]) != providers.Forbidden {
		t.Errorf("%d rows, %v", len(rows), errs)
	}
}
