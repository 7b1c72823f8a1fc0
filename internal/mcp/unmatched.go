package mcp

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// typesOf returns, for each root field of which fragments alone select something, the types that
// they have as their condition. An object of another type is empty in a response.
func typesOf(operation *ast.OperationDefinition) map[string][]string {
	types := map[string][]string{}
	for _, selection := range operation.SelectionSet {
		f, ok := selection.(*ast.Field)
		if !ok || len(f.Directives) > 0 || len(f.SelectionSet) == 0 {
			continue
		}
		if conditions := conditionsOf(f.SelectionSet); conditions != nil {
			types[f.Alias] = append(types[f.Alias], conditions...)
		}
	}
	return types
}

// conditionsOf returns the type conditions of fragments; nil if there is a field beside them, or a
// directive can leave one out.
func conditionsOf(set ast.SelectionSet) []string {
	var conditions []string
	for _, selection := range set {
		condition, directives := "", ast.DirectiveList(nil)
		switch s := selection.(type) {
		case *ast.InlineFragment:
			condition, directives = s.TypeCondition, s.Directives
		case *ast.FragmentSpread:
			condition, directives = s.Definition.TypeCondition, s.Directives
		}
		if condition == "" || len(directives) > 0 {
			return nil
		}
		conditions = append(conditions, condition)
	}
	return conditions
}

// refuseOthers replaces objects of a response that are of none of the types that the tool reads:
// they are null, with an error.
func (t *tool) refuseOthers(r *response) error {
	var fields map[string]json.RawMessage
	if len(t.types) == 0 || len(r.Data) == 0 || json.Unmarshal(r.Data, &fields) != nil || fields == nil {
		return nil
	}
	changed := false
	for _, name := range slices.Sorted(maps.Keys(t.types)) {
		refused, at := withoutEmpty(fields[name])
		for _, path := range at {
			e, err := json.Marshal(map[string]any{
				"message":    "the object with this id is no " + strings.Join(t.types[name], " or ") + ", which is what the tool reads",
				"path":       append([]any{name}, path...),
				"extensions": map[string]string{"code": "BAD_USER_INPUT"},
			})
			if err != nil {
				return err
			}
			r.Errors = append(r.Errors, e)
		}
		if len(at) > 0 {
			fields[name], changed = refused, true
		}
	}
	if !changed {
		return nil
	}
	data, err := json.Marshal(fields)
	r.Data = data
	return err
}

// withoutEmpty returns an object or a list of objects with null for those without fields, and
// their paths.
func withoutEmpty(value json.RawMessage) (json.RawMessage, [][]any) {
	null := json.RawMessage("null")
	if isEmptyObject(value) {
		return null, [][]any{nil}
	}
	var elements []json.RawMessage
	if json.Unmarshal(value, &elements) != nil {
		return value, nil
	}
	var at [][]any
	for i, element := range elements {
		if isEmptyObject(element) {
			elements[i] = null
			at = append(at, []any{i})
		}
	}
	if len(at) == 0 {
		return value, nil
	}
	changed, err := json.Marshal(elements)
	if err != nil {
		return value, nil
	}
	return changed, at
}

func isEmptyObject(value json.RawMessage) bool { return bytes.Equal(value, []byte("{}")) }
