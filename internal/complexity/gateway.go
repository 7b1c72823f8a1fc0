package complexity

import "github.com/vektah/gqlparser/v2/ast"

// gatewayFields are the root fields of the Apollo Federation subgraph specification.
var gatewayFields = map[string]bool{"_entities": true, "_service": true}

// ForGateway returns the name of a federation field among the root fields of the
// operation that operationName selects, "" if it has none.
func (d *Document) ForGateway(name string) string {
	op, err := d.find(name)
	if err != nil {
		return ""
	}
	return op.gatewayField
}

// findGatewayField searches a selection set and the fragments in it. seen has the
// fragments that have been searched.
func findGatewayField(set ast.SelectionSet, fragments map[string]*ast.FragmentDefinition, seen map[string]bool) string {
	for _, selection := range set {
		var inner ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			if gatewayFields[s.Name] {
				return s.Name
			}
		case *ast.InlineFragment:
			inner = s.SelectionSet
		case *ast.FragmentSpread:
			if definition := fragments[s.Name]; definition != nil && !seen[s.Name] {
				seen[s.Name] = true
				inner = definition.SelectionSet
			}
		}
		if found := findGatewayField(inner, fragments, seen); found != "" {
			return found
		}
	}
	return ""
}
