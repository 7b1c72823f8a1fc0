package softwareonefake

import "strings"

// path leads from a row to a value, through objects but not through lists.
type path struct {
	// fields are the indices of the fields, in the kind of each object.
	fields []int
	last   field
}

// find resolves a dotted name. A part of the audit can be used only where select
// names it.
func (s *selection) find(name string, operations bool) (path, *problem) {
	var p path
	k := s.kind
	parts := strings.Split(name, ".")
	for i, part := range parts {
		index, ok := 0, false
		if k != nil && p.last.typ != objects {
			index, ok = k.find(part, operations)
		}
		if !ok || k.fields[index].hidden {
			return p, invalid(name, "Unknown expression group.")
		}
		p.fields, p.last = append(p.fields, index), k.fields[index]
		if part == "audit" && !s.selects(parts[:i+1]) {
			return p, invalid(name, "The audit can be used only when it is selected.")
		}
		k = p.last.of
	}
	return p, nil
}

// valueIn returns the value in a row, nil where an object of the path is null.
func (p path) valueIn(r *row) any {
	for _, index := range p.fields[:len(p.fields)-1] {
		r, _ = r.values[index].(*row)
		if r == nil {
			return nil
		}
	}
	return r.values[p.fields[len(p.fields)-1]]
}
