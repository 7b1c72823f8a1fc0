package resolvers_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// What of a vendor's response is invalid costs itself alone, with an error: a row without
// an id is left out of its list, as is such an element of a list inside an object.
func TestLists_InvalidRows(t *testing.T) {
	group, user, account := softwareonefake.GroupID(1), softwareonefake.UserID(8), softwareonefake.AccountID(4)
	invalid := func(detail, path string) string {
		return `{"message":"softwareone: invalid response: ` + detail + `","path":[` + path + `],` +
			`"extensions":{"code":"UPSTREAM_BAD_RESPONSE","provider":"softwareone","vendor":"SOFTWAREONE"}}`
	}
	odd := func(f *softwareonefake.Fake) {
		f.OddLists = []string{"UserGroup.users", "UserGroup.modules", "AccountUser.groups", "Buyer.sellers", "User.accounts"}
	}
	none := func(f *softwareonefake.Fake) {
		f.NoLists = []string{"UserGroup.users", "UserGroup.modules", "AccountUser.groups", "Module.accountTypes", "Seller.currencies", "Buyer.errors"}
	}
	const missing = " is invalid, so that values may be missing"
	for name, c := range map[string]struct {
		set                 func(*softwareonefake.Fake)
		query, errors, data string
	}{
		"a row without an id": {
			func(f *softwareonefake.Fake) { f.WithoutID = []string{softwareonefake.UserID(1)} },
			`{users(first:2,filter:{providers:["softwareone"]}){totalCount complete nodes{vendorId}}}`,
			invalid("a row without an id was left out", `"users"`),
			`{"users":{"totalCount":null,"complete":false,"nodes":[{"vendorId":"USR-1000-1234"},{"vendorId":"USR-1002-7072"}]}}`,
		},
		"a row that is no object": {
			func(f *softwareonefake.Fake) { f.NoObject = []string{softwareonefake.AccountID(0)} },
			`{accounts(first:1,filter:{providers:["softwareone"]}){totalCount complete nodes{vendorId}}}`,
			invalid("a row without an id was left out", `"accounts"`),
			`{"accounts":{"totalCount":null,"complete":false,"nodes":[{"vendorId":"ACC-1001-9153"}]}}`,
		},
		"objects by their ids": {
			func(f *softwareonefake.Fake) { f.WithoutID = []string{softwareonefake.UserID(1)} },
			`{nodes(ids:["softwareone:User:USR-1000-1234","softwareone:User:USR-1001-9153"]){id}}`,
			`{"message":"softwareone: incomplete list: the vendor did not send all requested objects","path":["nodes",1],` +
				`"extensions":{"code":"UPSTREAM_TRUNCATED","provider":"softwareone","vendor":"SOFTWAREONE"}}`,
			`{"nodes":[{"id":"softwareone:User:USR-1000-1234"},null]}`,
		},
		"a row of the accounts of a user": {
			func(f *softwareonefake.Fake) {
				f.Hide, f.WithoutID = []string{"User.accounts"}, []string{softwareonefake.AccountID(0)}
			},
			`{user(id:"softwareone:User:` + softwareonefake.EverywhereUser + `"){memberships{totalCount complete nodes{account{vendorId}}}}}`,
			invalid("a row without an id was left out", `"user","memberships"`),
			`{"user":{"memberships":{"totalCount":null,"complete":false,"nodes":[{"account":{"vendorId":"ACC-1001-9153"}},{"account":{"vendorId":"ACC-1002-7072"}},` +
				`{"account":{"vendorId":"ACC-1073-9321"}},{"account":{"vendorId":"ACC-1089-6025"}}]}}}`,
		},
		"elements of the accounts of a user are read again": {
			odd, `{user(id:"softwareone:User:` + user + `"){memberships{totalCount complete}}}`, "",
			`{"user":{"memberships":{"totalCount":2,"complete":true}}}`,
		},
		"elements of a connection": {
			odd, `{group(id:"softwareone:Group:` + group + `"){users(first:1){totalCount complete nodes{vendorId}}}}`,
			invalid("Group.users"+missing, `"group","users"`),
			`{"group":{"users":{"totalCount":null,"complete":false,"nodes":[{"vendorId":"USR-1000-1234"}]}}}`,
		},
		"elements of a list": {
			odd, `{groups(first:1){nodes{m:modules{vendorId}}}}`,
			invalid("Group.modules"+missing, `"groups","nodes",0,"m"`),
			`{"groups":{"nodes":[{"m":[{"vendorId":"MOD-0478"},{"vendorId":"MOD-1756"}]}]}}`,
		},
		"a connection that is no list": {
			none, `{group(id:"softwareone:Group:` + group + `"){users(first:1){totalCount complete nodes{vendorId}}}}`,
			invalid("Group.users"+missing, `"group","users"`),
			`{"group":{"users":{"totalCount":null,"complete":false,"nodes":[]}}}`,
		},
		"a list that is no list": {
			none, `{account(id:"softwareone:Account:` + account + `"){members(first:1){complete nodes{groups{vendorId}}}}}`,
			invalid("Membership.groups"+missing, `"account","members","nodes",0,"groups"`),
			`{"account":{"members":{"complete":true,"nodes":[{"groups":null}]}}}`,
		},
		"a list of words that is none": {
			none, `{modules(first:1){nodes{accountTypes}}}`,
			invalid("Module.accountTypes"+missing, `"modules","nodes",0,"accountTypes"`), `{"modules":{"nodes":[{"accountTypes":null}]}}`,
		},
		"not selected": {none, `{group(id:"softwareone:Group:` + group + `"){vendorId}}`, "", `{"group":{"vendorId":"` + group + `"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			for _, prefetch := range []bool{true, false} {
				config := serverConfig{vendors: startVendorsWith(t, c.set)}
				if !prefetch {
					config.options.Prefetch = func(context.Context, *loaders.Loaders, loaders.Selection) {}
				}
				got := withoutLocations(strings.TrimSpace(string(newTestServer(t, config).query(t, c.query, nil))))
				want := `{"data":` + c.data + "}"
				if c.errors != "" {
					want = `{"errors":[` + c.errors + `],"data":` + c.data + "}"
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("prefetch %t: %s", prefetch, diff)
				}
			}
		})
	}
}

// The attributes of a user that could be read are returned beside an error of their field.
func TestUsers_InvalidAttributes(t *testing.T) {
	attribute := map[string]any{"name": "Desk", "value": "12"}
	invalid := func(path string) string {
		return `{"message":"activeplatform: invalid response: User.customAttributes is invalid, so that values may be missing","path":[` + path +
			`],"extensions":{"code":"UPSTREAM_BAD_RESPONSE","provider":"activeplatform","vendor":"ACTIVEPLATFORM"}}`
	}
	for name, c := range map[string]struct {
		attributes any
		want       string
		invalid    bool
	}{
		"text":             {"Desk", "[]", true},
		"an odd element":   {[]any{"Desk", attribute}, `[{"name":"Desk"}]`, true},
		"an empty object":  {map[string]any{}, "[]", false},
		"what is expected": {[]any{attribute}, `[{"name":"Desk"}]`, false},
	} {
		t.Run(name, func(t *testing.T) {
			vendors := startVariations(t, activeplatformfake.Variation{CustomAttributes: c.attributes}, blendvisionfake.Variation{})
			s := newTestServer(t, serverConfig{vendors: vendors})
			for _, q := range []struct{ query, path, data string }{
				{`{users(first:1,filter:{providers:["activeplatform"]}){complete nodes{vendorId a:customAttributes{name}}}}`, `"users","nodes",0,"a"`,
					`{"users":{"complete":true,"nodes":[{"vendorId":"2002984","a":` + c.want + `}]}}`},
				{`{user(id:"activeplatform:User:2002984"){customAttributes{name}}}`, `"user","customAttributes"`, `{"user":{"customAttributes":` + c.want + `}}`},
				{`{user(id:"activeplatform:User:2002984"){vendorId}}`, "", `{"user":{"vendorId":"2002984"}}`},
			} {
				want := `{"data":` + q.data + `}`
				if c.invalid && q.path != "" {
					want = `{"errors":[` + invalid(q.path) + `],"data":` + q.data + `}`
				}
				if diff := cmp.Diff(want, strings.TrimSpace(string(s.query(t, q.query, nil)))); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// An actor of whom the vendor sends the id or the path alone has the name and the icon of
// the user, which are read for all actors in one call.
func TestAudit_ActorsWithoutNames(t *testing.T) {
	const query = `{users(first:20,filter:{providers:["softwareone"]}){nodes{audit{created{by{vendorId name icon}} updated{by{name user{vendorId}}}}}}}`
	want := string(newTestServer(t, serverConfig{vendors: startVendorsWith(t, func(*softwareonefake.Fake) {})}).query(t, query, nil))
	for _, actors := range []string{"id", "href"} {
		for _, prefetch := range []bool{true, false} {
			config := serverConfig{vendors: startVendorsWith(t, func(f *softwareonefake.Fake) { f.Actors = actors })}
			if !prefetch {
				config.options.Prefetch = func(context.Context, *loaders.Loaders, loaders.Selection) {}
			}
			s := newTestServer(t, config)
			if diff := cmp.Diff(want, string(s.query(t, query, nil))); diff != "" {
				t.Errorf("%s alone, prefetch %t: %.2000s", actors, prefetch, diff)
			}
			if calls := len(s.vendors.All[0].Control.TakeCalls()); prefetch && calls != 2 {
				t.Errorf("%s alone: %d calls", actors, calls)
			}
		}
	}
	if !strings.Contains(want, `"name":"`) {
		t.Errorf("no names: %.500s", want)
	}
}

// An id of any characters that a list returns can be read.
func TestNodes_OddIDs(t *testing.T) {
	s := newTestServer(t, serverConfig{vendors: startVendorsWith(t, func(f *softwareonefake.Fake) { f.OddIDs = true })})
	var listed struct {
		Data struct {
			Users struct{ Nodes []struct{ ID string } }
		}
	}
	if err := json.Unmarshal(s.query(t, `{users(first:100,filter:{providers:["softwareone"],name:"Odd"}){nodes{id}}}`, nil), &listed); err != nil {
		t.Fatal(err)
	}
	control := false
	for _, u := range listed.Data.Users.Nodes {
		control = control || strings.Contains(u.ID, "\x01")
		var read struct {
			Data struct{ User *struct{ ID string } }
		}
		variables, _ := json.Marshal(map[string]string{"id": u.ID})
		response := s.query(t, `query($id:ID!){user(id:$id){id}}`, variables)
		if err := json.Unmarshal(response, &read); err != nil || read.Data.User == nil || read.Data.User.ID != u.ID {
			t.Errorf("%q: %s", u.ID, response)
		}
	}
	if !control {
		t.Errorf("no id with a control character in %q", listed)
	}
}

// withoutLocations returns a response without the locations of its errors, which are tested by
// the stories.
func withoutLocations(response string) string { return locations.ReplaceAllString(response, "") }

var locations = regexp.MustCompile(`,"locations":\[[^]]*\]`)
