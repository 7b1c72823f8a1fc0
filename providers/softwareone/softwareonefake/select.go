package softwareonefake

import "strings"

// selection is what a request wants to see of an object, on top of the
// defaults.
type selection struct {
	kind *kind
	// plus and minus tell that the object was named with that sign.
	plus, minus bool
	// bare drops the defaults: select=-*.
	bare bool
	// parts are the named properties, and those on the way to them.
	parts map[string]*selection
}

// choose adds the items of a select parameter. The sign + is optional.
func (s *selection) choose(items string, operations bool) *problem {
	for item := range strings.SplitSeq(items, ",") {
		item = strings.TrimSpace(item)
		minus := strings.HasPrefix(item, "-")
		name := strings.TrimSpace(strings.TrimLeft(item, "+-"))
		if err := s.mark(name, minus, operations); err != nil {
			return err
		}
	}
	return nil
}

func (s *selection) mark(name string, minus, operations bool) *problem {
	for part := range strings.SplitSeq(name, ".") {
		if part == "*" {
			s.bare = s.bare || minus
			return nil
		}
		if s.kind == nil {
			return invalidParameter("select", "Unknown property "+name+".")
		}
		place, ok := s.kind.find(part, true)
		if !ok {
			return invalidParameter("select", "Unknown property "+name+".")
		}
		f := s.kind.fields[place]
		if f.operations && !operations {
			// What the token may not see is left out without a word.
			return nil
		}
		s = s.part(f)
	}
	s.plus, s.minus = s.plus || !minus, s.minus || minus
	return nil
}

func (s *selection) part(f field) *selection {
	if s.parts == nil {
		s.parts = map[string]*selection{}
	}
	if s.parts[f.name] == nil {
		s.parts[f.name] = &selection{kind: f.of}
	}
	return s.parts[f.name]
}

// wanted tells whether the object or something in it was asked for.
func (s *selection) wanted() bool {
	if s.plus {
		return true
	}
	for _, part := range s.parts {
		if part.wanted() {
			return true
		}
	}
	return false
}

// shows tells whether the property with these names was asked for.
func (s *selection) shows(names []string) bool {
	for _, name := range names {
		if s = s.parts[name]; s == nil {
			return false
		}
	}
	return s.wanted()
}

// within is what was selected in a property of that kind.
func (s *selection) within(name string, of *kind) *selection {
	for part := range strings.SplitSeq(name, ".") {
		if s = s.parts[part]; s == nil {
			return &selection{kind: of}
		}
	}
	return s
}
