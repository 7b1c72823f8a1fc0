package transport_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// bounded is a place in an argument for a text or a list.
type bounded struct {
	// path names the place as messages do.
	path string
	// value returns the argument with n bytes or elements in the place.
	value func(n int) any
	limit int
	// what is what the message counts.
	what string
}

// places returns every bounded place in values of a type.
func places(schema *ast.Schema, path string, typ *ast.Type) (all []bounded) {
	if typ.Elem != nil {
		one := func(n int) any { return n }
		for _, p := range places(schema, path, typ.Elem) {
			if one = p.value; p.what == "bytes" {
				all = append(all, bounded{p.path, func(n int) any { return []any{p.value(n)} }, p.limit, p.what})
			}
		}
		if typ.Name() == "ID" || schema.Types[typ.Name()].Kind == ast.Enum {
			one = func(int) any { return smallest(schema, typ.Elem) }
		}
		limit := 100
		if path == "filter.emails" {
			limit = 1000
		}
		return append(all, bounded{path, func(n int) any {
			list := make([]any, n)
			for i := range list {
				list[i] = one(1)
			}
			return list
		}, limit, "values"})
	}
	definition := schema.Types[typ.NamedType]
	text := func(n int) any { return strings.Repeat("x", n) }
	switch {
	case typ.NamedType == "ID":
		return []bounded{{path, text, 2048, "bytes"}}
	case path == "after":
		return []bounded{{path, text, 8 << 10, "bytes"}}
	case typ.NamedType == "String" || definition.Kind == ast.Scalar && !definition.BuiltIn && typ.NamedType != "_Any":
		return []bounded{{path, text, 1 << 10, "bytes"}}
	case definition.Kind != ast.InputObject:
		return nil
	}
	for _, f := range definition.Fields {
		for _, p := range places(schema, path+"."+f.Name, f.Type) {
			all = append(all, bounded{p.path, func(n int) any {
				object := map[string]any{f.Name: p.value(n)}
				for _, other := range definition.Fields {
					if other.Type.NonNull && other != f {
						object[other.Name] = smallest(schema, other.Type)
					}
				}
				return object
			}, p.limit, p.what})
		}
	}
	return all
}

// smallest returns a value of a type.
func smallest(schema *ast.Schema, typ *ast.Type) any {
	switch definition := schema.Types[typ.NamedType]; {
	case typ.Elem != nil:
		return []any{}
	case definition.Kind == ast.Enum:
		return definition.EnumValues[0].Name
	case typ.NamedType == "Int":
		return 1
	case typ.NamedType == "ID":
		return "a:User:1"
	}
	return "x"
}

// documentOf returns a document that selects a field of a type with variables as arguments.
func documentOf(schema *ast.Schema, typ *ast.Definition, f *ast.FieldDefinition) string {
	var variables, arguments []string
	for _, a := range f.Arguments {
		variables = append(variables, "$"+a.Name+": "+a.Type.String())
		arguments = append(arguments, a.Name+": $"+a.Name)
	}
	selection := f.Name + "(" + strings.Join(arguments, ", ") + ")"
	if schema.Types[f.Type.Name()].IsCompositeType() {
		selection += " { __typename }"
	}
	switch typ {
	case schema.Query:
	case schema.Mutation:
		return "mutation (" + strings.Join(variables, ", ") + ") { " + selection + " }"
	default:
		selection = "_entities(representations: []) { ... on " + typ.Name + " { " + selection + " } }"
	}
	return "query (" + strings.Join(variables, ", ") + ") { " + selection + " }"
}

// TestArguments_AreBounded gives each argument of the schema, and each field within it, a value
// at its bound and one beyond it.
func TestArguments_AreBounded(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(auth.CacheWrite)})
	tested := map[string]bool{}
	for _, typ := range schema.Types {
		if typ.Kind != ast.Object || strings.HasPrefix(typ.Name, "_") || typ.Name == "Entity" {
			continue
		}
		for _, f := range typ.Fields {
			if strings.HasPrefix(f.Name, "_") {
				continue
			}
			for _, argument := range f.Arguments {
				for _, place := range places(schema, argument.Name, argument.Type) {
					tested[typ.Name+"."+f.Name+" "+place.path] = true
					send := func(n int) string {
						variables := map[string]any{}
						for _, a := range f.Arguments {
							if a.Type.NonNull {
								variables[a.Name] = smallest(schema, a.Type)
							}
						}
						variables[argument.Name] = place.value(n)
						body, err := json.Marshal(map[string]any{"query": documentOf(schema, typ, f), "variables": variables})
						if err != nil {
							t.Fatal(err)
						}
						_, members := s.send(t, testRequest{body: string(body)})
						return string(members["errors"])
					}
					message := fmt.Sprintf("%s: the argument %s has %d %s, more than %d", f.Name, place.path, place.limit+1, place.what, place.limit)
					if place.what == "values" && place.path == argument.Name {
						message = fmt.Sprintf("at most %d at once, not %d", place.limit, place.limit+1)
					}
					if got := send(place.limit + 1); !strings.Contains(got, message) || !strings.Contains(got, `"code":"BAD_USER_INPUT"`) {
						t.Errorf("%s.%s %s: %.300s, want %q", typ.Name, f.Name, place.path, got, message)
					}
					if got := send(place.limit); strings.Contains(got, "more than") || strings.Contains(got, "at most") || strings.Contains(got, "VALIDATION") {
						t.Errorf("%s.%s %s at its bound: %.300s", typ.Name, f.Name, place.path, got)
					}
				}
			}
		}
	}
	for _, place := range []string{"Query.users filter.name", "Query.nodes ids", "Account.members after", "Query.users filter.createdAfter", "Query.people filter.emails", "Mutation.refresh ids"} {
		if !tested[place] {
			t.Errorf("%s is not tested", place)
		}
	}
}
