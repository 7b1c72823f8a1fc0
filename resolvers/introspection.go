package resolvers

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// clientSchema returns the part of a schema that clients can use: the types that a
// document can reach, and the directives that it can have. It leaves out what exists for
// composition and for the code generator. The definitions are shared with s.
func clientSchema(s *ast.Schema) *ast.Schema {
	c := *s
	c.Types, c.Directives = map[string]*ast.Definition{}, map[string]*ast.DirectiveDefinition{}
	reach := reachable{s, c.Types}
	for name, d := range s.Directives {
		if isForClients(d) {
			c.Directives[name] = d
			reach.arguments(d.Arguments)
		}
	}
	for _, root := range []*ast.Definition{s.Query, s.Mutation, s.Subscription, s.Types["__Schema"], s.Types["__Type"]} {
		if root != nil {
			reach.add(root.Name)
		}
	}
	return &c
}

// schemaDirectives are the directives of the specification whose effect introspection
// shows.
var schemaDirectives = []string{"deprecated", "specifiedBy", "oneOf"}

// isForClients reports whether a directive can stand in a document, or is one of
// schemaDirectives.
func isForClients(d *ast.DirectiveDefinition) bool {
	return slices.Contains(schemaDirectives, d.Name) || slices.ContainsFunc(d.Locations, func(l ast.DirectiveLocation) bool {
		return l == ast.LocationField || l == ast.LocationQuery || l == ast.LocationFragmentSpread
	})
}

// reachable collects the types that a document can reach.
type reachable struct {
	schema *ast.Schema
	types  map[string]*ast.Definition
}

func (r reachable) add(name string) {
	d := r.schema.Types[name]
	if d == nil || r.types[name] != nil {
		return
	}
	r.types[name] = d
	for _, f := range d.Fields {
		r.add(f.Type.Name())
		r.arguments(f.Arguments)
	}
	for _, name := range d.Interfaces {
		r.add(name)
	}
	for _, possible := range r.schema.GetPossibleTypes(d) {
		r.add(possible.Name)
	}
}

func (r reachable) arguments(arguments ast.ArgumentDefinitionList) {
	for _, a := range arguments {
		r.add(a.Type.Name())
	}
}
