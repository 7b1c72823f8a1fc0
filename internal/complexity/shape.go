package complexity

import (
	"math"

	"github.com/vektah/gqlparser/v2/ast"
)

// shape has the counts of a selection set with its fragments expanded.
type shape struct {
	ownFields  int // fields of the set itself
	fields     int // selections at every depth
	aliases    int
	directives int
	unknown    int // fields that the schema does not have
	depth      int
	// introspection is a field `__schema` or `__type`, or nil.
	introspection *ast.Field
}

// merge adds the counts of another part of the same selection set.
func (s *shape) merge(other shape) {
	s.ownFields = saturatingAdd(s.ownFields, other.ownFields)
	s.fields = saturatingAdd(s.fields, other.fields)
	s.aliases = saturatingAdd(s.aliases, other.aliases)
	s.directives = saturatingAdd(s.directives, other.directives)
	s.unknown = saturatingAdd(s.unknown, other.unknown)
	s.depth = max(s.depth, other.depth)
	if s.introspection == nil {
		s.introspection = other.introspection
	}
}

// saturatingAdd and saturatingMultiply return math.MaxInt instead of overflowing.
// Their arguments must not be negative.
func saturatingAdd(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

func saturatingMultiply(a, b int) int {
	if b != 0 && a > math.MaxInt/b {
		return math.MaxInt
	}
	return a * b
}

// checkShape checks the limits on definitions, fields and overlapping fields.
func (v *Validator) checkShape(doc *ast.QueryDocument, fragments map[string]*ast.FragmentDefinition) error {
	switch {
	case len(doc.Operations) > v.limits.Operations:
		return newError(TooComplex, nil, "the document has more than %d operations", v.limits.Operations)
	case len(doc.Fragments) > v.limits.Fragments:
		return newError(TooComplex, nil, "the document has more than %d fragments", v.limits.Fragments)
	}
	counter := &shapeCounter{validator: v, fragments: fragments, memo: make(map[string]shape, len(fragments)), active: map[string]bool{}}
	var total shape
	for _, op := range doc.Operations {
		s := counter.set(op.SelectionSet, v.rootType(op.Operation))
		s.directives = saturatingAdd(s.directives, len(op.Directives))
		for _, variable := range op.VariableDefinitions {
			s.directives = saturatingAdd(s.directives, len(variable.Directives))
		}
		if s.ownFields > v.limits.RootFields {
			return newError(TooComplex, op.Position, "the operation has more than %d root fields", v.limits.RootFields)
		}
		total.merge(s)
	}
	for _, f := range doc.Fragments {
		if err := v.checkLimits(counter.fragment(f.Name), f.Position); err != nil {
			return err
		}
	}
	if counter.cycle != nil {
		return counter.cycle
	}
	if err := v.checkLimits(total, nil); err != nil {
		return err
	}
	if err := v.checkOverlap(doc, fragments); err != nil {
		return err
	}
	// This comes last: all above is the same for every schema.
	for _, f := range doc.Fragments {
		if err := v.checkUnknown(counter.fragment(f.Name), f.Position); err != nil {
			return err
		}
	}
	return v.checkUnknown(total, nil)
}

// checkLimits compares the counts of a document or a fragment with the limits.
func (v *Validator) checkLimits(s shape, at *ast.Position) error {
	switch {
	case s.fields > v.limits.Fields:
		return newError(TooComplex, at, "the document selects more than %d fields", v.limits.Fields)
	case s.depth > v.limits.Depth:
		return newError(TooComplex, at, "the document is more than %d fields deep", v.limits.Depth)
	case s.aliases > v.limits.Aliases:
		return newError(TooComplex, at, "the document has more than %d aliases", v.limits.Aliases)
	case s.directives > v.limits.Directives:
		return newError(TooComplex, at, "the document has more than %d directives", v.limits.Directives)
	case s.introspection != nil && !v.introspection:
		return newError(IntrospectionDisabled, s.introspection.Position, "introspection is disabled: %s cannot be selected", s.introspection.Name)
	}
	return nil
}

// checkUnknown compares the number of unknown fields of a document or a fragment with the limit.
func (v *Validator) checkUnknown(s shape, at *ast.Position) error {
	if s.unknown > v.limits.UnknownFields {
		return newError(ValidationFailed, at, "the document selects more than %d fields that the schema does not have", v.limits.UnknownFields)
	}
	return nil
}

// shapeCounter counts the selections of one document. It counts each fragment once.
type shapeCounter struct {
	validator *Validator
	fragments map[string]*ast.FragmentDefinition
	// memo has the shapes of the fragments that have been counted.
	memo map[string]shape
	// active has the fragments that are being counted, to detect cycles.
	active map[string]bool
	// cycle is the error of the first fragment that spreads itself, or nil.
	cycle error
}

// set counts a selection set on a type, which is nil if it is unknown.
func (c *shapeCounter) set(set ast.SelectionSet, on *ast.Definition) shape {
	var result shape
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			result.merge(c.field(s, on))
		case *ast.InlineFragment:
			inner := on
			if s.TypeCondition != "" {
				inner = c.validator.schema.Types[s.TypeCondition]
			}
			result.merge(c.set(s.SelectionSet, inner))
			result.merge(shape{fields: 1, directives: len(s.Directives)})
		case *ast.FragmentSpread:
			if c.active[s.Name] && c.cycle == nil {
				c.cycle = newError(ValidationFailed, s.Position, "the fragment %q spreads itself", s.Name)
			}
			result.merge(c.fragment(s.Name))
			result.merge(shape{fields: 1, directives: len(s.Directives)})
		}
	}
	return result
}

func (c *shapeCounter) field(f *ast.Field, on *ast.Definition) shape {
	var inner *ast.Definition
	definition := c.validator.field(on, f.Name)
	if definition != nil {
		inner = c.validator.schema.Types[definition.Type.Name()]
	}
	s := c.set(f.SelectionSet, inner)
	s.ownFields, s.depth = 1, saturatingAdd(s.depth, 1)
	s.fields = saturatingAdd(s.fields, 1)
	s.directives = saturatingAdd(s.directives, len(f.Directives))
	if f.Alias != f.Name {
		s.aliases = saturatingAdd(s.aliases, 1)
	}
	if definition == nil && on != nil {
		s.unknown = saturatingAdd(s.unknown, 1+len(f.Name)/100)
	}
	if f.Name == "__schema" || f.Name == "__type" {
		s.introspection = f
	}
	return s
}

// fragment counts a fragment. A fragment that is unknown or within itself counts
// as nothing: the document is invalid in both cases.
func (c *shapeCounter) fragment(name string) shape {
	definition, found := c.fragments[name]
	if !found || c.active[name] {
		return shape{}
	}
	if s, done := c.memo[name]; done {
		return s
	}
	c.active[name] = true
	s := c.set(definition.SelectionSet, c.validator.schema.Types[definition.TypeCondition])
	s.directives = saturatingAdd(s.directives, len(definition.Directives))
	delete(c.active, name)
	c.memo[name] = s
	return s
}
