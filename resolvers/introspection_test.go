package resolvers_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/resolvers"
)

// TestIntrospection_ShowsAPI finds no type and no directive that exists for composition or
// for the code generator, and every type of schema.graphqls.
func TestIntrospection_ShowsAPI(t *testing.T) {
	s := newTestServer(t, serverConfig{})
	var response struct {
		Data struct {
			Schema struct {
				Types []struct {
					Name          string
					Fields        []introspectedField
					InputFields   []introspectedField
					Interfaces    []introspectedType
					PossibleTypes []introspectedType
				}
				Directives []struct {
					Name string
					Args []introspectedField
				}
			} `json:"__schema"`
			Entity, FieldSet *introspectedType
		}
	}
	body := s.query(t, `{
		__schema {
			types {
				name interfaces { name } possibleTypes { name } inputFields { name type { ...T } }
				fields(includeDeprecated: true) { name type { ...T } args { name type { ...T } } }
			}
			directives { name args { name type { ...T } } }
		}
		Entity: __type(name: "Entity") { name } FieldSet: __type(name: "FieldSet") { name }
	}
	fragment T on __Type { name ofType { name ofType { name ofType { name } } } }`, nil)
	if err := json.Unmarshal(body, &response); err != nil {
		t.Fatal(err)
	}
	schema := response.Data.Schema
	var directives, types []string
	named := map[string]bool{}
	for _, d := range schema.Directives {
		directives = append(directives, d.Name)
		addNames(named, d.Args...)
	}
	for _, typ := range schema.Types {
		types = append(types, typ.Name)
		addNames(named, typ.Fields...)
		addNames(named, typ.InputFields...)
		for _, other := range slices.Concat(typ.Interfaces, typ.PossibleTypes) {
			named[other.Name] = true
		}
		for _, f := range typ.Fields {
			addNames(named, f.Args...)
		}
	}
	if diff := cmp.Diff([]string{"defer", "deprecated", "include", "oneOf", "skip", "specifiedBy"}, directives); diff != "" {
		t.Errorf("directives (-want +got):\n%s", diff)
	}
	for name := range named {
		if !slices.Contains(types, name) {
			t.Errorf("%s is named, but is no type", name)
		}
	}
	for name, d := range generated.NewExecutableSchema(generated.Config{}).Schema().Types {
		ours := d.Position != nil && d.Position.Src.Name == "../../schema.graphqls"
		if shown := slices.Contains(types, name); ours && !shown || shown && !ours && !strings.HasPrefix(name, "_") && !d.BuiltIn {
			t.Errorf("%s: shown %t", name, shown)
		}
	}
	if response.Data.Entity != nil || response.Data.FieldSet != nil {
		t.Errorf("__type finds %+v, %+v", response.Data.Entity, response.Data.FieldSet)
	}
}

type introspectedType struct {
	Name   string
	OfType *introspectedType
}

type introspectedField struct {
	Name string
	Type introspectedType
	Args []introspectedField
}

// addNames adds the names of the types of fields or arguments.
func addNames(names map[string]bool, fields ...introspectedField) {
	for _, f := range fields {
		typ := &f.Type
		for typ.OfType != nil {
			typ = typ.OfType
		}
		names[typ.Name] = true
	}
}

// TestSchema_DefinitionsOfService has the SDL for composition with all its directives.
func TestSchema_DefinitionsOfService(t *testing.T) {
	if resolvers.New().Schema().Types["Entity"] != nil {
		t.Error("clients see the type Entity")
	}
	s := newTestServer(t, serverConfig{})
	var response struct {
		Data struct {
			Service struct{ SDL string } `json:"_service"`
		}
	}
	if err := json.Unmarshal(s.query(t, "{ _service { sdl } }", nil), &response); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"@link(", "directive @cost(", `@key(fields: "id")`, "@requiresScopes("} {
		if !strings.Contains(response.Data.Service.SDL, text) {
			t.Errorf("_service has no %s", text)
		}
	}
}
