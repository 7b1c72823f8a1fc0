package complexity

import "github.com/vektah/gqlparser/v2/ast"

const (
	// objectCost and valueCost are the costs of an object, which may have to be
	// fetched, and of a scalar value.
	objectCost, valueCost = 10, 1
	// schemaCost and typeCost are the costs of `__schema` and `__type` with their
	// selections, whose depth validation limits. GraphiQL selects `__schema` once.
	schemaCost, typeCost = 5000 * objectCost, 500 * objectCost
)

// cost is the cost of a selection set.
type cost struct {
	// total is the cost without the nodes of a connection.
	total int
	// perNode is, for the selection set of a connection, the cost of one node in
	// each of its lists (nodes, edges).
	perNode int
}

func (c *cost) add(other cost) {
	c.total, c.perNode = saturatingAdd(c.total, other.total), saturatingAdd(c.perNode, other.perNode)
}

// costEstimator computes the cost of one operation. It computes each fragment once.
type costEstimator struct {
	*Document
	operation *ast.OperationDefinition
	variables map[string]any
	// memo has the costs of the fragments that have been computed.
	memo map[string]cost
	// usesVariables is set when the length of a list depends on variables.
	usesVariables bool
	// err is the first error, or nil.
	err error
}

// estimate returns the cost of an operation in objects, and checks it. fixed reports that
// the result is the same for all variables.
func (d *Document) estimate(op *ast.OperationDefinition, variables map[string]any) (objects int, fixed bool, err error) {
	e := &costEstimator{Document: d, operation: op, variables: variables, memo: map[string]cost{}}
	c := e.set(op.SelectionSet, d.validator.rootType(op.Operation))
	if limit := d.validator.limits.Cost; e.err == nil && c.total > saturatingMultiply(limit, objectCost) {
		e.err = newError(TooComplex, op.Position, "the response could hold more than %d objects: select shorter lists (first), or fewer lists within lists", limit)
	}
	return saturatingAdd(c.total, objectCost-1) / objectCost, !e.usesVariables, e.err
}

func (e *costEstimator) set(set ast.SelectionSet, on *ast.Definition) cost {
	var c cost
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			c.add(e.field(s, on))
		case *ast.InlineFragment:
			inner := on
			if s.TypeCondition != "" {
				inner = e.validator.schema.Types[s.TypeCondition]
			}
			c.add(e.set(s.SelectionSet, inner))
		case *ast.FragmentSpread:
			c.add(e.fragment(s.Name))
		}
	}
	return c
}

func (e *costEstimator) fragment(name string) cost {
	definition := e.fragments[name]
	if definition == nil {
		return cost{}
	}
	c, done := e.memo[name]
	if !done {
		c = e.set(definition.SelectionSet, e.validator.schema.Types[definition.TypeCondition])
		e.memo[name] = c
	}
	return c
}

func (e *costEstimator) field(f *ast.Field, on *ast.Definition) cost {
	switch f.Name {
	case "__schema":
		return cost{total: schemaCost}
	case "__type":
		return cost{total: typeCost}
	}
	definition := e.validator.field(on, f.Name)
	if definition == nil {
		return cost{total: saturatingAdd(objectCost, e.set(f.SelectionSet, nil).total)}
	}
	inner := e.validator.schema.Types[definition.Type.Name()]
	if inner == nil || !inner.IsCompositeType() {
		return cost{total: valueCost}
	}
	c := e.set(f.SelectionSet, inner)
	one := saturatingAdd(objectCost, c.total)
	switch {
	case e.validator.connections[inner.Name]:
		return cost{total: saturatingAdd(one, saturatingMultiply(e.pageSize(f, definition), c.perNode))}
	case definition.Type.Elem == nil:
		return cost{total: one}
	case e.validator.connections[on.Name]:
		return cost{perNode: one}
	}
	return cost{total: saturatingMultiply(e.listLength(f, definition), one)}
}
