package guard

import "github.com/vektah/gqlparser/v2/ast"

// places holds the fields of a selection set that share one place in the answer
// against the limit: validation compares each of them with each other. It follows
// every spread, so it is for documents whose fields have been counted.
func (g *Guard) places(set ast.SelectionSet, fragments map[string]*ast.FragmentDefinition) error {
	return g.merge([]ast.SelectionSet{set}, fragments)
}

// merge takes selection sets of one place together.
func (g *Guard) merge(sets []ast.SelectionSet, fragments map[string]*ast.FragmentDefinition) error {
	type place struct {
		copies int
		sets   []ast.SelectionSet
	}
	places := map[string]*place{}
	var collect func(ast.SelectionSet) error
	collect = func(set ast.SelectionSet) error {
		for _, selection := range set {
			var inner ast.SelectionSet
			switch s := selection.(type) {
			case *ast.Field:
				p := places[s.Alias]
				if p == nil {
					p = &place{}
					places[s.Alias] = p
				}
				p.copies++
				if p.copies > g.limits.Copies {
					return refuse(TooComplex, s.Position, "the document selects a field more than %d times in one place", g.limits.Copies)
				}
				if len(s.SelectionSet) > 0 {
					p.sets = append(p.sets, s.SelectionSet)
				}
			case *ast.InlineFragment:
				inner = s.SelectionSet
			case *ast.FragmentSpread:
				if definition := fragments[s.Name]; definition != nil {
					inner = definition.SelectionSet
				}
			}
			if err := collect(inner); err != nil {
				return err
			}
		}
		return nil
	}
	for _, set := range sets {
		if err := collect(set); err != nil {
			return err
		}
	}
	for _, p := range places {
		if len(p.sets) > 0 {
			if err := g.merge(p.sets, fragments); err != nil {
				return err
			}
		}
	}
	return nil
}
