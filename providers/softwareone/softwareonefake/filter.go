package softwareonefake

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// condition reports whether a row matches.
type condition func(*row) bool

// compile returns the condition for an expression about rows of the selection's
// kind.
func (s *selection) compile(e expression, operations bool) (condition, *problem) {
	switch e := e.(type) {
	case constant:
		return func(*row) bool { return bool(e) }, nil
	case negation:
		part, err := s.compile(e.part, operations)
		return func(r *row) bool { return !part(r) }, err
	case junction:
		return s.junction(e, operations)
	case comparison:
		return s.comparison(e, operations)
	case membership:
		return s.membership(e, operations)
	case quantified:
		return s.quantified(e, operations)
	}
	return nil, invalid("query", "Unknown expression.")
}

func (s *selection) junction(e junction, operations bool) (condition, *problem) {
	parts := make([]condition, len(e.parts))
	for i := range parts {
		var err *problem
		if parts[i], err = s.compile(e.parts[i], operations); err != nil {
			return nil, err
		}
	}
	return func(r *row) bool {
		for _, part := range parts {
			if part(r) == e.or {
				return e.or
			}
		}
		return !e.or
	}, nil
}

func (s *selection) quantified(e quantified, operations bool) (condition, *problem) {
	p, err := s.find(e.path, operations)
	if err != nil {
		return nil, err
	}
	if p.last.typ != objects {
		return nil, invalid(e.path, "The property is not a collection.")
	}
	part := condition(func(*row) bool { return true })
	if e.part != nil {
		if part, err = s.at(e.path, p.last.of).compile(e.part, operations); err != nil {
			return nil, err
		}
	}
	return func(r *row) bool {
		rs, _ := p.valueIn(r).([]*row)
		if e.all {
			return !slices.ContainsFunc(rs, func(r *row) bool { return !part(r) })
		}
		return slices.ContainsFunc(rs, part)
	}, nil
}

func (s *selection) membership(e membership, operations bool) (condition, *problem) {
	p, err := s.find(e.path, operations)
	if err != nil {
		return nil, err
	}
	values := map[any]bool{}
	for _, v := range e.values {
		value, never, err := p.parse(e.path, v)
		if err != nil {
			return nil, err
		}
		if !never {
			values[equatable(value)] = true
		}
	}
	return func(r *row) bool { return values[equatable(valueOf(p.valueIn(r)))] != e.out }, nil
}

func (s *selection) comparison(e comparison, operations bool) (condition, *problem) {
	p, err := s.find(e.path, operations)
	if err != nil {
		return nil, err
	}
	if e.operator == "like" || e.operator == "ilike" {
		return p.like(e)
	}
	value, never, err := p.parse(e.path, e.value)
	switch {
	case err != nil:
		return nil, err
	case e.operator == "eq":
		return func(r *row) bool { return !never && equatable(valueOf(p.valueIn(r))) == equatable(value) }, nil
	case e.operator == "ne":
		return func(r *row) bool { return never || equatable(valueOf(p.valueIn(r))) != equatable(value) }, nil
	case value == nil || p.last.typ == truth:
		return nil, invalid(e.path, "The property has no order to compare by.")
	}
	return func(r *row) bool {
		v := valueOf(p.valueIn(r))
		if v == nil || never {
			return false
		}
		c := compare(v, value)
		switch e.operator {
		case "gt":
			return c > 0
		case "ge":
			return c >= 0
		case "lt":
			return c < 0
		}
		return c <= 0
	}, nil
}

func (p path) like(e comparison) (condition, *problem) {
	if p.last.typ != text || e.value.null {
		return nil, invalid(e.path, "Only text can be searched.")
	}
	fold, never := func(s string) string { return s }, p.last.name == "id" && e.value.isUnquotedID()
	if e.operator == "ilike" {
		fold = strings.ToLower
	}
	pattern := fold(e.value.text)
	return func(r *row) bool {
		s, ok := valueOf(p.valueIn(r)).(string)
		return ok && !never && like(pattern, fold(s))
	}, nil
}

// parse converts a literal to the type of the property. never is whether the
// literal matches no value.
func (p path) parse(name string, v literal) (value any, never bool, _ *problem) {
	if v.null && p.last.typ != opaque {
		return nil, false, nil
	}
	var err error
	switch p.last.typ {
	case text:
		return v.text, p.last.name == "id" && v.isUnquotedID(), nil
	case number:
		value, err = strconv.ParseFloat(v.text, 64)
	case truth:
		value, err = strconv.ParseBool(v.text)
	case moment:
		// The only form of a time that the documentation promises to work.
		const layout = "2006-01-02T15:04:05.000Z"
		value, err = time.Parse(layout, v.text)
		if len(v.text) != len(layout) {
			return nil, false, invalid(name, "A date has the form YYYY-MM-DDTHH:mm:ss.sssZ.")
		}
	default:
		return nil, false, invalid(name, "The property is not a single value.")
	}
	if err != nil {
		return nil, false, invalid(name, "The value does not fit the property.")
	}
	return value, false, nil
}

// valueOf returns the value of a scalar, and for objects and lists whether they
// are not null.
func valueOf(v any) any {
	switch v := v.(type) {
	case scalar:
		return v.value
	case *row, []*row:
		return v != nil
	}
	return nil
}

// equatable returns a value that == compares correctly.
func equatable(v any) any {
	if t, ok := v.(time.Time); ok {
		return t.UnixNano()
	}
	return v
}

// compare orders values of one type; nil comes first.
func compare(a, b any) int {
	switch a := a.(type) {
	case nil:
		if b == nil {
			return 0
		}
		return -1
	case string:
		if b, ok := b.(string); ok {
			return cmp.Compare(a, b)
		}
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b)
		}
	case time.Time:
		if b, ok := b.(time.Time); ok {
			return a.Compare(b)
		}
	case bool:
		if b, ok := b.(bool); ok && a != b {
			if b {
				return -1
			}
			return 1
		}
	}
	if b == nil {
		return 1
	}
	return 0
}
