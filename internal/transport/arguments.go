package transport

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

// Bounds of the values of arguments. Vendors get them in URLs.
const (
	// maxText is the longest text in bytes.
	maxText = 1 << 10
	// maxListed is the number of values in a list within an argument. A list that is an
	// argument itself, of ids or addresses, has its bound at the field: only that field fails.
	maxListed = 100
)

// checkArguments returns an error that names an argument of the operation, or of a fragment,
// whose value exceeds a bound; nil if there is none.
func checkArguments(schema *ast.Schema, oc *graphql.OperationContext) *gqlerror.Error {
	c := argumentChecker{schema: schema, variables: oc.Variables}
	c.set(oc.Operation.SelectionSet)
	for _, fragment := range oc.Doc.Fragments {
		c.set(fragment.SelectionSet)
	}
	return c.err
}

type argumentChecker struct {
	schema    *ast.Schema
	variables map[string]any
	err       *gqlerror.Error
}

func (c *argumentChecker) set(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			for _, argument := range s.Arguments {
				c.argument(s, argument)
			}
			c.set(s.SelectionSet)
		case *ast.InlineFragment:
			c.set(s.SelectionSet)
		}
	}
}

func (c *argumentChecker) argument(f *ast.Field, a *ast.Argument) {
	definition := f.Definition.Arguments.ForName(a.Name)
	value, err := a.Value.Value(c.variables)
	if definition == nil || err != nil || c.err != nil {
		return // The executor reports what is not valid.
	}
	typ := definition.Type
	elements, isList := value.([]any)
	if typ.Elem == nil || !isList {
		elements = []any{value}
	}
	for _, element := range elements {
		if problem := c.value(a.Name, typ.Name(), element); problem != "" {
			c.err = apierror.New(apierror.BadUserInput, "%s: the argument %s", f.Name, problem)
			c.err.Locations = []gqlerror.Location{{Line: a.Position.Line, Column: a.Position.Column}}
			return
		}
	}
}

// value returns what is wrong with a value, or with a list of values, of the named type; "" if
// nothing is.
func (c *argumentChecker) value(path, name string, value any) string {
	switch v := value.(type) {
	case string:
		if limit := maxBytes(path, name); len(v) > limit {
			return fmt.Sprintf("%s has %d bytes, more than %d", path, len(v), limit)
		}
	case []any:
		if limit := maxValues(path); len(v) > limit {
			return fmt.Sprintf("%s has %d values, more than %d", path, len(v), limit)
		}
		for _, element := range v {
			if problem := c.value(path, name, element); problem != "" {
				return problem
			}
		}
	case map[string]any:
		for _, field := range c.schema.Types[name].Fields {
			if problem := c.value(path+"."+field.Name, field.Type.Name(), v[field.Name]); problem != "" {
				return problem
			}
		}
	}
	return ""
}

// maxValues returns the bound of a list.
func maxValues(path string) int {
	if path == "filter.emails" {
		return loaders.MaxEmails
	}
	return maxListed
}

// maxBytes returns the bound of a text.
func maxBytes(path, typ string) int {
	switch {
	case typ == "ID":
		return model.MaxID
	case path == "after":
		return model.MaxCursor
	}
	return maxText
}
