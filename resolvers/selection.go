package resolvers

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

// selection is an operation's selection set as loaders see it.
type selection struct {
	operation *graphql.OperationContext
	set       ast.SelectionSet
	// read remembers the fields of this and of other sets; nil does not. Who has one
	// uses it, and all selections that come from it, in one goroutine.
	read map[readKey][]loaders.Field
}

// readKey is a set, by its place in memory, and a type.
type readKey struct {
	first *ast.Selection
	typ   string
}

// selected is the selection on the field that ctx is resolving.
func selected(ctx context.Context) selection {
	return selection{operation: graphql.GetOperationContext(ctx), set: graphql.GetFieldContext(ctx).Field.Selections}
}

// Fields are the fields wanted of an object of this type, without those that the
// caller is not shown. They are shared.
func (s selection) Fields(typ string) []loaders.Field {
	if s.read == nil || len(s.set) == 0 {
		return s.fields(typ)
	}
	key := readKey{&s.set[0], typ}
	fields, ok := s.read[key]
	if !ok {
		fields = s.fields(typ)
		s.read[key] = fields
	}
	return fields
}

func (s selection) fields(typ string) []loaders.Field {
	collected := graphql.CollectFields(s.operation, s.set, loaders.TypeConditions(typ))
	caller, _ := s.operation.Stats.GetExtension(callerExtension).(*auth.Caller)
	fields := make([]loaders.Field, 0, len(collected))
	for _, f := range collected {
		if withheld(caller, f, s.operation.Variables) {
			continue
		}
		fields = append(fields, loaders.Field{
			Name: f.Name, Alias: f.Alias,
			NonNull:   f.Definition != nil && f.Definition.Type.NonNull,
			Leaf:      len(f.Selections) == 0,
			Arguments: func(into any) error { return readArguments(f, s.operation.Variables, into) },
			Selection: selection{s.operation, f.Selections, s.read},
		})
	}
	return fields
}

// readArguments reads a field's arguments, which validation has found to fit the
// schema, into a struct with their names.
func readArguments(f graphql.CollectedField, variables map[string]any, into any) error {
	values := f.ArgumentMap(variables)
	for _, a := range f.Arguments {
		if a.Value.Kind != ast.Variable { // of which there may be none, but a default
			values[a.Name] = input(a.Value, variables)
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// input is a value as the schema wants it: a list that has nothing in it is still
// a list, and where one thing stands for a list, it is a list of one. Variables
// have been made so before.
func input(v *ast.Value, variables map[string]any) any {
	var value any
	switch v.Kind {
	case ast.ListValue:
		list := make([]any, len(v.Children))
		for i, c := range v.Children {
			list[i] = input(c.Value, variables)
		}
		return list
	case ast.ObjectValue:
		object := make(map[string]any, len(v.Children))
		for _, c := range v.Children {
			object[c.Name] = input(c.Value, variables)
		}
		value = object
	case ast.NullValue:
		return nil
	case ast.Variable:
		return variables[v.Raw]
	default:
		value, _ = v.Value(variables) // validation has read it, too
	}
	if v.ExpectedType != nil && v.ExpectedType.Elem != nil {
		return []any{value}
	}
	return value
}
