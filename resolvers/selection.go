package resolvers

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

// selection is an operation's selection set as loaders see it.
type selection struct {
	operation *graphql.OperationContext
	set       ast.SelectionSet
}

// selected is the selection on the field that ctx is resolving.
func selected(ctx context.Context) selection {
	return selection{graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field.Selections}
}

// satisfied are the type conditions that an object of a type meets; most types
// meet their own name only. The executor collects with the same lists, and so
// shares what was collected here.
var satisfied = map[string][]string{
	model.TypeUser:         {"User", "Node", "_Entity"},
	model.TypeMembership:   {"Membership", "Node", "_Entity"},
	model.TypeAccount:      {"Account", "Node", "Tenant", "_Entity"},
	model.TypeOrganization: {"Organization", "Node", "Tenant", "_Entity"},
	model.TypeGroup:        {"Group", "Node", "_Entity"},
	model.TypeBuyer:        {"Buyer", "Node", "_Entity"},
	model.TypeSeller:       {"Seller", "Node", "_Entity"},
	model.TypeModule:       {"Module", "Node", "_Entity"},
	"Person":               {"Person", "_Entity"},
}

// Fields are the fields wanted of an object of this type.
func (s selection) Fields(typ string) []loaders.Field {
	conditions, ok := satisfied[typ]
	if !ok {
		conditions = []string{typ}
	}
	collected := graphql.CollectFields(s.operation, s.set, conditions)
	fields := make([]loaders.Field, len(collected))
	for i, f := range collected {
		fields[i] = loaders.Field{
			Name: f.Name, Alias: f.Alias,
			NonNull:   f.Definition != nil && f.Definition.Type.NonNull,
			Arguments: func(into any) error { return readArguments(f, s.operation.Variables, into) },
			Selection: selection{s.operation, f.Selections},
		}
	}
	return fields
}

// readArguments reads a field's arguments, which validation has found to fit the
// schema, into a struct with their names.
func readArguments(f graphql.CollectedField, variables map[string]any, into any) error {
	text, err := json.Marshal(f.ArgumentMap(variables))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
