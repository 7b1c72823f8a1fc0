package complexity

import (
	"encoding/json"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// defaultPage and longestPage are the page sizes of connections, as resolvers
	// hold them: the default where a client does not say, and the most it gets.
	defaultPage, longestPage = 50, 100
	// shortList is the length of lists that cannot be paged, such as the modules
	// of a group.
	shortList = 10
)

// page is how many objects a connection's page can have.
func (s *scale) page(f *ast.Field, definition *ast.FieldDefinition) int {
	given := s.argument(f, "first")
	if given == nil {
		if first := definition.Arguments.ForName("first"); first != nil && first.DefaultValue != nil {
			given, _ = first.DefaultValue.Value(nil)
		}
	}
	n, err := strconv.Atoi(number(given))
	switch {
	case given == nil:
		return defaultPage
	case err != nil || n > longestPage:
		return longestPage
	}
	return max(n, 0)
}

// number is the text of a number from a document or from variables.
func number(v any) string {
	switch n := v.(type) {
	case int64:
		return strconv.FormatInt(n, 10)
	case json.Number:
		return n.String()
	}
	return ""
}

// length is how many elements a list can have that is not a connection's: as many
// as were asked for, where elements are asked for one by one.
func (s *scale) length(f *ast.Field, definition *ast.FieldDefinition) int {
	for _, a := range definition.Arguments {
		if a.Type.Elem == nil || !a.Type.NonNull {
			continue
		}
		n := s.elements(f, a.Name)
		if a.Name == "representations" && n > s.guard.limits.Representations && s.err == nil {
			s.err = refuse(TooComplex, f.Position, "more than %d representations at once", s.guard.limits.Representations)
		}
		return n
	}
	return shortList
}

// elements counts a list argument without building it.
func (s *scale) elements(f *ast.Field, name string) int {
	a := f.Arguments.ForName(name)
	if a == nil {
		return 0
	}
	if a.Value.Kind == ast.ListValue {
		return len(a.Value.Children)
	}
	if list, ok := s.argument(f, name).([]any); ok {
		return len(list)
	}
	return 1
}

// argument is an argument's value, nil where there is none.
func (s *scale) argument(f *ast.Field, name string) any {
	a := f.Arguments.ForName(name)
	if a == nil {
		return nil
	}
	if a.Value.Kind != ast.Variable {
		v, _ := a.Value.Value(nil)
		return v
	}
	s.varies = true
	if v, given := s.variables[a.Value.Raw]; given {
		return v
	}
	if definition := s.operation.VariableDefinitions.ForName(a.Value.Raw); definition != nil && definition.DefaultValue != nil {
		v, _ := definition.DefaultValue.Value(nil)
		return v
	}
	return nil
}
