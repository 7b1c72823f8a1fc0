package resolvers_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// A list that filters or sorts by what a vendor hides has no row whose value is hidden,
// and says that rows are missing: it is not known which rows match, or in which order.
func TestLists_HiddenValues(t *testing.T) {
	hide := []string{
		"User.email", "User.status", "User.name", "User.firstName", "User.lastName", "User.audit", "User.lastLoginAt",
		"Account.name", "Account.status", "Account.audit", "Buyer.status", "Buyer.audit", "Seller.status", "Seller.name", "UserGroup.name", "UserGroup.audit",
		"Module.name", "AccountUser.invitation",
	}
	const unknown = `{"totalCount":null,"complete":false,"nodes":[]}`
	for name, c := range map[string]struct {
		field, fields, want string
		hide                []string
	}{
		"users by email":             {field: `users(filter:{providers:["softwareone"],email:"person008@initech.example"})`},
		"users by status":            {field: `users(filter:{providers:["softwareone"],status:[ACTIVE]})`},
		"users by unknown status":    {field: `users(filter:{providers:["softwareone"],status:[OTHER]})`},
		"users by name":              {field: `users(filter:{providers:["softwareone"],name:"person"})`},
		"users by first creation":    {field: `users(filter:{providers:["softwareone"],createdAfter:"2001-01-01T00:00:00Z"})`},
		"users by last update":       {field: `users(filter:{providers:["softwareone"],updatedBefore:"2100-01-01T00:00:00Z"})`},
		"users in order of email":    {field: `users(filter:{providers:["softwareone"]},orderBy:{field:EMAIL})`},
		"users in order of status":   {field: `users(filter:{providers:["softwareone"]},orderBy:{field:STATUS})`},
		"users in order of name":     {field: `users(filter:{providers:["softwareone"]},orderBy:{field:NAME,direction:DESC})`},
		"users in order of creation": {field: `users(filter:{providers:["softwareone"]},orderBy:{field:CREATED_AT})`},
		"users in order of update":   {field: `users(filter:{providers:["softwareone"]},orderBy:{field:UPDATED_AT})`},
		"users in order of login":    {field: `users(filter:{providers:["softwareone"]},orderBy:{field:LAST_LOGIN_AT})`},
		"accounts by status":         {field: `accounts(filter:{providers:["softwareone"],status:[ACTIVE]})`},
		"accounts by name":           {field: `accounts(filter:{providers:["softwareone"],name:"a"})`},
		"accounts in order of name":  {field: `accounts(filter:{providers:["softwareone"]},orderBy:{field:NAME})`},
		"buyers by status":           {field: `buyers(filter:{status:[ACTIVE]})`},
		"buyers in order":            {field: `buyers(orderBy:{field:CREATED_AT})`},
		"sellers by status":          {field: `sellers(filter:{status:[ACTIVE]})`},
		"sellers in order":           {field: `sellers(orderBy:{field:NAME})`},
		"groups by name":             {field: `groups(filter:{name:"a"})`},
		"groups in order":            {field: `groups(orderBy:{field:UPDATED_AT})`},
		"modules by name":            {field: `modules(filter:{name:"a"})`},
		"the part of one provider": {
			field:  `users(first:1,filter:{providers:["softwareone","blendvision"]},orderBy:{field:EMAIL})`,
			fields: "provider{name}", want: `{"totalCount":null,"complete":false,"nodes":[{"provider":{"name":"blendvision"}}]}`,
		},
		"not compared": {
			field: `users(first:1,filter:{providers:["softwareone"]})`, fields: "vendorId",
			want: `{"totalCount":300,"complete":true,"nodes":[{"vendorId":"USR-1000-1234"}]}`,
		},
		"another condition is met": {
			field: `users(filter:{providers:["softwareone"],status:[ACTIVE],name:"Weiß"})`, hide: []string{"User.status"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, matchNothing := range []bool{false, true} {
				s := newTestServer(t, serverConfig{vendors: startVendorsWith(t, func(f *softwareonefake.Fake) {
					f.Hide, f.HiddenMatchNothing = hide, matchNothing
					if c.hide != nil {
						f.Hide = c.hide
					}
				})})
				want, fields := c.want, c.fields
				if want == "" {
					want = unknown
				}
				if fields == "" {
					fields = "id"
				}
				got, _, _ := strings.Cut(strings.TrimSpace(string(s.query(t, "{list:"+c.field+"{totalCount complete nodes{"+fields+"}}}", nil))), `,"extensions"`)
				if diff := cmp.Diff(`{"data":{"list":`+want+"}", strings.TrimSuffix(got, "}")); diff != "" {
					t.Errorf("hidden values match nothing: %t: %s", matchNothing, diff)
				}
			}
		})
	}
}

