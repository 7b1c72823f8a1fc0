package complexity_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/demo"
)

func schema() *ast.Schema {
	return generated.NewExecutableSchema(generated.Config{}).Schema()
}

func newGuard() *complexity.Validator {
	return complexity.New(schema(), complexity.DefaultLimits(), true)
}

// judge is the code that a document and its variables are refused with, "" when
// they pass.
func judge(g *complexity.Validator, document string, variables map[string]any) string {
	d, err := g.Read(document)
	if err == nil {
		err = d.Check("", variables)
	}
	return code(err)
}

func code(err error) string {
	var refused *gqlerror.Error
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &refused):
		return err.Error()
	}
	return fmt.Sprint(refused.Extensions["code"])
}

func TestHostileDocuments(t *testing.T) {
	g := newGuard()
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			fastest := time.Hour
			for range 5 { // other work on the machine is not the guard's
				start := time.Now()
				if code := judge(g, h.document, nil); code != h.code {
					t.Fatalf("%q, want %q", code, h.code)
				}
				fastest = min(fastest, time.Since(start))
			}
			if fastest > bound() {
				t.Errorf("%d bytes took %s", len(h.document), fastest)
			}
		})
	}
}

// bound is how long a hostile document may take: 10 ms, ten times that where the race
// detector is watching.
func bound() time.Duration {
	info, _ := debug.ReadBuildInfo()
	if slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return 100 * time.Millisecond
	}
	return 10 * time.Millisecond
}

// TestWhatPeopleAsk holds that the tabs of GraphiQL, what it asks itself, and the
// queries that `demo` prints pass.
func TestWhatPeopleAsk(t *testing.T) {
	tabs, err := os.ReadFile("../graphiql/web/src/tabs.js")
	if err != nil {
		t.Fatal(err)
	}
	asked := append([]string{introspection}, demo.Queries...)
	for _, found := range regexp.MustCompile("(?s)= `(.*?)`").FindAllStringSubmatch(string(tabs), -1) {
		asked = append(asked, found[1])
	}
	if len(asked) < 8 {
		t.Fatalf("found %d documents", len(asked))
	}
	g := newGuard()
	for _, document := range asked {
		if code := judge(g, document, nil); code != "" {
			t.Errorf("%s:\n%s", code, document)
		}
	}
}

// TestWeight gives each document exactly the cost that it needs, and one less.
func TestWeight(t *testing.T) {
	tests := []struct {
		document  string
		variables string
		want      int // objects, and ten values as one
	}{
		{`{ user(id: "a:User:1") { id name } }`, ``, 2},
		{`{ __typename }`, ``, 1},
		{`{ users { nodes { id } } }`, ``, 1 + 50 + 5},
		{`{ users(first: 10) { nodes { id } } }`, ``, 1 + 10 + 1},
		{`{ users(first: null) { nodes { id } } }`, ``, 1 + 50 + 5},
		{`{ users(first: 2147483647) { nodes { id } } }`, ``, 1 + 100 + 10},
		{`{ users(first: -5) { nodes { id } } }`, ``, 1},
		{`query ($n: Int) { users(first: $n) { nodes { id } } }`, `{"n": 10}`, 1 + 10 + 1},
		{`query ($n: Int) { users(first: $n) { nodes { id } } }`, `{"n": null}`, 1 + 50 + 5},
		{`query ($n: Int) { users(first: $n) { nodes { id } } }`, ``, 1 + 50 + 5},
		{`query ($n: Int = 20) { users(first: $n) { nodes { id } } }`, ``, 1 + 20 + 2},
		{`query ($n: Int = 20) { users(first: $n) { nodes { id } } }`, `{"n": "all"}`, 1 + 100 + 10},
		{`{ users(first: 10) { edges { node { id } } pageInfo { hasNextPage } } }`, ``, 1 + 2*10 + 1 + 2},
		{`{ users(first: 10) { ...P } } fragment P on UserConnection { nodes { ...U } } fragment U on User { id }`, ``, 12},
		{`{ a: users(first: 10) { ...P } b: users(first: 20) { ...P } } fragment P on UserConnection { nodes { id } }`, ``, 1 + 11 + 1 + 22},
		{`{ accounts(first: 3) { nodes { groups(first: 4) { nodes { users(first: 5) { nodes { id } } } } } } }`, ``, 1 + 3*(1+1) + 12*(1+1) + 60 + 6},
		{`{ buyer(id: "a:Buyer:1") { sellers { id } } }`, ``, 1 + 10 + 1},
		{`{ nodes(ids: ["a", "b", "c"]) { id } }`, ``, 3 + 1},
		{`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids": ["a", "b"]}`, 2 + 1},
		{`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids": "a"}`, 1 + 1},
		{`query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }`, `{"r": [{}, {}, {}, {}]}`, 4 + 1},
		{`{ node(id: "a") { ... on Account { members(first: 7) { nodes { id } } } } }`, ``, 1 + 1 + 7 + 1},
		{`{ node(id: "a") { ... on Nothing { members(first: 7) { nodes { id } } } nothing { id } } }`, ``, 1 + 3 + 2},
		{`{ __schema { types { name } } }`, ``, 5000},
		{`{ _service { sdl } }`, ``, 2},
	}
	for _, test := range tests {
		var variables map[string]any
		if test.variables != "" {
			if err := json.Unmarshal([]byte(strings.ReplaceAll(test.variables, "'", `"`)), &variables); err != nil {
				t.Fatal(err)
			}
			numbers(variables)
		}
		limits := complexity.DefaultLimits()
		limits.Cost = test.want
		if code := judge(complexity.New(schema(), limits, true), test.document, variables); code != "" {
			t.Errorf("%s %s costs more than %d", test.document, test.variables, test.want)
		}
		limits.Cost--
		if code := judge(complexity.New(schema(), limits, true), test.document, variables); code != "QUERY_TOO_COMPLEX" {
			t.Errorf("%s %s costs less than %d", test.document, test.variables, test.want)
		}
	}
}

