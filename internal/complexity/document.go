package complexity

import (
	"errors"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// Document is a document that has passed all limits which do not depend on
// variables. It does not change; several requests may share it.
type Document struct {
	guard *Validator
	// operations are by name, with those whose weight depends on variables
	// spelled out.
	operations []operation
	fragments  map[string]*ast.FragmentDefinition
}

type operation struct {
	name string
	kind ast.Operation
	// definition is nil where the weight is the same whatever the variables are.
	definition *ast.OperationDefinition
	// forGateway is a field of federation among its root fields.
	forGateway string
}

// Read parses a document and holds it against every limit that does not depend on
// variables. It fails with a *gqlerror.Error whose `extensions.code` is a Code.
func (g *Validator) Read(text string) (*Document, error) {
	if len(text) > g.limits.Bytes {
		return nil, refuse(TooLarge, nil, "the document has more than %d bytes", g.limits.Bytes)
	}
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, g.limits.Tokens)
	if err != nil {
		return nil, g.unparsable(err)
	}
	fragments := make(map[string]*ast.FragmentDefinition, len(parsed.Fragments))
	for _, f := range parsed.Fragments {
		fragments[f.Name] = f
	}
	if err := g.measure(parsed, fragments); err != nil {
		return nil, err
	}
	d := &Document{guard: g, fragments: fragments, operations: make([]operation, len(parsed.Operations))}
	varies := false
	for i, op := range parsed.Operations {
		d.operations[i] = operation{
			name: op.Name, kind: op.Operation, definition: op, forGateway: forGateway(op.SelectionSet, fragments, map[string]bool{}),
		}
		fixed, err := d.weigh(op, nil)
		switch {
		case fixed && err != nil:
			return nil, err
		case fixed:
			d.operations[i].definition = nil
		default:
			varies = true
		}
	}
	if !varies {
		d.fragments = nil
	}
	return d, nil
}

// unparsable tells a document that is too long from one that is no GraphQL.
func (g *Validator) unparsable(err error) error {
	var known *gqlerror.Error
	if !errors.As(err, &known) {
		return refuse(ParseFailed, nil, "the document is not GraphQL")
	}
	if len(known.Locations) == 0 { // the one error of the parser without a place
		return refuse(TooComplex, nil, "the document has more than %d tokens", g.limits.Tokens)
	}
	known.Extensions = map[string]any{"code": ParseFailed}
	return known
}

// Operation tells what kind of operation a request chooses. It fails when the
// name chooses none.
func (d *Document) Operation(name string) (ast.Operation, error) {
	op, err := d.choose(name)
	return op.kind, err
}

// Check holds the operation that a request chooses against the limits that
// depend on its variables.
func (d *Document) Check(name string, variables map[string]any) error {
	op, err := d.choose(name)
	if err != nil || op.definition == nil {
		return err
	}
	_, err = d.weigh(op.definition, variables)
	return err
}

func (d *Document) choose(name string) (operation, error) {
	if name == "" && len(d.operations) == 1 {
		return d.operations[0], nil
	}
	for _, op := range d.operations {
		if op.name == name && name != "" {
			return op, nil
		}
	}
	if name == "" && len(d.operations) > 1 {
		return operation{}, refuse(ValidationFailed, nil, "the document has several operations: operationName must choose one")
	}
	if len(d.operations) == 0 {
		return operation{}, refuse(ValidationFailed, nil, "the document has no operation")
	}
	return operation{}, refuse(ValidationFailed, nil, "the document has no operation of that operationName")
}