// An enum that the graph promises is an error at the field where the vendor hides it: it
// is not OTHER.
func TestObjects_HiddenStatus(t *testing.T) {
	user, account := "softwareone:User:"+softwareonefake.UserID(8), "softwareone:Account:"+softwareonefake.AccountID(4)
	const denied = `"message":"softwareone: permission denied: the vendor hides %s from this credential","path":[%s],` +
		`"extensions":{"code":"UPSTREAM_FORBIDDEN","provider":"softwareone","vendor":"SOFTWAREONE"}`
	hidden := func(field, path string) string {
		return "{" + strings.Replace(strings.Replace(denied, "%s", field, 1), "%s", path, 1) + "}"
	}
	for name, c := range map[string]struct{ query, errors, data string }{
		"an object": {
			`{user(id:"` + user + `"){name s:status}}`, hidden("User.status", `"user","s"`), `{"user":null}`,
		},
		"without the status": {`{user(id:"` + user + `"){email vendorStatus}}`, "", `{"user":{"email":null,"vendorStatus":null}}`},
		"a node":             {`{node(id:"` + user + `"){... on User{status}}}`, hidden("User.status", `"node","status"`), `{"node":null}`},
		"nodes":              {`{nodes(ids:["` + user + `"]){... on User{status}}}`, hidden("User.status", `"nodes",0,"status"`), `{"nodes":[null]}`},
		"an entity": {
			`{_entities(representations:[{__typename:"User",id:"` + user + `"}]){... on User{status}}}`,
			hidden("User.status", `"_entities",0`), `{"_entities":[null]}`,
		},
		"rows": {
			`{accounts(first:1,filter:{providers:["softwareone"]}){nodes{status}}}`,
			hidden("Account.status", `"accounts","nodes",0,"status"`), `{"accounts":{"nodes":[null]}}`,
		},
		"members": {
			`{account(id:"` + account + `"){members(first:1){complete nodes{status}}}}`,
			hidden("Membership.status", `"account","members","nodes",0,"status"`), `{"account":{"members":{"complete":true,"nodes":[null]}}}`,
		},
		"a user that cannot be null": {
			`{user(id:"` + user + `"){memberships(first:1){nodes{user{status}}}}}`,
			hidden("User.status", `"user","memberships","nodes",0,"user"`), `{"user":{"memberships":{"nodes":[null]}}}`,
		},
		"members by status": {
			`{account(id:"` + account + `"){members(filter:{status:[ACTIVE,OTHER]}){totalCount complete nodes{id}}}}`,
			"", `{"account":{"members":{"totalCount":null,"complete":false,"nodes":[]}}}`,
		},
		"members by role": {
			`{account(id:"` + account + `"){members(filter:{roles:[MEMBER]}){totalCount complete}}}`,
			"", `{"account":{"members":{"totalCount":4,"complete":true}}}`,
		},
		"a person": {
			`{person(email:"person008@initech.example"){users{provider{name}} unavailableProviders{name}}}`,
			`{"message":"softwareone: permission denied: the vendor hides from this credential who has an address","path":["person"],` +
				`"extensions":{"code":"UPSTREAM_FORBIDDEN","provider":"softwareone","vendor":"SOFTWAREONE"}}`,
			`{"person":null}`,
		},
		"currencies": {
			`{sellers(first:1){nodes{name currencies}}}`, hidden("Seller.currencies", `"sellers","nodes",0,"currencies"`), `{"sellers":{"nodes":[null]}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, prefetch := range []bool{true, false} {
				var config serverConfig
				config.vendors = startVendorsWith(t, func(f *softwareonefake.Fake) {
					f.Hide = []string{"User.email", "User.status", "Account.status", "AccountUser.invitation", "Seller.currencies"}
				})
				if !prefetch {
					config.options.Prefetch = func(context.Context, *loaders.Loaders, loaders.Selection) {}
				}
				got, _, _ := strings.Cut(strings.TrimSpace(string(newTestServer(t, config).query(t, c.query, nil))), `,"extensions":{"apollo`)
				want := `{"data":` + c.data
				if c.errors != "" {
					want = `{"errors":[` + c.errors + `],"data":` + c.data
				}
				got = withoutLocations(got)
				if diff := cmp.Diff(want, strings.TrimRight(got, "}")+strings.Repeat("}", len(want)-len(strings.TrimRight(want, "}")))); diff != "" {
					t.Errorf("prefetch %t: %s", prefetch, diff)
				}
			}
		})
	}
}

