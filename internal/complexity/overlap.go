package complexity

import "github.com/vektah/gqlparser/v2/ast"

// overlapCounter counts the fields that have the same response key in one object.
type overlapCounter struct {
	*Validator
	fragments map[string]*ast.FragmentDefinition
	pairs     int
}

// sameKey has the fields of one response key in one object.
type sameKey struct {
	fields int
	sets   []ast.SelectionSet
}

// checkOverlap checks the limits of overlapping fields. It follows every fragment
// spread, so that it must run after the limit of fields has been checked.
func (v *Validator) checkOverlap(doc *ast.QueryDocument, fragments map[string]*ast.FragmentDefinition) error {
	c := &overlapCounter{Validator: v, fragments: fragments}
	for _, op := range doc.Operations {
		if err := c.object([]ast.SelectionSet{op.SelectionSet}); err != nil {
			return err
		}
	}
	return nil
}

// object counts the selection sets that are merged into one object.
func (c *overlapCounter) object(sets []ast.SelectionSet) error {
	byKey := map[string]*sameKey{}
	for _, set := range sets {
		if err := c.collect(set, byKey); err != nil {
			return err
		}
	}
	for _, k := range byKey {
		if k.fields > 1 {
			c.pairs += k.fields * k.fields
		}
		if c.pairs > c.limits.OverlapPairs {
			return newError(TooComplex, nil, "the document selects too many fields with the same response key")
		}
		if len(k.sets) > 0 {
			if err := c.object(k.sets); err != nil {
				return err
			}
		}
	}
	return nil
}

// collect adds the fields of a selection set to byKey.
func (c *overlapCounter) collect(set ast.SelectionSet, byKey map[string]*sameKey) error {
	for _, selection := range set {
		var inner ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			k := byKey[s.Alias]
			if k == nil {
				k = &sameKey{}
				byKey[s.Alias] = k
			}
			k.fields++
			if k.fields > c.limits.SameResponseKey {
				return newError(TooComplex, s.Position, "the document selects more than %d fields with the same response key in one object", c.limits.SameResponseKey)
			}
			if len(s.SelectionSet) > 0 {
				k.sets = append(k.sets, s.SelectionSet)
			}
		case *ast.InlineFragment:
			inner = s.SelectionSet
		case *ast.FragmentSpread:
			if definition := c.fragments[s.Name]; definition != nil {
				inner = definition.SelectionSet
			}
		}
		if err := c.collect(inner, byKey); err != nil {
			return err
		}
	}
	return nil
}
