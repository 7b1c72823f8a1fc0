package activityinfo_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

// withVariation returns a provider of a varied fake.
func withVariation(t *testing.T, v activityinfofake.Variation, billing ...string) providers.Provider {
	t.Helper()
	fake := activityinfofake.New(token)
	fake.Variation = v
	p, _ := connect(t, fake, billing...)
	return p
}

// A provider conforms whatever the server refuses.
func TestVariations_Conformance(t *testing.T) {
	for name, v := range map[string]activityinfofake.Variation{
		"odd values":                 {OddValues: true},
		"discovered account refused": {Accounts: map[string]int{activityinfofake.SuspendedAccount: http.StatusForbidden}},
		"discovered list refused":    {Users: map[string]int{activityinfofake.ClosedAccount: http.StatusForbidden}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			subject := conformanceSubject()
			subject.Serve = func(t *testing.T) (string, *fakevendor.Control) {
				fake := activityinfofake.New(token)
				fake.Variation = v
				return serve(t, fake), &fake.Control
			}
			providertest.Run(t, subject)
		})
	}
}

// A configured account that the vendor does not have is an error when it is read alone.
func TestAccounts_ConfiguredIsMissing(t *testing.T) {
	missing := map[string]int{activityinfofake.FirstAccount: http.StatusNotFound, activityinfofake.SuspendedAccount: http.StatusNotFound}
	p := withVariation(t, activityinfofake.Variation{Accounts: missing}, activityinfofake.FirstAccount)
	result := p.Collections().Accounts.Get(t.Context(), []string{activityinfofake.FirstAccount, activityinfofake.SuspendedAccount})
	if len(result.Failed) != 1 || providers.KindOf(result.Failed[activityinfofake.FirstAccount]) != providers.NotFound {
		t.Errorf("failed %v", result.Failed)
	}
}

// The lists of a vendor that refuses a part contain the rest, with an error for each
// part that is not another owner's.
func TestVariations_Refusals(t *testing.T) {
	const configured, discovered = activityinfofake.FirstAccount, activityinfofake.SuspendedAccount
	refuse := func(account string, status int) map[string]int { return map[string]int{account: status} }
	for name, c := range map[string]struct {
		variation activityinfofake.Variation
		accounts  int
		users     int
		errs      []providers.Kind // of the users
	}{
		"nothing":                     {activityinfofake.Variation{}, 4, 160, nil},
		"databases 403":               {activityinfofake.Variation{Databases: 403}, 1, 60, kinds(providers.Forbidden)},
		"databases 404":               {activityinfofake.Variation{Databases: 404}, 1, 60, kinds(providers.NotFound)},
		"configured account 401":      {activityinfofake.Variation{Accounts: refuse(configured, 401)}, 3, 121, kinds(providers.Unauthenticated)},
		"configured account 403":      {activityinfofake.Variation{Accounts: refuse(configured, 403)}, 3, 121, kinds(providers.Forbidden)},
		"configured account 404":      {activityinfofake.Variation{Accounts: refuse(configured, 404)}, 3, 121, kinds(providers.NotFound)},
		"configured account 410":      {activityinfofake.Variation{Accounts: refuse(configured, 410)}, 3, 121, kinds(providers.NotFound)},
		"discovered account 403":      {activityinfofake.Variation{Accounts: refuse(discovered, 403)}, 3, 140, nil},
		"discovered account 404":      {activityinfofake.Variation{Accounts: refuse(discovered, 404)}, 3, 140, kinds(providers.NotFound)},
		"user list of configured":     {activityinfofake.Variation{Users: refuse(configured, 404)}, 4, 121, kinds(providers.NotFound)},
		"user list of discovered":     {activityinfofake.Variation{Users: refuse(discovered, 404)}, 4, 140, kinds(providers.NotFound)},
		"rows without a user":         {activityinfofake.Variation{RowsWithoutUser: true}, 4, 160, slices.Repeat(kinds(providers.BadResponse), 4)},
		"database without account":    {activityinfofake.Variation{DatabaseWithoutAccount: true}, 4, 160, kinds(providers.BadResponse)},
		"values of undocumented type": {activityinfofake.Variation{OddValues: true}, 4, 160, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := withVariation(t, c.variation, configured)
			page, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, "")
			if err != nil || len(page.Items) != c.accounts {
				t.Errorf("accounts: %+v, %v; want %d", page, err, c.accounts)
			}
			users, errs := readUsers(t, p)
			if len(users) != c.users || !slices.Equal(kindsOf(errs), c.errs) {
				t.Errorf("%d users, errors %v; want %d, %v", len(users), errs, c.users, c.errs)
			}
		})
	}
}

// A configured account that cannot be read shows in the status, another owner's does not.
func TestVariations_Status(t *testing.T) {
	const configured, discovered = activityinfofake.FirstAccount, activityinfofake.SuspendedAccount
	for account, want := range map[string]model.ProviderStatus{configured: model.ProviderDegraded, discovered: model.ProviderUp} {
		for _, status := range []int{403, 404, 410} {
			for name, v := range map[string]activityinfofake.Variation{
				"account": {Accounts: map[string]int{account: status}}, "users": {Users: map[string]int{account: status}},
			} {
				p := withVariation(t, v, configured)
				readUsers(t, p)
				p.Collections().Accounts.Get(t.Context(), []string{configured, discovered})
				if got := p.Status(); got != want {
					t.Errorf("%s of %s: %d: the status is %s", name, account, status, got)
				}
			}
		}
	}
}

// A value of another type costs its own field.
func TestVariations_OddValues(t *testing.T) {
	want, _ := readUsers(t, withVariation(t, activityinfofake.Variation{}))
	got, _ := readUsers(t, withVariation(t, activityinfofake.Variation{OddValues: true}))
	odd := 0
	for id, u := range want {
		v := got[id]
		if v == nil || *v.Email != *u.Email {
			t.Fatalf("user %s is %+v, want %+v", id, v, u)
		}
		if *v.Name == *u.Name && (u.LastLoginAt == nil) == (v.LastLoginAt == nil) {
			continue
		}
		odd++
		if *v.Name != id || v.LastLoginAt != nil {
			t.Errorf("user %s: name %s, last login %v", id, *v.Name, v.LastLoginAt)
		}
	}
	if odd == 0 || odd == len(want) {
		t.Errorf("%d of %d users are odd", odd, len(want))
	}
}

// readUsers reads all users, by id, and the errors of the list.
func readUsers(t *testing.T, p providers.Provider) (users map[string]*model.User, errs []error) {
	t.Helper()
	users = map[string]*model.User{}
	for token := ""; ; {
		page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, token)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Items {
			users[u.VendorID] = u
		}
		errs = append(errs, page.Errors...)
		if token = page.Next; token == "" {
			return users, errs
		}
	}
}
