package operation

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

// Selection is a selection set without the fields that are redacted for the caller.
type Selection struct {
	operation *graphql.OperationContext
	caller    *auth.Caller
	set       ast.SelectionSet
	// collected caches Fields for this set and all sets below it; nil caches nothing.
	// It makes a selection unsafe for concurrent use.
	collected map[collectedKey][]loaders.Field
}

// collectedKey is a selection set, by its address, and the type it is applied to.
type collectedKey struct {
	first *ast.Selection
	typ   string
}

var _ loaders.Selection = Selection{}

func newSelection(oc *graphql.OperationContext, caller *auth.Caller) Selection {
	return Selection{oc, caller, oc.Operation.SelectionSet, map[collectedKey][]loaders.Field{}}
}

// Selected returns the selection on the field that is being resolved.
func Selected(ctx context.Context) Selection {
	return Selection{
		operation: graphql.GetOperationContext(ctx), caller: From(ctx).Caller,
		set: graphql.GetFieldContext(ctx).Field.Selections,
	}
}

// Fields returns the fields selected on an object of this type, in order, without
// redacted ones. The slice is shared: do not change it.
func (s Selection) Fields(typ string) []loaders.Field {
	if s.collected == nil || len(s.set) == 0 {
		return s.fields(typ)
	}
	key := collectedKey{&s.set[0], typ}
	fields, ok := s.collected[key]
	if !ok {
		fields = s.fields(typ)
		s.collected[key] = fields
	}
	return fields
}

func (s Selection) fields(typ string) []loaders.Field {
	collected := graphql.CollectFields(s.operation, s.set, loaders.TypeConditions(typ))
	fields := make([]loaders.Field, 0, len(collected))
	for _, f := range collected {
		if isRedacted(s.caller, f, s.operation.Variables) {
			continue
		}
		fields = append(fields, loaders.Field{
			Name: f.Name, Alias: f.Alias,
			NonNull:   f.Definition != nil && f.Definition.Type.NonNull,
			Leaf:      len(f.Selections) == 0,
			Arguments: func(into any) error { return decodeArguments(f, s.operation.Variables, into) },
			Selection: Selection{s.operation, s.caller, f.Selections, s.collected},
		})
	}
	return fields
}

// decodeArguments decodes the validated arguments of a field into a struct whose
// fields bear the arguments' names.
func decodeArguments(f graphql.CollectedField, variables map[string]any, into any) error {
	values := f.ArgumentMap(variables)
	for _, a := range f.Arguments {
		if a.Value.Kind != ast.Variable { // without a value, the default applies
			values[a.Name] = coerce(a.Value, variables)
		}
	}
	if reader, ok := into.(loaders.ArgumentReader); ok {
		reader.ReadArguments(values)
		return nil
	}
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// coerce returns a literal as the schema types it: an empty list stays a list, and
// a single value in place of a list becomes a list of one. Variables are coerced
// already.
func coerce(v *ast.Value, variables map[string]any) any {
	var value any
	switch v.Kind {
	case ast.ListValue:
		list := make([]any, len(v.Children))
		for i, c := range v.Children {
			list[i] = coerce(c.Value, variables)
		}
		return list
	case ast.ObjectValue:
		object := make(map[string]any, len(v.Children))
		for _, c := range v.Children {
			object[c.Name] = coerce(c.Value, variables)
		}
		value = object
	case ast.NullValue:
		return nil
	case ast.Variable:
		return variables[v.Raw]
	default:
		value, _ = v.Value(variables) // validated before
	}
	if v.ExpectedType != nil && v.ExpectedType.Elem != nil {
		return []any{value}
	}
	return value
}
