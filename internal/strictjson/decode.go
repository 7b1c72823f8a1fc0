// Package strictjson decodes JSON that clients send. It rejects what JSON parsers
// interpret differently: duplicate names, trailing text, and text that is not UTF-8.
package strictjson

import (
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// The errors of Decode. None quotes the text, which may hold personal data.
var (
	ErrSyntax    = errors.New("malformed")
	ErrDuplicate = errors.New("an object has a duplicate name")
	ErrDepth     = errors.New("nested too deep")
	ErrNumber    = errors.New("a number has too many digits")
	ErrValues    = errors.New("too many values")
)

// maxNumber bounds the length of a number; the schema needs less.
const maxNumber = 64

// Decode decodes one value, at most depth levels deep, with at most this many values in
// it: nil, bool, string, json.Number, []any or map[string]any, which do not refer to the
// text. Text that is not JSON is ErrSyntax, whatever else is wrong with it.
func Decode(text []byte, depth, values int) (any, error) {
	if !utf8.Valid(text) {
		return nil, ErrSyntax
	}
	value, err := any(nil), ErrValues
	if countValues(text) <= values {
		value, err = decodeAll(text, depth)
	}
	if err != nil && err != ErrSyntax && !json.Valid(text) {
		err = ErrSyntax
	}
	return value, err
}

// countValues is an upper bound of the objects, lists, members and elements in valid
// JSON. It allocates nothing.
func countValues(text []byte) int {
	n, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			quoted = !quoted
		case '\\':
			i++ // only strings have backslashes
		case ',', '{', '[':
			if !quoted {
				n++
			}
		}
	}
	return n
}

func decodeAll(text []byte, depth int) (any, error) {
	d := decoder{text: text}
	value, err := d.value(depth, nil)
	if err != nil {
		return nil, err
	}
	if d.next() != 0 || d.at < len(text) {
		return nil, ErrSyntax
	}
	return value, nil
}

// decoder decodes a text in one pass. Lists of similar objects repeat names and
// values, which are allocated once.
type decoder struct {
	text []byte
	at   int
	// members are the names of members so far, up to maxMembers.
	members []member
}

// member is a name, with the last text that a member of this name had.
type member struct {
	name string
	last any
}

const maxMembers = 16

// next skips white space and returns the byte after it, 0 at the end.
func (d *decoder) next() byte {
	for ; d.at < len(d.text); d.at++ {
		switch c := d.text[d.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// value decodes a value of the member in, which may be nil.
func (d *decoder) value(depth int, in *member) (any, error) {
	switch c := d.next(); c {
	case '{', '[':
		if depth == 0 {
			return nil, ErrDepth
		}
		d.at++
		if c == '{' {
			return d.object(depth - 1)
		}
		return d.array(depth - 1)
	case '"':
		text, escaped, err := d.quoted()
		if err != nil {
			return nil, err
		}
		if in != nil && !escaped {
			if last, ok := in.last.(string); ok && last == string(text[1:len(text)-1]) {
				return in.last, nil
			}
		}
		s, err := unquote(text, escaped)
		if err != nil {
			return nil, err
		}
		value := any(s)
		if in != nil {
			in.last = value
		}
		return value, nil
	case 't':
		return true, d.literal("true")
	case 'f':
		return false, d.literal("false")
	case 'n':
		return nil, d.literal("null")
	}
	return d.number()
}

func (d *decoder) literal(word string) error {
	if len(d.text)-d.at < len(word) || string(d.text[d.at:d.at+len(word)]) != word {
		return ErrSyntax
	}
	d.at += len(word)
	return nil
}

// number decodes a number, which keeps its digits.
func (d *decoder) number() (any, error) {
	from := d.at
	for d.at < len(d.text) && isNumberByte(d.text[d.at]) {
		d.at++
	}
	text := d.text[from:d.at]
	switch {
	case !json.Valid(text):
		return nil, ErrSyntax
	case len(text) > maxNumber:
		return nil, ErrNumber
	}
	return json.Number(text), nil
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

// quoted skips a string and returns it with its quotes.
func (d *decoder) quoted() (text []byte, escaped bool, err error) {
	from := d.at
	for i := d.at + 1; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case c == '"':
			d.at = i + 1
			return d.text[from:d.at], escaped, nil
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			return nil, false, ErrSyntax
		}
	}
	return nil, false, ErrSyntax
}

func unquote(text []byte, escaped bool) (s string, err error) {
	if !escaped {
		return string(text[1 : len(text)-1]), nil
	}
	if json.Unmarshal(text, &s) != nil {
		return "", ErrSyntax
	}
	return s, nil
}

// name decodes the name of a member. It returns nil instead of a member if there are
// too many names to keep.
func (d *decoder) name() (string, *member, error) {
	if d.next() != '"' {
		return "", nil, ErrSyntax
	}
	text, escaped, err := d.quoted()
	if err != nil {
		return "", nil, err
	}
	if !escaped {
		for i := range d.members {
			if d.members[i].name == string(text[1:len(text)-1]) {
				return d.members[i].name, &d.members[i], nil
			}
		}
	}
	name, err := unquote(text, escaped)
	if err != nil || escaped || len(d.members) == maxMembers {
		return name, nil, err
	}
	if d.members == nil {
		d.members = make([]member, 0, maxMembers) // never moves, for the pointers into it
	}
	d.members = append(d.members, member{name: name})
	return name, &d.members[len(d.members)-1], nil
}

// object decodes the members up to the closing brace.
func (d *decoder) object(depth int) (any, error) {
	members := map[string]any{}
	for first := true; ; first = false {
		if done, err := d.separator('}', first); done || err != nil {
			return members, err
		}
		name, known, err := d.name()
		if err != nil {
			return nil, err
		}
		if d.next() != ':' {
			return nil, ErrSyntax
		}
		d.at++
		if _, exists := members[name]; exists {
			return nil, ErrDuplicate
		}
		if members[name], err = d.value(depth, known); err != nil {
			return nil, err
		}
	}
}

// array decodes the elements up to the closing bracket.
func (d *decoder) array(depth int) (any, error) {
	elements := []any{}
	for first := true; ; first = false {
		if done, err := d.separator(']', first); done || err != nil {
			return elements, err
		}
		element, err := d.value(depth, nil)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
}

// separator skips the comma before a further member or element, or the closing bracket.
func (d *decoder) separator(bracket byte, first bool) (done bool, err error) {
	switch c := d.next(); {
	case c == bracket:
		d.at++
		return true, nil
	case first:
		return false, nil
	case c == ',':
		d.at++
		return false, nil
	}
	return false, ErrSyntax
}
