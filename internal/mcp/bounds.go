package mcp

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// bounds are what a JSON Schema says of variables beyond their types: keywords by the name of a
// variable.
type bounds map[string]jsonSchema

// boundsOf returns the bounds of an operation's variables. They are those of the arguments that
// have such a variable as their value, as @listSize declares them: the number of nodes of a page
// is at most largest, and a required list of ids or addresses has at most the assumed size.
func boundsOf(operation *ast.OperationDefinition, largest int) bounds {
	b := bounds{}
	b.addSet(operation.SelectionSet, largest)
	return b
}

const maxItems = "maxItems"

// check returns an error for a list that is longer than its maximum. The GraphQL endpoint would
// refuse a much longer one for what the response could hold, which says nothing of the argument.
func (b bounds) check(variables map[string]json.RawMessage) error {
	for _, name := range slices.Sorted(maps.Keys(b)) {
		most, ok := b[name][maxItems].(int)
		var values []json.RawMessage
		if ok && json.Unmarshal(variables[name], &values) == nil && len(values) > most {
			return fmt.Errorf("the argument %q has at most %d values, not %d (BAD_USER_INPUT)", name, most, len(values))
		}
	}
	return nil
}

func (b bounds) addSet(set ast.SelectionSet, largest int) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			b.addField(s, largest)
			b.addSet(s.SelectionSet, largest)
		case *ast.InlineFragment:
			b.addSet(s.SelectionSet, largest)
		case *ast.FragmentSpread:
			b.addSet(s.Definition.SelectionSet, largest)
		}
	}
}

func (b bounds) addField(f *ast.Field, largest int) {
	if f.Definition == nil {
		return
	}
	listSize := f.Definition.Directives.ForName("listSize")
	if listSize == nil {
		return
	}
	for _, argument := range f.Arguments {
		definition := f.Definition.Arguments.ForName(argument.Name)
		if definition == nil || argument.Value.Kind != ast.Variable {
			continue
		}
		if isSlicing(listSize, argument.Name) {
			b[argument.Value.Raw] = jsonSchema{"minimum": 0, "maximum": largest}
		}
		if size := assumedSize(listSize); size > 0 && definition.Type.Elem != nil && definition.Type.NonNull {
			b[argument.Value.Raw] = jsonSchema{maxItems: size}
		}
	}
}

// isSlicing reports whether an argument is one that selects the number of nodes.
func isSlicing(listSize *ast.Directive, name string) bool {
	names := listSize.Arguments.ForName("slicingArguments")
	if names == nil {
		return false
	}
	for _, child := range names.Value.Children {
		if child.Value.Raw == name {
			return true
		}
	}
	return false
}

// assumedSize returns the assumed length of a list, 0 if there is none.
func assumedSize(listSize *ast.Directive) int {
	size := listSize.Arguments.ForName("assumedSize")
	if size == nil {
		return 0
	}
	n, err := strconv.Atoi(size.Value.Raw)
	if err != nil {
		return 0
	}
	return n
}
