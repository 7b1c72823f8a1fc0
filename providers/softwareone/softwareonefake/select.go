package softwareonefake

import "strings"

// selection is the part of a select parameter for one object.
type selection struct {
	kind *kind
	// plus and minus are whether an item with that sign names the object.
	plus, minus bool
	// noDefaults is whether select has the item -*.
	noDefaults bool
	// parts are the named properties, and the parents of named properties.
	parts map[string]*selection
}

// add adds the items of a select parameter. The sign + is optional.
func (s *selection) add(items string, operations bool) *problem {
	for item := range strings.SplitSeq(items, ",") {
		item = strings.TrimSpace(item)
		minus := strings.HasPrefix(item, "-")
		name := strings.TrimSpace(strings.TrimLeft(item, "+-"))
		if err := s.addItem(name, minus, operations); err != nil {
			return err
		}
	}
	return nil
}

// addItem adds one item, a dotted path.
func (s *selection) addItem(name string, minus, operations bool) *problem {
	for part := range strings.SplitSeq(name, ".") {
		if part == "*" {
			s.noDefaults = s.noDefaults || minus
			return nil
		}
		if s.kind == nil {
			return invalidParameter("select", "Unknown property "+name+".")
		}
		i, ok := s.kind.find(part, true)
		if !ok {
			return invalidParameter("select", "Unknown property "+name+".")
		}
		f := s.kind.fields[i]
		if f.operations && !operations {
			// Properties that the token may not see are ignored.
			return nil
		}
		s = s.child(f)
	}
	s.plus, s.minus = s.plus || !minus, s.minus || minus
	return nil
}

// child returns the selection of a property, which it adds.
func (s *selection) child(f field) *selection {
	if s.parts == nil {
		s.parts = map[string]*selection{}
	}
	if s.parts[f.name] == nil {
		s.parts[f.name] = &selection{kind: f.of}
	}
	return s.parts[f.name]
}

// isSelected reports whether an item names the object or a property in it.
func (s *selection) isSelected() bool {
	if s.plus {
		return true
	}
	for _, part := range s.parts {
		if part.isSelected() {
			return true
		}
	}
	return false
}

// selects reports whether an item names the property with this path, or a
// property in it.
func (s *selection) selects(names []string) bool {
	for _, name := range names {
		if s = s.parts[name]; s == nil {
			return false
		}
	}
	return s.isSelected()
}

// at returns the selection of the property with this path, which is of that kind.
func (s *selection) at(name string, of *kind) *selection {
	for part := range strings.SplitSeq(name, ".") {
		if s = s.parts[part]; s == nil {
			return &selection{kind: of}
		}
	}
	return s
}
