package transport_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// TestVariables_Coercion sends values of variables, at several depths. A value is coerced
// as the specification says, or is BAD_USER_INPUT with the path to it.
func TestVariables_Coercion(t *testing.T) {
	const (
		order  = "query ($v: UserOrder) { users(orderBy: $v) { __typename } }"
		field  = "query ($v: UserOrderField!) { users(orderBy: {field: $v}) { __typename } }"
		filter = "query ($v: UserFilter) { users(filter: $v) { __typename } }"
		status = "query ($v: [UserStatus!]) { users(filter: {status: $v}) { __typename } }"
		first  = "query ($v: Int) { users(first: $v) { __typename } }"
		name   = "query ($v: String) { users(filter: {name: $v}) { __typename } }"
		emails = "query ($v: [String!]!) { peopleByEmail(emails: $v) { email } }"
		ids    = "query ($v: [ID!]!) { nodes(ids: $v) { id } }"
		skip   = "query ($v: Boolean!) { __typename @skip(if: $v) }"
		ok     = ""
	)
	for _, test := range []struct{ query, value, want string }{
		{order, `{"field": "NAME", "direction": "DESC"}`, ok},
		{order, `{"field": "NAME", "direction": "desc"}`, "variable.v.direction: not a value of OrderDirection; write DESC"},
		{order, `{"field": "name"}`, "variable.v.field: not a value of UserOrderField; write NAME"},
		{order, `{"field": 1}`, "variable.v.field: not a value of UserOrderField"},
		{order, `{"field": "NAME", "direction": null}`, "variable.v.direction: cannot be null"},
		{order, `{}`, "variable.v.field: must be defined"},
		{order, `"NAME"`, "variable.v: must be a UserOrder, not a string"},
		{order, `null`, ok},
		{field, `"NAME"`, ok},
		{field, `"Email"`, "variable.v: not a value of UserOrderField; write EMAIL"},
		{field, `null`, "variable.v: cannot be null"},
		{filter, `{"status": ["ACTIVE", "INVITED"], "name": "x"}`, ok},
		{filter, `{"status": ["ACTIVE", "active"]}`, "variable.v.status[1]: not a value of UserStatus; write ACTIVE"},
		{filter, `{"status": "active"}`, "variable.v.status: not a value of UserStatus; write ACTIVE"},
		{filter, `{"status": "ACTIVE"}`, ok},
		{filter, `{"status": [null]}`, "variable.v.status[0]: cannot be null"},
		{filter, `{"name": 5}`, "variable.v.name: not a String: text in quotes"},
		{filter, `{"name": true}`, "variable.v.name: not a String: text in quotes"},
		{filter, `{"name": {}}`, "variable.v.name: not a String: text in quotes"},
		{filter, `{"nme": "x"}`, "variable.v.nme: unknown field"},
		{filter, `5`, "variable.v: must be a UserFilter, not a string"},
		{status, `["active"]`, "variable.v[0]: not a value of UserStatus; write ACTIVE"},
		{status, `[["ACTIVE"]]`, "variable.v[0]: not a value of UserStatus"},
		{first, `2`, ok},
		{first, `2.0`, ok},
		{first, `2e0`, ok},
		{first, `2.5`, "variable.v: not an Int: a whole number of 32 bits, without quotes"},
		{first, `"2"`, "variable.v: not an Int: a whole number of 32 bits, without quotes"},
		{first, `true`, "variable.v: not an Int: a whole number of 32 bits, without quotes"},
		{first, `2147483648`, "variable.v: not an Int: a whole number of 32 bits, without quotes"},
		{first, `1e300`, "variable.v: not an Int: a whole number of 32 bits, without quotes"},
		{first, `101`, "first must be from 0 to 100, not 101"},
		{name, `"5"`, ok},
		{name, `5`, "variable.v: not a String: text in quotes"},
		{emails, `["a@example.com", 5]`, "variable.v[1]: not a String: text in quotes"},
		{emails, `"a@example.com"`, ok},
		{ids, `["a:User:1", 5, 5.0]`, "not a global id of the form provider:Type:vendor-id"},
		{ids, `[5.5]`, "variable.v[0]: not an ID: text in quotes, or a whole number"},
		{ids, `[true]`, "variable.v[0]: not an ID: text in quotes, or a whole number"},
		{skip, `false`, ok},
		{skip, `"false"`, "variable.v: not a Boolean: true or false"},
		{skip, `0`, "variable.v: not a Boolean: true or false"},
	} {
		s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Introspection: true})
		query, err := json.Marshal(test.query)
		if err != nil {
			t.Fatal(err)
		}
		body := `{"query": ` + string(query) + `, "variables": {"v": ` + test.value + `, "other": {}}}`
		res, members := s.send(t, testRequest{body: body, header: headers("Content-Type", "application/json", "Accept", "application/graphql-response+json")})
		var errs []struct {
			Message    string
			Extensions struct{ Code string }
		}
		if members["errors"] != nil {
			if err := json.Unmarshal(members["errors"], &errs); err != nil {
				t.Fatal(err)
			}
		}
		switch {
		case test.want == ok:
			if errs != nil || res.StatusCode != 200 {
				t.Errorf("%s with %s: %s", test.query, test.value, members["errors"])
			}
		case len(errs) == 0 || errs[0].Message != test.want || errs[0].Extensions.Code != "BAD_USER_INPUT":
			t.Errorf("%s with %s: %s, want %q", test.query, test.value, members["errors"], test.want)
		case strings.HasPrefix(test.want, "variable.") != (members["data"] == nil):
			t.Errorf("%s with %s: data %s", test.query, test.value, members["data"])
		}
	}
}

// TestVariables_RepresentationIsNoObject has one error at each invalid representation.
func TestVariables_RepresentationIsNoObject(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Introspection: true})
	const valid = `{__typename: \"User\", id: \"a:User:1\"}`
	for name, body := range map[string]string{
		"literals":  `{"query": "{ _entities(representations: [5, ` + valid + `, \"a\", [], true]) { __typename } }"}`,
		"variables": `{"query": "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }", "variables": {"r": [5, {"__typename": "User", "id": "a:User:1"}, "a", [], true]}}`,
	} {
		res, members := s.send(t, testRequest{body: body})
		if got := outcome(t, res, members); got != "200 BAD_USER_INPUT BAD_USER_INPUT BAD_USER_INPUT BAD_USER_INPUT data" {
			t.Errorf("%s: %s", name, got)
		}
		if got := string(members["data"]); got != `{"_entities":[null,null,null,null,null]}` {
			t.Errorf("%s: %s", name, got)
		}
		var errs []struct{ Path []any }
		if err := json.Unmarshal(members["errors"], &errs); err != nil {
			t.Fatal(err)
		}
		for i, index := range []float64{0, 2, 3, 4} {
			if i >= len(errs) || len(errs[i].Path) != 2 || errs[i].Path[1] != index {
				t.Errorf("%s: error %d is not at index %v: %s", name, i, index, members["errors"])
			}
		}
	}
}