// What every object has, according to the vendor's OpenAPI document, and rows do not
// contain, is not null, also where $meta.omitted does not say that it was left out: it is
// requested by name, and is hidden if it is still absent.
func TestLists_ValuesLeftOutSilently(t *testing.T) {
	const unknown = `{"totalCount":null,"complete":false}`
	properties := []string{
		"User.email", "User.status", "User.audit", "Account.name", "Account.status", "Account.audit", "Buyer.status", "Buyer.audit",
		"Seller.status", "Seller.name", "UserGroup.name", "UserGroup.audit", "Module.name",
	}
	for _, field := range []string{
		`users(filter:{providers:["softwareone"],email:"person008@initech.example"})`,
		`users(filter:{providers:["softwareone"],emailDomain:"initech.example"})`,
		`users(filter:{providers:["softwareone"],status:[ACTIVE]})`,
		`users(filter:{providers:["softwareone"],status:[OTHER]})`,
		`users(filter:{providers:["softwareone"],createdAfter:"2001-01-01T00:00:00Z"})`,
		`users(filter:{providers:["softwareone"]},orderBy:{field:EMAIL})`,
		`users(filter:{providers:["softwareone"]},orderBy:{field:CREATED_AT})`,
		`accounts(filter:{providers:["softwareone"],status:[ACTIVE]})`,
		`accounts(filter:{providers:["softwareone"],name:"a"})`,
		`buyers(filter:{status:[ACTIVE]})`,
		`sellers(filter:{status:[ACTIVE]})`,
		`groups(filter:{name:"a"})`,
		`modules(filter:{name:"a"})`,
	} {
		query := "{list:" + field + "{totalCount complete}}"
		want := dataOf(newTestServer(t, serverConfig{}).query(t, query, nil))
		for state, vary := range map[string]func(f *softwareonefake.Fake){
			"hidden":       func(f *softwareonefake.Fake) { f.Hide = properties },
			"not selected": func(f *softwareonefake.Fake) { f.Omit = properties },
		} {
			want := want
			if state == "hidden" {
				want = `{"data":{"list":` + unknown + `}}`
			}
			s := newTestServer(t, serverConfig{vendors: startVendorsWith(t, func(f *softwareonefake.Fake) { f.NoOmitted = true; vary(f) })})
			if got := dataOf(s.query(t, query, nil)); got != want {
				t.Errorf("%s: %s: %s, want %s", state, field, got, want)
			}
		}
	}
}

// dataOf returns a response without its extensions.
func dataOf(response []byte) string {
	data, _, found := strings.Cut(strings.TrimSpace(string(response)), `,"extensions"`)
	if found {
		data += "}"
	}
	return data
}
