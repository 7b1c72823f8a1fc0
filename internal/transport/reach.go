package transport

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/graph/model"
)

// reachedProviders returns the names of the providers that an operation can call, in the order of
// all. Objects refer to objects of their own provider; a Person has users of every one.
func reachedProviders(oc *graphql.OperationContext, all []*model.Provider) []string {
	reached := map[string]bool{}
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	for _, field := range graphql.CollectFields(oc, oc.Operation.SelectionSet, []string{"Query", "Mutation"}) {
		for _, name := range reachOf(field, oc.Variables, names) {
			reached[name] = true
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !reached[name] })
}

// reachOf returns the names of the providers that a root field can call.
func reachOf(field graphql.CollectedField, variables map[string]any, all []string) []string {
	typ := field.Definition.Type.Name()
	switch {
	case len(field.Selections) == 0, field.Name == "__schema", field.Name == "__type":
		return nil
	case typ == "Provider" && !readsList(field.Selections):
		return nil
	case field.Name == "_entities", typ == "Person", selectsPerson(field.Selections):
		return all
	}
	arguments := field.ArgumentMap(variables)
	if id, ok := arguments["id"].(string); ok {
		return []string{model.ID(id).Provider()}
	}
	if name, ok := arguments["name"].(string); ok {
		return []string{name}
	}
	if ids, ok := arguments["ids"].([]any); ok {
		return providersOf(ids, func(id string) string { return model.ID(id).Provider() })
	}
	filter, _ := arguments["filter"].(map[string]any)
	if listed, ok := filter["providers"].([]any); ok {
		return providersOf(listed, func(name string) string { return name })
	}
	return all
}

func providersOf(values []any, provider func(string) string) (names []string) {
	for _, v := range values {
		if text, ok := v.(string); ok {
			names = append(names, provider(text))
		}
	}
	return names
}

// readsList reports whether a selection on a Provider needs a vendor: it selects more than what
// the server knows itself.
func readsList(set ast.SelectionSet) bool {
	return anyField(set, func(f *ast.Field) bool {
		return f.ObjectDefinition != nil && f.ObjectDefinition.Name == "Provider" && (f.Name == "unreadableTenants" || f.Definition.Arguments != nil)
	})
}

// selectsPerson reports whether a Person is selected at any depth.
func selectsPerson(set ast.SelectionSet) bool {
	return anyField(set, func(f *ast.Field) bool { return f.Definition.Type.Name() == "Person" })
}

// anyField reports whether a field at any depth matches. The document is valid, so that
// fragments do not contain themselves.
func anyField(set ast.SelectionSet, matches func(*ast.Field) bool) bool {
	return slices.ContainsFunc(set, func(selection ast.Selection) bool {
		switch s := selection.(type) {
		case *ast.Field:
			return matches(s) || anyField(s.SelectionSet, matches)
		case *ast.InlineFragment:
			return anyField(s.SelectionSet, matches)
		case *ast.FragmentSpread:
			return anyField(s.Definition.SelectionSet, matches)
		}
		return false
	})
}
