package complexity

import "github.com/vektah/gqlparser/v2/ast"

// gatewayFields are the root fields of federation, which nobody has a use for but a
// gateway.
var gatewayFields = map[string]bool{"_entities": true, "_service": true}

// ForGateway tells which field of federation the operation that a request chooses
// asks for, "" when none.
func (d *Document) ForGateway(name string) string {
	op, err := d.choose(name)
	if err != nil {
		return ""
	}
	return op.forGateway
}

// forGateway finds a field of federation at the root of an operation. Each
// fragment is looked at once.
func forGateway(set ast.SelectionSet, fragments map[string]*ast.FragmentDefinition, seen map[string]bool) string {
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
		if found := forGateway(inner, fragments, seen); found != "" {
			return found
		}
	}
	return ""
}
