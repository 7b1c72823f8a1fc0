package complexity

import "github.com/vektah/gqlparser/v2/ast"

// places counts the fields that share one place in the answer.
type places struct {
	*Validator
	fragments map[string]*ast.FragmentDefinition
	pairs     int
}

// shared are the fields of one place.
type shared struct {
	copies int
	sets   []ast.SelectionSet
}

// place holds a document against the limits of fields that share a place. It
// follows every spread, so it is for documents whose fields have been counted.
func (g *Validator) place(doc *ast.QueryDocument, fragments map[string]*ast.FragmentDefinition) error {
	p := &places{Validator: g, fragments: fragments}
	for _, op := range doc.Operations {
		if err := p.merge([]ast.SelectionSet{op.SelectionSet}); err != nil {
			return err
		}
	}
	return nil
}

// merge takes the selection sets of one place together.
func (p *places) merge(sets []ast.SelectionSet) error {
	byKey := map[string]*shared{}
	for _, set := range sets {
		if err := p.collect(set, byKey); err != nil {
			return err
		}
	}
	for _, s := range byKey {
		if s.copies > 1 {
			p.pairs += s.copies * s.copies
		}
		if p.pairs > p.limits.OverlapPairs {
			return refuse(TooComplex, nil, "the document selects too many fields several times in one place")
		}
		if len(s.sets) > 0 {
			if err := p.merge(s.sets); err != nil {
				return err
			}
		}
	}
	return nil
}

// collect adds a selection set to the fields by their keys in the answer.
func (p *places) collect(set ast.SelectionSet, byKey map[string]*shared) error {
	for _, selection := range set {
		var inner ast.SelectionSet
		switch sel := selection.(type) {
		case *ast.Field:
			s := byKey[sel.Alias]
			if s == nil {
				s = &shared{}
				byKey[sel.Alias] = s
			}
			s.copies++
			if s.copies > p.limits.SameResponseKey {
				return refuse(TooComplex, sel.Position, "the document selects a field more than %d times in one place", p.limits.SameResponseKey)
			}
			if len(sel.SelectionSet) > 0 {
				s.sets = append(s.sets, sel.SelectionSet)
			}
		case *ast.InlineFragment:
			inner = sel.SelectionSet
		case *ast.FragmentSpread:
			if definition := p.fragments[sel.Name]; definition != nil {
				inner = definition.SelectionSet
			}
		}
		if err := p.collect(inner, byKey); err != nil {
			return err
		}
	}
	return nil
}
