package transport_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// refused are requests that are rejected whatever word takes the place of %[1]s.
var refused = map[string]struct {
	document string
	// variables is a JSON object.
	variables string
	// exists is a word of the schema; the other one is not.
	exists, other string
}{
	"a field":                       {document: "{ users { %[1]s zz } }", exists: "nodes", other: "nodez"},
	"a field with an alias":         {document: "{ users { a: %[1]s zz } }", exists: "totalCount", other: "count"},
	"an object without fields":      {document: "{ users { %[1]s zz } }", exists: "pageInfo", other: "pageinfo"},
	"a scalar with fields":          {document: "{ users { %[1]s { zz } } }", exists: "totalCount", other: "count"},
	"an argument":                   {document: "{ users(%[1]s: {}) { zz } }", exists: "first", other: "last"},
	"a value":                       {document: "{ users(filter: {status: [%[1]s]}) { zz } }", exists: "ACTIVE", other: "ALIVE"},
	"a field of an input":           {document: "{ users(filter: {%[1]s: 1.5}) { nodes { id } } }", exists: "status", other: "state"},
	"a type":                        {document: "{ node(id: 1) { ... on %[1]s { zz } } }", exists: "User", other: "Login"},
	"a type of a fragment":          {document: "{ node(id: 1) { ...f } } fragment f on %[1]s { zz }", exists: "User", other: "Login"},
	"a type that is not possible":   {document: "{ user(id: 1) { ... on %[1]s { id } } }", exists: "Group", other: "Team"},
	"a type of a variable":          {document: "query ($v: %[1]s) { zz }", exists: "UserFilter", other: "UserFilt"},
	"an output type of a variable":  {document: "query ($v: %[1]s) { __typename }", exists: "User", other: "Login"},
	"a directive":                   {document: "{ users @%[1]s { zz } }", exists: "include", other: "defer"},
	"26 unknown fields":             {document: "{ user(id: 1) { %[1]s " + numbered(25, "u%d") + " } }", exists: "name", other: "title"},
	"26 unknown fields and types":   {document: "{ node(id: 1) { ... on %[1]s { " + numbered(26, "u%d") + " } } }", exists: "User", other: "Login"},
	"26 unknown in a fragment":      {document: "{ ...f } fragment f on %[1]s { " + numbered(26, "u%d") + " }", exists: "Query", other: "Root"},
	"similar fields":                {document: "{ user(id: 1) { " + numbered(90, "%%[1]s: n%d") + " } }", exists: "name", other: "title"},
	"overlapping fields":            {document: "{ users { %[1]s { " + strings.Repeat("id ", 101) + "} } }", exists: "nodes", other: "nodez"},
	"overlap and 26 unknown":        {document: "{ users { %[1]s { " + strings.Repeat("id ", 101) + numbered(26, "u%d") + " } } }", exists: "nodes", other: "nodez"},
	"cost":                          {document: "{ users(first: 100) { %[1]s { memberships(first: 100) { nodes { groups { users(first: 100) { nodes { zz } } } } } } } }", exists: "nodes", other: "nodez"},
	"cost by variables":             {document: "query ($n: Int) { users(first: $n) { %[1]s { memberships(first: $n) { nodes { groups { users(first: $n) { nodes { zz } } } } } } } }", variables: `{"n": 100}`, exists: "nodes", other: "nodez"},
	"introspection":                 {document: "{ __schema { %[1]s } " + numbered(26, "u%d") + " }", exists: "types", other: "kinds"},
	"introspection, one type":       {document: `{ __type(name: "%[1]s") { name } }`, exists: "User", other: "Login"},
	"the SDL":                       {document: "{ providers { name } %[1]s { sdl } }", exists: "_service", other: "_servicf"},
	"the SDL, and too many objects": {document: "{ %[1]s { sdl } users(first: 100) { nodes { memberships(first: 100) { nodes { user { memberships(first: 100) { nodes { id } } } } } } } }", exists: "_service", other: "_servicf"},
	"the type of the SDL":           {document: "{ ...F } fragment F on %[1]s { sdl }", exists: "_Service", other: "_Servicf"},
	"no operation":                  {document: "fragment f on %[1]s { " + numbered(26, "u%d") + " }", exists: "User", other: "Usen"},
	"many fields":                   {document: "{ users { %[1]s { " + strings.Repeat("a { b { ", 10) + "c" + strings.Repeat(" } }", 10) + " } } }", exists: "nodes", other: "nodez"},
	"variables of a bad document":   {document: "query ($f: UserFilter) { users(filter: $f) { zz } }", variables: `{"f": {"%[1]s": [1]}}`, exists: "status", other: "state"},
	"an unknown field in a value":   {document: "query ($f: UserFilter) { users(filter: $f) { nodes { id } } }", variables: `{"f": {"%[1]s": 1.5}}`, exists: "status", other: "state"},
	"an enum of another case":       {document: "query ($f: UserFilter) { users(filter: $f) { nodes { id } } }", variables: `{"f": {"status": ["%[1]s"]}}`, exists: "active", other: "alive"},
	"values and cost": {
		document:  "query ($f: UserFilter, $n: Int) { users(first: $n, filter: $f) { nodes { memberships(first: $n) { nodes { user { memberships(first: $n) { nodes { id } } } } } } } }",
		variables: `{"n": 100, "f": {"%[1]s": 1.5}}`, exists: "status", other: "state",
	},
	"two bad values": {
		document:  "query ($a: UserFilter, $b: Int) { users(first: $b, filter: $a) { nodes { id } } }",
		variables: `{"a": {"%[1]s": 1.5}, "b": "x"}`, exists: "status", other: "state",
	},
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+" ", i)
	}
	return b.String()
}

// TestTransport_RefusalsTellNoNames: without introspection, a rejected document reads the same
// whether a name in it exists or not.
func TestTransport_RefusalsTellNoNames(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll()})
	for name, probe := range refused {
		t.Run(name, func(t *testing.T) {
			send := func(word string) string {
				variables := json.RawMessage("null")
				if probe.variables != "" {
					variables = json.RawMessage(strings.ReplaceAll(probe.variables, "%[1]s", word))
				}
				body, err := json.Marshal(map[string]any{"query": strings.ReplaceAll(probe.document, "%[1]s", word), "variables": variables})
				if err != nil {
					t.Fatal(err)
				}
				res, members := s.send(t, testRequest{body: string(body)})
				if members["data"] != nil || members["errors"] == nil {
					t.Fatalf("%q is accepted: %s", word, members)
				}
				return fmt.Sprint(res.StatusCode, " ", string(members["errors"]))
			}
			if known, unknown := send(probe.exists), send(probe.other); known != unknown {
				t.Errorf("%q: %s\n%q: %s", probe.exists, known, probe.other, unknown)
			}
		})
	}
}
