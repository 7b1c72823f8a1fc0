package loaders

import "github.com/accountgraph/accountgraph/graph/model"

// typeConditions are the type conditions of fragments that an object of each type
// satisfies, in the order in which the executor lists them.
var typeConditions = map[string][]string{
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

// TypeConditions returns the type conditions of fragments that an object of this
// GraphQL type satisfies: its own name, its interfaces and its unions. The executor
// collects fields with the same lists, so that both share one cache. Callers must
// not change the result.
func TypeConditions(typ string) []string {
	if conditions, ok := typeConditions[typ]; ok {
		return conditions
	}
	return []string{typ}
}
