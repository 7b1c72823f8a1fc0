package complexity

import "github.com/vektah/gqlparser/v2/ast"

const (
	// object and value are what each of them weighs. An object may have to be
	// fetched; a value is only written down.
	object, value = 10, 1
	// schemaWeight is for `__schema` as a whole and typeWeight for `__type`:
	// validation bounds how deep introspection can nest lists. GraphiQL asks for
	// the schema once.
	schemaWeight, typeWeight = 5000 * object, 500 * object
)

// weight is what an answer to a selection set could hold.
type weight struct {
	once int
	// each is what the lists of a connection hold for every object on its page.
	each int
}

func (w *weight) include(other weight) {
	w.once, w.each = add(w.once, other.once), add(w.each, other.each)
}

// scale weighs one operation, each fragment once.
type scale struct {
	*Document
	operation *ast.OperationDefinition
	variables map[string]any
	known     map[string]weight
	// varies is set when the length of a list depends on variables.
	varies bool
	err    error
}

// weigh holds an operation against the limit of cost. fixed tells that the
// result is the same for all variables.
func (d *Document) weigh(op *ast.OperationDefinition, variables map[string]any) (fixed bool, err error) {
	s := &scale{Document: d, operation: op, variables: variables, known: map[string]weight{}}
	w := s.set(op.SelectionSet, d.guard.root(op.Operation))
	if s.err == nil && w.once > multiply(d.guard.limits.Cost, object) {
		s.err = refuse(TooComplex, op.Position, "the answer could hold more than %d objects: ask for shorter lists, or for fewer lists in lists", d.guard.limits.Cost)
	}
	return !s.varies, s.err
}

func (s *scale) set(set ast.SelectionSet, on *ast.Definition) weight {
	var w weight
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			w.include(s.field(sel, on))
		case *ast.InlineFragment:
			inner := on
			if sel.TypeCondition != "" {
				inner = s.guard.schema.Types[sel.TypeCondition]
			}
			w.include(s.set(sel.SelectionSet, inner))
		case *ast.FragmentSpread:
			w.include(s.fragment(sel.Name))
		}
	}
	return w
}

func (s *scale) fragment(name string) weight {
	definition := s.fragments[name]
	if definition == nil {
		return weight{}
	}
	w, done := s.known[name]
	if !done {
		w = s.set(definition.SelectionSet, s.guard.schema.Types[definition.TypeCondition])
		s.known[name] = w
	}
	return w
}

func (s *scale) field(f *ast.Field, on *ast.Definition) weight {
	switch f.Name {
	case "__schema":
		return weight{once: schemaWeight}
	case "__type":
		return weight{once: typeWeight}
	}
	definition := s.guard.field(on, f.Name)
	if definition == nil {
		return weight{once: add(object, s.set(f.SelectionSet, nil).once)}
	}
	inner := s.guard.schema.Types[definition.Type.Name()]
	if inner == nil || !inner.IsCompositeType() {
		return weight{once: value}
	}
	w := s.set(f.SelectionSet, inner)
	one := add(object, w.once)
	switch {
	case s.guard.connections[inner.Name]:
		return weight{once: add(one, multiply(s.page(f, definition), w.each))}
	case definition.Type.Elem == nil:
		return weight{once: one}
	case s.guard.connections[on.Name]:
		return weight{each: one}
	}
	return weight{once: multiply(s.length(f, definition), one)}
}
