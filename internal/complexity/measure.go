package complexity

import (
	"math"

	"github.com/vektah/gqlparser/v2/ast"
)

// counts are what a selection set spells out.
type counts struct {
	here       int // fields of the set itself
	fields     int // all selections, at every depth
	aliases    int
	directives int
	unknown    int // fields that the schema does not have
	depth      int
	// schema is a field that asks for the schema, or nil.
	schema *ast.Field
}

// include adds what stands beside.
func (c *counts) include(other counts) {
	c.here = add(c.here, other.here)
	c.fields = add(c.fields, other.fields)
	c.aliases = add(c.aliases, other.aliases)
	c.directives = add(c.directives, other.directives)
	c.unknown = add(c.unknown, other.unknown)
	c.depth = max(c.depth, other.depth)
	if c.schema == nil {
		c.schema = other.schema
	}
}

// add and multiply stop at the largest int instead of beginning anew.
func add(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

func multiply(a, b int) int {
	if b != 0 && a > math.MaxInt/b {
		return math.MaxInt
	}
	return a * b
}

// ruler counts, each fragment once.
type ruler struct {
	guard     *Validator
	fragments map[string]*ast.FragmentDefinition
	known     map[string]counts
	// open are the fragments around the place that is being counted.
	open  map[string]bool
	cycle error
}

// measure holds a document against the limits of its shape.
func (g *Validator) measure(doc *ast.QueryDocument, fragments map[string]*ast.FragmentDefinition) error {
	switch {
	case len(doc.Operations) > g.limits.Operations:
		return refuse(TooComplex, nil, "the document has more than %d operations", g.limits.Operations)
	case len(doc.Fragments) > g.limits.Fragments:
		return refuse(TooComplex, nil, "the document has more than %d fragments", g.limits.Fragments)
	}
	r := &ruler{guard: g, fragments: fragments, known: make(map[string]counts, len(fragments)), open: map[string]bool{}}
	var all counts
	for _, op := range doc.Operations {
		c := r.set(op.SelectionSet, g.root(op.Operation))
		c.directives = add(c.directives, len(op.Directives))
		for _, v := range op.VariableDefinitions {
			c.directives = add(c.directives, len(v.Directives))
		}
		if c.here > g.limits.RootFields {
			return refuse(TooComplex, op.Position, "the operation has more than %d root fields", g.limits.RootFields)
		}
		all.include(c)
	}
	for _, f := range doc.Fragments {
		if err := g.hold(r.fragment(f.Name), f.Position); err != nil {
			return err
		}
	}
	if r.cycle != nil {
		return r.cycle
	}
	if err := g.hold(all, nil); err != nil {
		return err
	}
	return g.place(doc, fragments)
}

// hold compares counts with the limits.
func (g *Validator) hold(c counts, at *ast.Position) error {
	switch {
	case c.fields > g.limits.Fields:
		return refuse(TooComplex, at, "the document selects more than %d fields", g.limits.Fields)
	case c.depth > g.limits.Depth:
		return refuse(TooComplex, at, "the document is more than %d fields deep", g.limits.Depth)
	case c.aliases > g.limits.Aliases:
		return refuse(TooComplex, at, "the document has more than %d aliases", g.limits.Aliases)
	case c.directives > g.limits.Directives:
		return refuse(TooComplex, at, "the document has more than %d directives", g.limits.Directives)
	case c.unknown > g.limits.UnknownFields:
		return refuse(ValidationFailed, at, "the document selects more than %d fields that the schema does not have", g.limits.UnknownFields)
	case c.schema != nil && !g.introspection:
		return refuse(IntrospectionDisabled, c.schema.Position, "introspection is off: %s cannot be asked for", c.schema.Name)
	}
	return nil
}

func (g *Validator) root(kind ast.Operation) *ast.Definition {
	switch kind {
	case ast.Mutation:
		return g.schema.Mutation
	case ast.Subscription:
		return g.schema.Subscription
	}
	return g.schema.Query
}

// set counts a selection set on a type, which is nil where it is not known.
func (r *ruler) set(set ast.SelectionSet, on *ast.Definition) counts {
	var c counts
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			c.include(r.field(s, on))
		case *ast.InlineFragment:
			inner := on
			if s.TypeCondition != "" {
				inner = r.guard.schema.Types[s.TypeCondition]
			}
			c.include(r.set(s.SelectionSet, inner))
			c.include(counts{fields: 1, directives: len(s.Directives)})
		case *ast.FragmentSpread:
			if r.open[s.Name] && r.cycle == nil {
				r.cycle = refuse(ValidationFailed, s.Position, "the fragment %q spreads itself", s.Name)
			}
			c.include(r.fragment(s.Name))
			c.include(counts{fields: 1, directives: len(s.Directives)})
		}
	}
	return c
}

func (r *ruler) field(f *ast.Field, on *ast.Definition) counts {
	var inner *ast.Definition
	definition := r.guard.field(on, f.Name)
	if definition != nil {
		inner = r.guard.schema.Types[definition.Type.Name()]
	}
	c := r.set(f.SelectionSet, inner)
	c.here, c.depth = 1, add(c.depth, 1)
	c.fields = add(c.fields, 1)
	c.directives = add(c.directives, len(f.Directives))
	if f.Alias != f.Name {
		c.aliases = add(c.aliases, 1)
	}
	if definition == nil && on != nil {
		c.unknown = add(c.unknown, 1+len(f.Name)/100)
	}
	if f.Name == "__schema" || f.Name == "__type" {
		c.schema = f
	}
	return c
}

// typename is a field that every composite type has.
var typename = &ast.FieldDefinition{Name: "__typename", Type: ast.NonNullNamedType("String", nil)}

// field finds a field of a type; nil where one of both is not known.
func (g *Validator) field(on *ast.Definition, name string) *ast.FieldDefinition {
	if on == nil {
		return nil
	}
	if name == typename.Name {
		return typename
	}
	return on.Fields.ForName(name)
}

// fragment counts what a fragment holds. Where it is spread inside of itself it
// counts as nothing: such a document is refused as a whole.
func (r *ruler) fragment(name string) counts {
	definition, found := r.fragments[name]
	if !found || r.open[name] {
		return counts{}
	}
	if c, done := r.known[name]; done {
		return c
	}
	r.open[name] = true
	c := r.set(definition.SelectionSet, r.guard.schema.Types[definition.TypeCondition])
	c.directives = add(c.directives, len(definition.Directives))
	delete(r.open, name)
	r.known[name] = c
	return c
}
