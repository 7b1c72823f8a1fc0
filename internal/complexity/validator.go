// Package complexity rejects GraphQL documents that are too expensive to validate
// or to execute. It runs before validation.
//
// A Validator checks the shape of a document (fields, depth, aliases, fields that
// overlap) with its fragments expanded, and the cost of its operations: how many
// objects a response can hold. Both take time proportional to the length of the
// document.
//
// The package knows the schema, but neither HTTP nor resolvers. Errors of
// validation are not its subject: it accepts unknown fields, types and arguments,
// up to a limit.
package complexity

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Code is the `extensions.code` of an error.
type Code string

// The codes of this package's errors.
const (
	ParseFailed           Code = "GRAPHQL_PARSE_FAILED"
	ValidationFailed      Code = "GRAPHQL_VALIDATION_FAILED"
	TooLarge              Code = "QUERY_TOO_LARGE"
	TooComplex            Code = "QUERY_TOO_COMPLEX"
	IntrospectionDisabled Code = "INTROSPECTION_DISABLED"
)

// Limits bound one request. Counts are those of the document with its fragments
// expanded: a fragment counts once for each spread.
type Limits struct {
	// Body and Bytes bound the request body and the document in it, in bytes.
	Body, Bytes int
	// Tokens bounds the lexical tokens of the document, comments included.
	Tokens int
	// VariableDepth bounds the nesting of lists and objects in variables, and Values
	// the names and elements in the body.
	VariableDepth, Values int
	// Depth bounds the nesting of fields.
	Depth int
	// RootFields bounds the root fields of an operation.
	RootFields int
	// Fields bounds fields, fragment spreads and inline fragments together.
	Fields int
	// Aliases and Directives bound their number.
	Aliases, Directives int
	// SameResponseKey bounds the fields with the same response key in one object.
	// OverlapPairs bounds the sum of their squares over all objects: validation
	// compares each of these fields with each other (OverlappingFieldsCanBeMerged).
	SameResponseKey, OverlapPairs int
	// UnknownFields bounds the fields that the schema does not have: validation
	// searches similar names for each. Every 100 bytes of a name count as one more.
	UnknownFields int
	// Fragments and Operations bound the definitions in a document.
	Fragments, Operations int
	// Cost bounds the objects that a response can hold. Ten scalar values count as
	// one object.
	Cost int
	// Representations bounds the elements of one `_entities` field.
	Representations int
}

// DefaultLimits returns limits with room for queries that people write, for those
// that a gateway's query planner sends, and for GraphiQL's introspection query.
func DefaultLimits() Limits {
	return Limits{
		Body: 256 << 10, Bytes: 64 << 10, Tokens: 4000, VariableDepth: 16, Values: 20_000,
		Depth: 20, RootFields: 50, Fields: 1000, Aliases: 100, Directives: 50,
		SameResponseKey: 100, OverlapPairs: 20_000, UnknownFields: 25,
		Fragments: 100, Operations: 10,
		Cost: 20_000, Representations: 1000,
	}
}

// Validator checks documents of one schema. It is immutable and safe for concurrent
// use.
type Validator struct {
	schema        *ast.Schema
	limits        Limits
	introspection bool
	// connections has the names of the object types with a field pageInfo.
	connections map[string]bool
}

// New returns a Validator. Without introspection, it rejects documents that select
// `__schema` or `__type`; it accepts `_service`.
func New(schema *ast.Schema, limits Limits, introspection bool) *Validator {
	v := &Validator{schema: schema, limits: limits, introspection: introspection, connections: map[string]bool{}}
	for name, def := range schema.Types {
		v.connections[name] = def.Kind == ast.Object && def.Fields.ForName("pageInfo") != nil
	}
	return v
}

// Limits returns the limits given to New.
func (v *Validator) Limits() Limits { return v.limits }

// rootType returns the root type of an operation, nil if the schema has none.
func (v *Validator) rootType(kind ast.Operation) *ast.Definition {
	switch kind {
	case ast.Mutation:
		return v.schema.Mutation
	case ast.Subscription:
		return v.schema.Subscription
	}
	return v.schema.Query
}

// typename is the meta field of every composite type.
var typename = &ast.FieldDefinition{Name: "__typename", Type: ast.NonNullNamedType("String", nil)}

// field returns the definition of a field of a type, nil if the type is nil or does
// not have it.
func (v *Validator) field(on *ast.Definition, name string) *ast.FieldDefinition {
	if on == nil {
		return nil
	}
	if name == typename.Name {
		return typename
	}
	return on.Fields.ForName(name)
}

// newError returns a *gqlerror.Error with a code, and with a location if at is not
// nil.
func newError(code Code, at *ast.Position, format string, args ...any) error {
	err := gqlerror.Errorf(format, args...)
	if at != nil {
		err.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	err.Extensions = map[string]any{"code": code}
	return err
}
