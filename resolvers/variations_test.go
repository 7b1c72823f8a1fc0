package resolvers_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// selectsOf returns the select parameters of the calls that the first vendor has
// received, without the default ones.
func selectsOf(s *testServer) (selects []string) {
	for _, call := range s.vendors.All[0].Control.TakeCalls() {
		for part := range strings.SplitSeq(call.Query, "&") {
			if value, ok := strings.CutPrefix(part, "select="); ok && !strings.HasPrefix(value, "audit") {
				selects = append(selects, value)
			}
		}
	}
	slices.Sort(selects)
	return selects
}

// A property that a vendor leaves out is requested by name where it is selected,
// filtered or ordered by, for all objects of a level in one call. One that is hidden
// even then is null, and a list is incomplete.
func TestResolve_OmittedProperties(t *testing.T) {
	group, user := softwareonefake.GroupID(1), softwareonefake.UserID(8)
	omit := []string{"UserGroup.users", "UserGroup.buyers", "UserGroup.modules", "User.email", "User.status", "AccountUser.groups"}
	names := map[string]string{"group": group, "user": user, "account": softwareonefake.AccountID(4), "lone": softwareonefake.LoneAccount}
	for name, c := range map[string]struct {
		set     func(*softwareonefake.Fake)
		query   string
		want    string
		selects []string
	}{
		"embedded lists of one object": {
			query:   `{group(id:"softwareone:Group:(group)"){users(first:1){totalCount complete} buyers(first:1){totalCount complete}}}`,
			want:    `{"data":{"group":{"users":{"totalCount":44,"complete":true},"buyers":{"totalCount":2,"complete":true}}}}`,
			selects: []string{"users,buyers"},
		},
		"not selected": {
			query: `{group(id:"softwareone:Group:(group)"){name}}`,
			want:  `{"data":{"group":{"name":"Fulfillment, Managers"}}}`,
		},
		"node": {
			query:   `{node(id:"softwareone:Group:(group)"){... on Group{modules{vendorId}}} nodes(ids:["softwareone:Group:(group)"]){... on Group{users(first:1){totalCount}}}}`,
			want:    `{"data":{"node":{"modules":[{"vendorId":"MOD-0739"},{"vendorId":"MOD-1756-1452"},{"vendorId":"MOD-9042"}]},"nodes":[{"users":{"totalCount":44}}]}}`,
			selects: []string{"modules,users"},
		},
		"entities": {
			query:   `{_entities(representations:[{__typename:"Group",id:"softwareone:Group:(group)"},{__typename:"User",id:"softwareone:User:(user)"}]){... on Group{users(first:1){totalCount}} ... on User{email status}}}`,
			want:    `{"data":{"_entities":[{"users":{"totalCount":44}},{"email":"Person008@initech.example","status":"ACTIVE"}]}}`,
			selects: []string{"email,status", "users"},
		},
		"rows of a list": {
			query:   `{groups(first:2){nodes{users(first:1){totalCount}}}}`,
			want:    `{"data":{"groups":{"nodes":[{"users":{"totalCount":46}},{"users":{"totalCount":44}}]}}}`,
			selects: []string{"users"},
		},
		"references": {
			query:   `{group(id:"softwareone:Group:(group)"){users(first:2){nodes{vendorId email status}}}}`,
			want:    `{"data":{"group":{"users":{"nodes":[{"vendorId":"USR-1000-1234","email":"person000@acme.example","status":"ACTIVE"},{"vendorId":"USR-1001-9153","email":"person001@globex.example","status":"ACTIVE"}]}}}}`,
			selects: []string{"email,status", "users"},
		},
		"members": {
			query:   `{account(id:"softwareone:Account:(account)"){members(first:2){nodes{groups{vendorId}}}}}`,
			want:    `{"data":{"account":{"members":{"nodes":[{"groups":[{"vendorId":"UGR-1013-4181"}]},{"groups":[{"vendorId":"UGR-1013-4181"}]}]}}}}`,
			selects: []string{"groups"},
		},
		"filter": {
			query:   `{users(filter:{providers:["softwareone"],email:"person008@initech.example"}){totalCount nodes{email status}}}`,
			want:    `{"data":{"users":{"totalCount":1,"nodes":[{"email":"Person008@initech.example","status":"ACTIVE"}]}}}`,
			selects: []string{"email", "status"},
		},
		"order": {
			query: `{users(first:2,filter:{providers:["softwareone"]},orderBy:{field:EMAIL}){nodes{email}}}`,
			want:  `{"data":{"users":{"nodes":[{"email":"person000@acme.example"},{"email":"person001@globex.example"}]}}}`,
		},
		"person": {
			set:   func(f *softwareonefake.Fake) { f.Omit = append(f.Omit, "User.lastLoginAt", "User.name") },
			query: `{person(email:"person008@initech.example"){name lastLoginAt users{provider{name} status}}}`,
			want:  `{"data":{"person":{"name":"小龍 Weiß","lastLoginAt":"2025-12-26T20:00:05Z","users":[{"provider":{"name":"softwareone"},"status":"ACTIVE"}]}}}`,
		},
		"hidden": {
			set:     func(f *softwareonefake.Fake) { f.Hide = omit },
			query:   `{group(id:"softwareone:Group:(group)"){users(first:1){totalCount complete nodes{id}} buyers(first:1){totalCount complete} again:users{totalCount}} user(id:"softwareone:User:(user)"){email vendorStatus}}`,
			want:    `{"data":{"group":{"users":{"totalCount":null,"complete":false,"nodes":[]},"buyers":{"totalCount":null,"complete":false},"again":{"totalCount":null}},"user":{"email":null,"vendorStatus":null}}}`,
			selects: []string{"email,status", "users,buyers"},
		},
		"an empty list is left out": {
			query:   `{account(id:"softwareone:Account:(lone)"){groups(first:1){nodes{users{totalCount complete nodes{id}}}}}}`,
			want:    `{"data":{"account":{"groups":{"nodes":[{"users":{"totalCount":0,"complete":true,"nodes":[]}}]}}}}`,
			selects: []string{"users"},
		},
		"person of a reference": {
			query:   `{group(id:"softwareone:Group:(group)"){users(first:1){nodes{person{email}}}}}`,
			want:    `{"data":{"group":{"users":{"nodes":[{"person":{"email":"person000@acme.example"}}]}}}}`,
			selects: []string{"email", "email", "status", "users"},
		},
		"short references": {
			set:   func(f *softwareonefake.Fake) { f.Omit, f.References = nil, []string{"id", "name"} },
			query: `{group(id:"softwareone:Group:(group)"){account{name status type}}}`,
			want:  `{"data":{"group":{"account":{"name":"Acme","status":"ACTIVE","type":"Client"}}}}`,
		},
		"references with href": {
			set:   func(f *softwareonefake.Fake) { f.Omit, f.References = nil, []string{"id", "href"} },
			query: `{group(id:"softwareone:Group:(group)"){account{name status type}}}`,
			want:  `{"data":{"group":{"account":{"name":"Acme","status":"ACTIVE","type":"Client"}}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, prefetch := range []bool{true, false} {
				var config serverConfig
				config.vendors = startVendorsWith(t, func(f *softwareonefake.Fake) {
					f.Omit = slices.Clone(omit)
					if c.set != nil {
						c.set(f)
					}
				})
				if !prefetch {
					config.options.Prefetch = func(context.Context, *loaders.Loaders, loaders.Selection) {}
				}
				s := newTestServer(t, config)
				query := c.query
				for name, value := range names {
					query = strings.ReplaceAll(query, "("+name+")", value)
				}
				got, _, _ := strings.Cut(strings.TrimSpace(string(s.query(t, query, nil))), `,"extensions"`)
				if diff := cmp.Diff(strings.TrimRight(c.want, "}"), strings.TrimRight(got, "}")); diff != "" {
					t.Errorf("prefetch %t: %s", prefetch, diff)
				}
				if got := selectsOf(s); c.selects != nil && prefetch && !slices.Equal(got, c.selects) {
					t.Errorf("selected %q, want %q", got, c.selects)
				}
			}
		})
	}
}
