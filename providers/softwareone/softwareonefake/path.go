package softwareonefake

import "strings"

// path is where a value is, from a row on, through objects but not through
// lists.
type path struct {
	places []int
	last   field
}

// find resolves a dotted name. A part of the audit can be used only where the
// answer shows it too.
func (s *selection) find(name string, operations bool) (path, *problem) {
	var p path
	k := s.kind
	parts := strings.Split(name, ".")
	for i, part := range parts {
		place, ok := 0, false
		if k != nil && p.last.form != objects {
			place, ok = k.find(part, operations)
		}
		if !ok || k.fields[place].never {
			return p, invalid(name, "Unknown expression group.")
		}
		p.places, p.last = append(p.places, place), k.fields[place]
		if part == "audit" && !s.shows(parts[:i+1]) {
			return p, invalid(name, "The audit can be used only when it is selected.")
		}
		k = p.last.of
	}
	return p, nil
}

// in returns the value in a row, nil where there is none on the way.
func (p path) in(r *row) any {
	for _, place := range p.places[:len(p.places)-1] {
		r, _ = r.values[place].(*row)
		if r == nil {
			return nil
		}
	}
	return r.values[p.places[len(p.places)-1]]
}
