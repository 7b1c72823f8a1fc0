package complexity

import (
	"encoding/json"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// defaultPageSize and maxPageSize are the page sizes of connections in the
	// resolvers: without `first`, and at most.
	defaultPageSize, maxPageSize = 50, 100
	// unpagedLength is the assumed length of a list without pagination, such as the
	// modules of a group.
	unpagedLength = 10
)

// pageSize returns how many nodes a page of a connection can have.
func (e *costEstimator) pageSize(f *ast.Field, definition *ast.FieldDefinition) int {
	value := e.argument(f, "first")
	if value == nil {
		if first := definition.Arguments.ForName("first"); first != nil && first.DefaultValue != nil {
			value, _ = first.DefaultValue.Value(nil)
		}
	}
	n, err := strconv.Atoi(numberText(value))
	switch {
	case value == nil:
		return defaultPageSize
	case err != nil || n > maxPageSize:
		return maxPageSize
	}
	return max(n, 0)
}

// numberText returns the text of an integer in a document or a number in variables,
// "" for another value.
func numberText(v any) string {
	switch n := v.(type) {
	case int64:
		return strconv.FormatInt(n, 10)
	case json.Number:
		return n.String()
	}
	return ""
}

// listLength returns how many elements a list can have that is not in a connection:
// the length of a required list argument such as ids, else unpagedLength.
func (e *costEstimator) listLength(f *ast.Field, definition *ast.FieldDefinition) int {
	for _, a := range definition.Arguments {
		if a.Type.Elem == nil || !a.Type.NonNull {
			continue
		}
		n := e.argumentLength(f, a.Name)
		if limit := e.validator.limits.Representations; a.Name == "representations" && n > limit && e.err == nil {
			e.err = newError(TooComplex, f.Position, "more than %d representations in one field", limit)
		}
		return n
	}
	return unpagedLength
}

// argumentLength returns the length of a list argument: 0 if it is missing, 1 for a
// single value. It does not convert the elements.
func (e *costEstimator) argumentLength(f *ast.Field, name string) int {
	a := f.Arguments.ForName(name)
	if a == nil {
		return 0
	}
	if a.Value.Kind == ast.ListValue {
		return len(a.Value.Children)
	}
	if list, ok := e.argument(f, name).([]any); ok {
		return len(list)
	}
	return 1
}

// argument returns the value of an argument, nil if it is missing or null.
func (e *costEstimator) argument(f *ast.Field, name string) any {
	a := f.Arguments.ForName(name)
	if a == nil {
		return nil
	}
	if a.Value.Kind != ast.Variable {
		v, _ := a.Value.Value(nil)
		return v
	}
	e.usesVariables = true
	if v, found := e.variables[a.Value.Raw]; found {
		return v
	}
	if definition := e.operation.VariableDefinitions.ForName(a.Value.Raw); definition != nil && definition.DefaultValue != nil {
		v, _ := definition.DefaultValue.Value(nil)
		return v
	}
	return nil
}
