package operation

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

// Selection is a selection set without the fields that are redacted for the caller. It is safe
// for concurrent use.
type Selection struct {
	of  *selections
	set ast.SelectionSet
	// field is the field whose selection set this is; nil for the operation's.
	field *graphql.CollectedField
	// typed and arguments are what was read before, guarded by of.mu.
	typed     []typedFields
	arguments map[string]any
}

// typedFields are the fields that a selection set selects of a type.
type typedFields struct {
	typ    string
	fields []loaders.Field
}

// selections are the selection sets of an operation, by the address of their first element.
type selections struct {
	operation *graphql.OperationContext
	caller    *auth.Caller

	mu    sync.Mutex
	bySet map[*ast.Selection]*Selection
}

var _ loaders.Selection = (*Selection)(nil)

func newSelection(oc *graphql.OperationContext, caller *auth.Caller) *Selection {
	of := &selections{operation: oc, caller: caller, bySet: map[*ast.Selection]*Selection{}}
	return &Selection{of: of, set: oc.Operation.SelectionSet}
}

// Selected returns the selection on the field that is being resolved.
func Selected(ctx context.Context) *Selection {
	field, o := &graphql.GetFieldContext(ctx).Field, From(ctx)
	of := &selections{operation: graphql.GetOperationContext(ctx), caller: o.Caller}
	if o.Selection != nil {
		of = o.Selection.of
	}
	return of.on(field)
}

// on returns the selection on a field.
func (all *selections) on(field *graphql.CollectedField) *Selection {
	if all.bySet == nil || len(field.Selections) == 0 {
		return &Selection{of: all, set: field.Selections, field: field}
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	first := &field.Selections[0]
	s := all.bySet[first]
	if s == nil {
		s = &Selection{of: all, set: field.Selections, field: field}
		all.bySet[first] = s
	}
	return s
}

// Fields returns the fields selected on an object of this type, in order, without
// redacted ones. The slice is shared: do not change it.
func (s *Selection) Fields(typ string) []loaders.Field {
	s.of.mu.Lock()
	for _, t := range s.typed {
		if t.typ == typ {
			s.of.mu.Unlock()
			return t.fields
		}
	}
	s.of.mu.Unlock()
	fields := s.collect(typ)
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.typed = append(s.typed, typedFields{typ, fields})
	return fields
}

func (s *Selection) collect(typ string) []loaders.Field {
	collected := graphql.CollectFields(s.of.operation, s.set, loaders.TypeConditions(typ))
	fields := make([]loaders.Field, 0, len(collected))
	for i := range collected {
		f := &collected[i]
		if isRedacted(s.of.caller, f, s.of.operation.Variables) {
			continue
		}
		field := loaders.Field{Name: f.Name, Alias: f.Alias, NonNull: f.Definition != nil && f.Definition.Type.NonNull, Leaf: len(f.Selections) == 0}
		if !field.Leaf {
			field.Selection = s.of.on(f)
		}
		fields = append(fields, field)
	}
	return fields
}

// Arguments decodes the validated arguments of the field into a struct whose fields bear the
// arguments' names, or into a loaders.ArgumentReader.
func (s *Selection) Arguments(into any) error {
	s.of.mu.Lock()
	if s.arguments == nil {
		s.arguments = argumentsOf(s.field, s.of.operation.Variables)
	}
	values := s.arguments
	s.of.mu.Unlock()
	return decodeArguments(values, into)
}

// argumentsOf returns the arguments of a field as the schema types them.
func argumentsOf(f *graphql.CollectedField, variables map[string]any) map[string]any {
	values := f.ArgumentMap(variables)
	for _, a := range f.Arguments {
		if a.Value.Kind != ast.Variable { // without a value, the default applies
			values[a.Name] = coerce(a.Value, variables)
		}
	}
	return values
}

func decodeArguments(values map[string]any, into any) error {
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
