package complexity

import (
	"errors"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Document is a parsed document within all limits that do not depend on variables.
// It is immutable and safe for concurrent use, so that it can be cached.
type Document struct {
	validator  *Validator
	operations []operation
	// fragments is nil if no cost depends on variables.
	fragments map[string]*ast.FragmentDefinition
}

type operation struct {
	name string
	kind ast.Operation
	// variables are the definitions of its variables.
	variables ast.VariableDefinitionList
	// cost is the number of objects, if it does not depend on variables.
	cost int
	// definition is nil if the cost does not depend on variables.
	definition *ast.OperationDefinition
	// gatewayField is a federation field among the root fields, "" if there is none.
	gatewayField string
}

// Read parses a document and checks all limits that do not depend on variables. The
// error is a *gqlerror.Error whose `extensions.code` is a Code.
//
// Without introspection, it also validates the document before it checks the cost: with which
// error a document is rejected must not depend on which names exist in the schema.
func (v *Validator) Read(text string) (*Document, error) {
	if len(text) > v.limits.Bytes {
		return nil, newError(TooLarge, nil, "the document has more than %d bytes", v.limits.Bytes)
	}
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, v.limits.Tokens)
	if err != nil {
		return nil, v.parseError(err)
	}
	if len(parsed.Operations) == 0 {
		return nil, newError(ValidationFailed, nil, "the document has no operation")
	}
	fragments := make(map[string]*ast.FragmentDefinition, len(parsed.Fragments))
	for _, f := range parsed.Fragments {
		fragments[f.Name] = f
	}
	if err := v.checkShape(parsed, fragments); err != nil {
		return nil, err
	}
	if !v.introspection {
		if errs := validator.ValidateWithRules(v.schema, parsed, rules.NewDefaultRules()); len(errs) > 0 {
			errs[0].Extensions = map[string]any{"code": ValidationFailed}
			return nil, errs[0]
		}
	}
	d := &Document{validator: v, fragments: fragments, operations: make([]operation, len(parsed.Operations))}
	needsVariables := false
	for i, op := range parsed.Operations {
		d.operations[i] = operation{
			name: op.Name, kind: op.Operation, variables: op.VariableDefinitions, definition: op, gatewayField: findGatewayField(op.SelectionSet, fragments, map[string]bool{}),
		}
		objects, fixed, err := d.estimate(op, nil)
		switch {
		case fixed && err != nil:
			return nil, err
		case fixed:
			d.operations[i].definition, d.operations[i].cost = nil, objects
		default:
			needsVariables = true
		}
	}
	if !needsVariables {
		d.fragments = nil
	}
	return d, nil
}

// IsOf reports whether the document was read by a Validator.
func (d *Document) IsOf(v *Validator) bool { return d.validator == v }

// parseError returns the parser's error with a code: TooComplex for the token
// limit, ParseFailed for a syntax error.
func (v *Validator) parseError(err error) error {
	var syntax *gqlerror.Error
	if !errors.As(err, &syntax) {
		return newError(ParseFailed, nil, "the document is not GraphQL")
	}
	if len(syntax.Locations) == 0 { // the token limit is the one error without a location
		return newError(TooComplex, nil, "the document has more than %d tokens", v.limits.Tokens)
	}
	syntax.Extensions = map[string]any{"code": ParseFailed}
	return syntax
}

// Operation returns the kind of the operation that operationName selects: the only
// operation for "". The error is a *gqlerror.Error with the code ValidationFailed.
func (d *Document) Operation(name string) (ast.Operation, error) {
	op, err := d.find(name)
	return op.kind, err
}

// OperationName returns the name of the operation that operationName selects, which may be
// the only one; "" if that has no name.
func (d *Document) OperationName(operationName string) string {
	op, _ := d.find(operationName)
	return op.name
}

// Variables returns the definitions of the variables of the operation that
// operationName selects, none if there is no such operation.
func (d *Document) Variables(name string) ast.VariableDefinitionList {
	op, _ := d.find(name)
	return op.variables
}

// Check checks the cost of the operation that operationName selects, with its
// variables. The error is a *gqlerror.Error whose `extensions.code` is a Code.
func (d *Document) Check(name string, variables map[string]any) error {
	op, err := d.find(name)
	if err != nil || op.definition == nil {
		return err
	}
	_, _, err = d.estimate(op.definition, variables)
	return err
}

// Cost estimates how many objects the response to an operation that passes Check has, at
// least 1.
func (d *Document) Cost(name string, variables map[string]any) int {
	op, err := d.find(name)
	objects := op.cost
	if err == nil && op.definition != nil {
		objects, _, _ = d.estimate(op.definition, variables)
	}
	return max(1, objects)
}

func (d *Document) find(name string) (operation, error) {
	if name == "" && len(d.operations) == 1 {
		return d.operations[0], nil
	}
	for _, op := range d.operations {
		if op.name == name && name != "" {
			return op, nil
		}
	}
	if name == "" && len(d.operations) > 1 {
		return operation{}, newError(ValidationFailed, nil, "the document has several operations: operationName must name one")
	}
	return operation{}, newError(ValidationFailed, nil, "the document has no operation with this operationName")
}
