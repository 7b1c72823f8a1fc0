// Package complexity refuses documents that would cost too much to validate or to
// execute, before anything is done for them. One memoised pass counts what a
// document spells out once its fragments are put in place; one more weighs what
// an answer to it could hold. Both take time in proportion to the document's
// length, whatever is in it.
//
// It knows the schema, but neither HTTP nor resolvers. It leaves to validation
// what is merely wrong: unknown fields, types and arguments pass.
package complexity

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Code is the word for the reason of a refusal, found as `extensions.code`.
type Code string

// The reasons.
const (
	ParseFailed           Code = "GRAPHQL_PARSE_FAILED"
	ValidationFailed      Code = "GRAPHQL_VALIDATION_FAILED"
	TooLarge              Code = "QUERY_TOO_LARGE"
	TooComplex            Code = "QUERY_TOO_COMPLEX"
	IntrospectionDisabled Code = "INTROSPECTION_DISABLED"
)

// Limits are what one request may ask for. Counts are of the document with every
// fragment put in place of its spreads.
type Limits struct {
	// Body and Bytes bound a request's body and the document in it, in bytes.
	Body, Bytes int
	// Tokens bounds the document's words and signs.
	Tokens int
	// VariableDepth bounds how deep lists and objects nest in variables, and Values
	// how many names and elements a body has in all.
	VariableDepth, Values int
	// Depth bounds how deep fields nest.
	Depth int
	// RootFields bounds the fields of the operation itself.
	RootFields int
	// Fields bounds fields, spreads and inline fragments together.
	Fields int
	// Aliases and Directives bound how many there are.
	Aliases, Directives int
	// SameResponseKey bounds how many fields share one place in the answer, and Pairs the
	// sum of their squares over all places: validation compares each of them with
	// each other.
	SameResponseKey, OverlapPairs int
	// UnknownFields bounds the fields that the schema does not have; for each of them
	// validation looks for similar names. A hundred bytes of a name count as one
	// more.
	UnknownFields int
	// Fragments and Operations bound the definitions.
	Fragments, Operations int
	// Cost bounds the objects that an answer could hold; ten values count as one.
	Cost int
	// Representations bounds the entities of one `_entities`.
	Representations int
}

// DefaultLimits are those for a gateway or a developer: room for what people
// write and for what a query planner sends, GraphiQL's introspection included.
func DefaultLimits() Limits {
	return Limits{
		Body: 256 << 10, Bytes: 64 << 10, Tokens: 4000, VariableDepth: 16, Values: 20_000,
		Depth: 20, RootFields: 50, Fields: 1000, Aliases: 100, Directives: 50,
		SameResponseKey: 100, OverlapPairs: 20_000, UnknownFields: 25,
		Fragments: 100, Operations: 10,
		Cost: 20_000, Representations: 1000,
	}
}

// Validator holds documents of one schema against limits. Safe for concurrent use.
type Validator struct {
	schema        *ast.Schema
	limits        Limits
	introspection bool
	connections   map[string]bool
}

// New builds a guard. Without introspection, documents that ask for `__schema`
// or `__type` are refused; `_service` never is.
func New(schema *ast.Schema, limits Limits, introspection bool) *Validator {
	g := &Validator{schema: schema, limits: limits, introspection: introspection, connections: map[string]bool{}}
	for name, def := range schema.Types {
		g.connections[name] = def.Kind == ast.Object && def.Fields.ForName("pageInfo") != nil
	}
	return g
}

// Limits are those that the guard holds documents against.
func (g *Validator) Limits() Limits { return g.limits }

func refuse(code Code, at *ast.Position, format string, args ...any) error {
	err := gqlerror.Errorf(format, args...)
	if at != nil {
		err.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	err.Extensions = map[string]any{"code": code}
	return err
}
