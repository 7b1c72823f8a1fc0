package blendvision_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
)

func TestProvider_RequestHeadersAndPageSize(t *testing.T) {
	p, control, organizations := connectFake(t)
	c := p.Collections()
	if err := p.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	readList(t, c.Users, providers.Query{})
	c.Users.Get(t.Context(), []string{blendvisionfake.AccountID(279)})
	readList(t, c.Memberships, of(model.TypeUser, blendvisionfake.AccountID(240)))
	readList(t, c.Memberships, of(model.TypeOrganization, organizations[0]))
	c.Memberships.Get(t.Context(), []string{organizations[1] + "/" + blendvisionfake.AccountID(240)})
	readList(t, c.Organizations, providers.Query{})
	readList(t, c.Organizations, of(model.TypeOrganization, organizations[1]))
	c.Organizations.Get(t.Context(), organizations)
	if _, err := c.Roles(t.Context(), organizations[1]); err != nil {
		t.Fatal(err)
	}
	for _, call := range control.Calls() {
		if ids := call.Header.Values("x-bv-org-id"); len(ids) != 1 || !slices.Contains(organizations, ids[0]) {
			t.Errorf("%s?%s: x-bv-org-id is %q", call.Path, call.Query, ids)
		}
		if call.Header.Get("Authorization") != "Bearer "+token {
			t.Errorf("%s: Authorization is not the token", call.Path)
		}
		if call.Path != "/bv/org/v1/organizations" && !strings.Contains(call.Query, "items_per_page=100") {
			t.Errorf("%s?%s: no page size", call.Path, call.Query)
		}
	}
}

func TestProvider_NumberOfCalls(t *testing.T) {
	// The first organization has two pages of members, the other two have one page: only
	// another page shows that it is the last.
	for name, c := range map[string]struct {
		read func(c providers.Collections, organizations []string)
		want int
	}{
		"all users": {func(c providers.Collections, _ []string) {
			readList(t, c.Users, providers.Query{})
		}, 6},
		"users on first pages": {func(c providers.Collections, _ []string) {
			c.Users.Get(t.Context(), []string{blendvisionfake.AccountID(110), blendvisionfake.AccountID(299)})
		}, 3},
		"unknown user": {func(c providers.Collections, _ []string) {
			c.Users.Get(t.Context(), []string{blendvisionfake.AccountID(270) + "?"})
		}, 6},
		"no user": {func(c providers.Collections, _ []string) {
			c.Users.Get(t.Context(), nil)
		}, 0},
		"memberships of two users": {func(c providers.Collections, _ []string) {
			readList(t, c.Memberships, of(model.TypeUser, blendvisionfake.AccountID(110), blendvisionfake.AccountID(240)))
		}, 6},
		"two memberships on a first page": {func(c providers.Collections, o []string) {
			c.Memberships.Get(t.Context(), []string{
				o[0] + "/" + blendvisionfake.AccountID(110), o[0] + "/" + blendvisionfake.AccountID(111),
			})
		}, 1},
		"memberships of two organizations": {func(c providers.Collections, o []string) {
			c.Memberships.Get(t.Context(), []string{
				o[0] + "/" + blendvisionfake.AccountID(110), o[1] + "/" + blendvisionfake.AccountID(111),
			})
		}, 3},
		"members of exactly one page": {func(c providers.Collections, o []string) {
			readList(t, c.Memberships, of(model.TypeOrganization, o[1]))
		}, 2},
		"organizations": {func(c providers.Collections, _ []string) {
			readList(t, c.Organizations, providers.Query{})
		}, 3},
		"roles on two pages": {func(c providers.Collections, o []string) {
			_, _ = c.Roles(t.Context(), o[1])
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			p, control, organizations := connectFake(t)
			c.read(p.Collections(), organizations)
			if n := len(control.Calls()); n != c.want {
				t.Errorf("%d calls, want %d", n, c.want)
			}
		})
	}
}
