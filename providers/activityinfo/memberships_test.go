package activityinfo_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
)

func TestMemberships_PageOfAccount(t *testing.T) {
	const list = "/resources/billingAccounts/" + activityinfofake.FirstAccount + "/users?"
	now := time.Now()
	for name, c := range map[string]struct {
		filter providers.Filter
		query  string
		rows   int
		total  bool
	}{
		"everyone":           {providers.Filter{}, "owners=false", 60, true},
		"owners":             {providers.Filter{Roles: []model.MembershipRole{"OWNER"}}, "owners=TRUE", 3, true},
		"owners, twice":      {providers.Filter{Roles: []model.MembershipRole{"OWNER", "OWNER"}}, "owners=TRUE", 3, true},
		"owners and others":  {providers.Filter{Roles: []model.MembershipRole{"OWNER", "MEMBER"}}, "owners=false", 60, false},
		"members":            {providers.Filter{Roles: []model.MembershipRole{"MEMBER"}}, "owners=false", 60, false},
		"licenses":           {providers.Filter{Licenses: []model.License{"FULL"}}, "owners=false", 60, false},
		"status":             {providers.Filter{Status: []string{"ACTIVE"}}, "owners=false", 60, false},
		"created":            {providers.Filter{CreatedAfter: &now}, "owners=false", 60, false},
		"database":           {providers.Filter{Database: activityinfofake.Database}, "databaseId=" + activityinfofake.Database + "&owners=false", 30, true},
		"owners of database": {providers.Filter{Database: activityinfofake.Database, Roles: []model.MembershipRole{"OWNER"}}, "databaseId=" + activityinfofake.Database + "&owners=TRUE", 3, true},
		"hostile database":   {providers.Filter{Database: "x&owners=TRUE#/../y"}, "databaseId=x%26owners%3DTRUE%23%2F..%2Fy&owners=false", 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			p, v := connect(t, activityinfofake.New(token))
			q := ofAccount(activityinfofake.FirstAccount)
			q.Filter = c.filter
			page, err := p.Collections().Memberships.Page(t.Context(), q, "")
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.calls, []string{list + c.query}) {
				t.Errorf("calls %q, want %q", v.calls, list+c.query)
			}
			if len(page.Items) != c.rows || (page.Total != nil) != c.total || c.total && *page.Total != c.rows {
				t.Errorf("%d rows, total %v; want %d", len(page.Items), page.Total, c.rows)
			}
			if page.Next != "" || page.MayRepeat {
				t.Errorf("next %q, may repeat %t", page.Next, page.MayRepeat)
			}
		})
	}
}

func TestMemberships_PageOfUsers(t *testing.T) {
	p, v := connect(t, activityinfofake.New(token))
	memberships := p.Collections().Memberships
	if !memberships.SupportsParents(model.TypeUser) || memberships.SupportsParents(model.TypeAccount) {
		t.Error("SupportsParents is not true for users only")
	}
	page, err := memberships.Page(t.Context(), ofUsers("555", "500", "555", "533"), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"190780004/500", "190780004/533", "190780004/555", "190780017/555", "190780017/500", "190780230/500", "9007199254740993/500"}
	if diff := cmp.Diff(want, vendorIDs(page.Items)); diff != "" {
		t.Error(diff)
	}
	if page.Total == nil || *page.Total != len(want) {
		t.Errorf("total %v", page.Total)
	}
	if len(v.calls) != 6 {
		t.Errorf("calls %q, want the databases and five user lists", v.calls)
	}
	if l := page.Items[1].License; l == nil || *l != model.LicenseOther {
		t.Errorf("license of user 533 is %v", l)
	}
}

func TestMemberships_Get(t *testing.T) {
	p, v := connect(t, activityinfofake.New(token))
	result := p.Collections().Memberships.Get(t.Context(), []string{
		"190780004/500", "190780004/510", "190780004/999", "9007199254740993/600", "190780555/600", "190780410/500",
		"777/500", "0190780004/500", "190780004", "", "x/y", "190780004/",
	})
	got := vendorIDs(slices.SortedFunc(maps.Values(result.Objects), func(a, b *model.Membership) int { return strings.Compare(a.VendorID, b.VendorID) }))
	if diff := cmp.Diff([]string{"190780004/500", "190780004/510", "9007199254740993/600"}, got); diff != "" {
		t.Error(diff)
	}
	if len(result.Failed) != 1 || providers.KindOf(result.Failed["190780555/600"]) != providers.Forbidden {
		t.Errorf("failed %v, want that of the foreign account", result.Failed)
	}
	// Both missing lists may share one reading of the databases.
	if calls := slices.Compact(slices.Sorted(slices.Values(v.calls))); len(calls) != 6 || len(v.calls) > 7 {
		t.Errorf("calls %q, want one for each of five accounts, and the databases for the missing lists", v.calls)
	}
}

func TestMemberships_InvalidQuery(t *testing.T) {
	p, v := connect(t, activityinfofake.New(token))
	for name, c := range map[string]struct {
		parent providers.Parent
		token  string
		kind   providers.Kind
	}{
		"whole list":      {providers.Parent{}, "2/1", providers.InvalidArgument},
		"of organization": {providers.Parent{Type: model.TypeOrganization, IDs: []string{"1"}}, "", providers.InvalidArgument},
		"of two accounts": {providers.Parent{Type: model.TypeAccount, IDs: []string{"1", "2"}}, "", providers.InvalidArgument},
		"of no user":      {providers.Parent{Type: model.TypeUser}, "", providers.InvalidArgument},
		"second page":     {providers.Parent{Type: model.TypeAccount, IDs: []string{"190780004"}}, "2", providers.InvalidArgument},
		"malformed id":    {providers.Parent{Type: model.TypeAccount, IDs: []string{"../databases"}}, "", providers.NotFound},
	} {
		if page, err := p.Collections().Memberships.Page(t.Context(), providers.Query{Parent: c.parent}, c.token); providers.KindOf(err) != c.kind || page != nil {
			t.Errorf("%s: %v, %v", name, page, err)
		}
	}
	if len(v.calls) != 0 {
		t.Errorf("calls %q, want none", v.calls)
	}
}
