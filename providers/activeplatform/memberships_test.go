package activeplatform_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
)

const root = "/api/vendor/v1"

var (
	account = strconv.Itoa(activeplatformfake.AccountID(0))
	user    = strconv.Itoa(activeplatformfake.UserID(60))
)

func TestMemberships_PageOfAccount(t *testing.T) {
	p, fake := withFake(t)
	page, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeAccount, account, providers.Filter{}), "")
	if err != nil || len(page.Items) < 2 || page.Next != "" || page.Total == nil || *page.Total != len(page.Items) {
		t.Fatalf("%+v, %v", page, err)
	}
	for _, m := range page.Items {
		if !m.Complete() || !m.User.Complete() || m.Account.Complete() || m.Role != model.RoleMember || m.Status != m.User.Status {
			t.Errorf("%+v", m)
		}
	}
	// The second call shows that the list has no pages.
	if got, want := paths(fake), slices.Repeat([]string{root + "/accounts/" + account + "/users.json"}, 2); !slices.Equal(got, want) {
		t.Errorf("calls %q, want %q", got, want)
	}
}

// The list of a user's accounts does not contain the user's status. A filter by
// status takes a second call.
func TestMemberships_PageOfUser(t *testing.T) {
	list := root + "/users/" + user + "/accounts.json"
	for name, c := range map[string]struct {
		filter providers.Filter
		full   bool
		calls  []string
	}{
		"all":       {providers.Filter{}, false, []string{list, list}},
		"members":   {providers.Filter{Roles: []model.MembershipRole{model.RoleMember, model.RoleOwner}}, false, []string{list, list}},
		"by status": {providers.Filter{Status: []string{"ACTIVE"}}, true, []string{root + "/users/" + user + ".json", list, list}},
	} {
		t.Run(name, func(t *testing.T) {
			p, fake := withFake(t)
			page, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeUser, user, c.filter), "")
			if err != nil || len(page.Items) < 2 {
				t.Fatalf("%+v, %v", page, err)
			}
			for _, m := range page.Items {
				if m.HasField("status") != c.full || m.User.Complete() != c.full || !m.Account.Complete() || !m.HasField("role") {
					t.Errorf("%+v", m)
				}
				if c.full && m.Status != model.UserActive {
					t.Errorf("%s: status %q", m.ID, m.Status)
				}
			}
			got := paths(fake)
			slices.Sort(got)
			slices.Sort(c.calls)
			if diff := cmp.Diff(c.calls, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMemberships_PageWithoutCall(t *testing.T) {
	p, fake := withFake(t)
	for _, q := range []providers.Query{
		of(model.TypeAccount, account, providers.Filter{Roles: []model.MembershipRole{model.RoleOwner}}),
		of(model.TypeAccount, account, providers.Filter{Licenses: []model.License{model.LicenseFull}}),
		of(model.TypeUser, user, providers.Filter{Roles: []model.MembershipRole{model.RoleAdmin}}),
		of(model.TypeUser, "x", providers.Filter{}),
		of(model.TypeAccount, "../1", providers.Filter{}),
	} {
		page, err := p.Collections().Memberships.Page(t.Context(), q, "")
		if err != nil || len(page.Items) != 0 || page.Total == nil || *page.Total != 0 || page.Freshness.FetchedAt.IsZero() {
			t.Errorf("%+v: %+v, %v", q, page, err)
		}
	}
	for _, q := range []providers.Query{
		{},
		of(model.TypeOrganization, account, providers.Filter{}),
		{Parent: providers.Parent{Type: model.TypeUser, IDs: []string{"1", "2"}}},
		of(model.TypeAccount, account, providers.Filter{Database: "d"}),
	} {
		if page, err := p.Collections().Memberships.Page(t.Context(), q, ""); providers.KindOf(err) != providers.InvalidArgument {
			t.Errorf("%+v: %+v, %v; want InvalidArgument", q, page, err)
		}
	}
	if calls := paths(fake); len(calls) != 0 {
		t.Errorf("calls %q, want none", calls)
	}
}

func TestMemberships_GetMakesOneCallPerAccount(t *testing.T) {
	p, fake := withFake(t)
	memberships := p.Collections().Memberships
	var ids []string
	for _, n := range []int{0, 1} {
		parent := of(model.TypeAccount, strconv.Itoa(activeplatformfake.AccountID(n)), providers.Filter{})
		page, err := memberships.Page(t.Context(), parent, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Items {
			ids = append(ids, m.VendorID)
		}
	}
	fake.Control.Reset()
	got := memberships.Get(t.Context(), append(ids, account+"/1", "x/1", account+"/"))
	if len(got.Objects) != len(ids) || len(got.Failed) != 0 {
		t.Errorf("%d of %d memberships, failed %v", len(got.Objects), len(ids), got.Failed)
	}
	if calls := paths(fake); len(calls) != 2 {
		t.Errorf("calls %q, want 2", calls)
	}
}

func paths(fake *activeplatformfake.Fake) []string {
	var all []string
	for _, call := range fake.Control.Calls() {
		all = append(all, call.Path)
	}
	return all
}

// The user list of an account that exists is missing; an unknown account has no members.
func TestMemberships_GetFromMissingList(t *testing.T) {
	p, fake := withFake(t)
	account, other := strconv.Itoa(activeplatformfake.AccountID(0)), strconv.Itoa(activeplatformfake.AccountID(1))
	fake.Control.Add(fakevendor.Fault{Path: "/api/vendor/v1/accounts/" + account + "/users", Status: http.StatusNotFound, Body: "{}"})
	result := p.Collections().Memberships.Get(t.Context(), []string{account + "/1", other + "/1", "999/1"})
	if len(result.Objects) != 0 || len(result.Failed) != 1 || providers.KindOf(result.Failed[account+"/1"]) != providers.NotFound {
		t.Errorf("%v, %v", result.Objects, result.Failed)
	}
}
