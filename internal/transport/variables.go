package transport

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// coerceVariables returns the values of variables as their types require:
//
//	https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values
//
// gqlparser, which checks them after this, does not regard the case of enum values,
// accepts a string as Int and a number as String, and rejects 2.0 as Int. The path of
// the error leads into the variables. What is missing, null, unknown or not an object is
// left to gqlparser.
func coerceVariables(schema *ast.Schema, definitions ast.VariableDefinitionList, values map[string]any) (map[string]any, *gqlerror.Error) {
	if len(definitions) == 0 || len(values) == 0 {
		return nil, nil
	}
	coerced := make(map[string]any, len(definitions))
	for _, definition := range definitions {
		value, ok := values[definition.Variable]
		if !ok {
			continue
		}
		c := coercion{schema, &position{&position{nil, ast.PathName("variable")}, ast.PathName(definition.Variable)}}
		var err *gqlerror.Error
		if coerced[definition.Variable], err = c.value(definition.Type, value); err != nil {
			return nil, err
		}
	}
	return coerced, nil
}

// coercion coerces the value at a position.
type coercion struct {
	schema *ast.Schema
	at     *position
}

// position is the last element of a path in the variables.
type position struct {
	in      *position
	element ast.PathElement
}

func (p *position) path() ast.Path {
	if p == nil {
		return nil
	}
	return append(p.in.path(), p.element)
}

func (c coercion) fail(message string) *gqlerror.Error {
	return &gqlerror.Error{Path: c.at.path(), Message: message}
}

func (c coercion) value(typ *ast.Type, value any) (any, *gqlerror.Error) {
	if value == nil {
		return nil, nil
	}
	if typ.Elem != nil {
		return c.list(typ.Elem, value)
	}
	definition := c.schema.Types[typ.NamedType]
	if definition == nil {
		return value, nil
	}
	switch definition.Kind {
	case ast.InputObject:
		return c.object(definition, value)
	case ast.Enum:
		return c.enum(definition, value)
	case ast.Scalar:
		return c.scalar(typ.NamedType, value)
	}
	return value, nil
}

// list also accepts a single value in place of a list of one.
func (c coercion) list(typ *ast.Type, value any) (any, *gqlerror.Error) {
	elements, ok := value.([]any)
	if !ok {
		element, err := c.value(typ, value)
		return []any{element}, err
	}
	coerced := make([]any, len(elements))
	in := coercion{c.schema, &position{in: c.at}}
	for i, element := range elements {
		in.at.element = ast.PathIndex(i)
		var err *gqlerror.Error
		if coerced[i], err = in.value(typ, element); err != nil {
			return nil, err
		}
	}
	return coerced, nil
}

func (c coercion) object(definition *ast.Definition, value any) (any, *gqlerror.Error) {
	members, ok := value.(map[string]any)
	if !ok {
		return value, nil
	}
	coerced := make(map[string]any, len(members))
	for name, member := range members {
		coerced[name] = member
		field := definition.Fields.ForName(name)
		if field == nil {
			continue
		}
		var err *gqlerror.Error
		if coerced[name], err = (coercion{c.schema, &position{c.at, ast.PathName(name)}}).value(field.Type, member); err != nil {
			return nil, err
		}
	}
	return coerced, nil
}

func (c coercion) enum(definition *ast.Definition, value any) (any, *gqlerror.Error) {
	word, ok := value.(string)
	if ok && definition.EnumValues.ForName(word) != nil {
		return word, nil
	}
	message := "not a value of " + definition.Name
	for _, known := range definition.EnumValues {
		if strings.EqualFold(known.Name, word) {
			message += "; write " + known.Name
		}
	}
	return nil, c.fail(message)
}

// scalar leaves the values of custom scalars as they are.
func (c coercion) scalar(name string, value any) (any, *gqlerror.Error) {
	number, isNumber := value.(json.Number)
	text, isText := value.(string)
	_, isBool := value.(bool)
	switch name {
	case "Int":
		if integer, isInteger := wholeNumber(number); isInteger && integer >= math.MinInt32 && integer <= math.MaxInt32 {
			return integer, nil
		}
		return nil, c.fail("not an Int: a whole number of 32 bits, without quotes")
	case "Float":
		if isNumber {
			return number, nil
		}
		return nil, c.fail("not a Float: a number without quotes")
	case "String":
		if isText {
			return text, nil
		}
		return nil, c.fail("not a String: text in quotes")
	case "Boolean":
		if isBool {
			return value, nil
		}
		return nil, c.fail("not a Boolean: true or false")
	case "ID":
		if isText {
			return text, nil
		}
		if integer, isInteger := wholeNumber(number); isInteger {
			return strconv.FormatInt(integer, 10), nil
		}
		return nil, c.fail("not an ID: text in quotes, or a whole number")
	}
	return value, nil
}

// wholeNumber returns a JSON number that has no fraction, such as 2, 2.0 and 2e0, if it
// has no more than 64 bits.
func wholeNumber(number json.Number) (int64, bool) {
	if n, err := number.Int64(); err == nil {
		return n, true
	}
	const exact = 1 << 53 // the largest float64 below which each whole number is one
	f, err := number.Float64()
	if err != nil || f != math.Trunc(f) || math.Abs(f) > exact {
		return 0, false
	}
	return int64(f), true
}