// numbers makes numbers what the door makes of them.
func numbers(variables map[string]any) {
	for name, v := range variables {
		if f, ok := v.(float64); ok {
			variables[name] = json.Number(fmt.Sprint(f))
		}
	}
}

func TestRepresentations(t *testing.T) {
	const document = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }`
	g := newGuard()
	for n, want := range map[int]string{1000: "", 1001: "QUERY_TOO_COMPLEX", 100_000: "QUERY_TOO_COMPLEX"} {
		if got := judge(g, document, map[string]any{"r": make([]any, n)}); got != want {
			t.Errorf("%d representations: %q, want %q", n, got, want)
		}
	}
}

func TestIntrospectionOff(t *testing.T) {
	g := complexity.New(schema(), complexity.DefaultLimits(), false)
	for document, want := range map[string]string{
		introspection:                       "INTROSPECTION_DISABLED",
		`{ __type(name: "User") { name } }`: "INTROSPECTION_DISABLED",
		`{ ...A } fragment A on Query { ... { x: __schema { types { name } } } }`: "INTROSPECTION_DISABLED",
		`{ __typename users { __typename } }`:                                     "",
		`{ _service { sdl } }`:                                                    "",
	} {
		if got := judge(g, document, nil); got != want {
			t.Errorf("%q, want %q: %s", got, want, document)
		}
	}
}

func TestOperation(t *testing.T) {
	g := newGuard()
	for _, test := range []struct{ document, name, kind, code string }{
		{"{ __typename }", "", "query", ""},
		{"{ __typename }", "A", "", "GRAPHQL_VALIDATION_FAILED"},
		{"query A { __typename } mutation B { b }", "", "", "GRAPHQL_VALIDATION_FAILED"},
		{"query A { __typename } mutation B { b }", "A", "query", ""},
		{"query A { __typename } mutation B { b }", "B", "mutation", ""},
		{"fragment A on Query { __typename }", "", "", "GRAPHQL_VALIDATION_FAILED"},
		{"{", "", "", "GRAPHQL_PARSE_FAILED"},
		{"", "", "", "GRAPHQL_VALIDATION_FAILED"},
	} {
		var kind ast.Operation
		d, err := g.Read(test.document)
		if err == nil {
			kind, err = d.Operation(test.name)
		}
		if string(kind) != test.kind || code(err) != test.code {
			t.Errorf("%q with %q: %q %q", test.document, test.name, kind, code(err))
		}
	}
}

// introspection is what GraphiQL asks when it opens.
const introspection = `query IntrospectionQuery {
  __schema {
    description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL
  fields(includeDeprecated: true) {
    name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}`
