package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// The errors of strict JSON. None quotes the text, which may hold personal data.
var (
	errJSON      = errors.New("malformed")
	errDuplicate = errors.New("an object has a duplicate name")
	errDepth     = errors.New("nested too deep")
	errNumber    = errors.New("a number has too many digits")
	errValues    = errors.New("too many values")
)

// maxNumber bounds the length of a number; the schema needs less.
const maxNumber = 64

// strictDecoder decodes JSON. It rejects what JSON parsers interpret differently:
// duplicate names, trailing text, and text that is not UTF-8.
type strictDecoder struct{ *json.Decoder }

// decodeStrict decodes one value, at most depth levels deep, with at most this many
// values in it.
func decodeStrict(text []byte, depth, values int) (any, error) {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, errJSON
	}
	if countValues(text) > values {
		return nil, errValues
	}
	d := strictDecoder{json.NewDecoder(bytes.NewReader(text))}
	d.UseNumber()
	return d.value(depth)
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

func (d strictDecoder) value(depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, errJSON
	}
	switch t := token.(type) {
	case json.Number:
		if len(t) > maxNumber {
			return nil, errNumber
		}
	case json.Delim:
		if depth == 0 {
			return nil, errDepth
		}
		if t == '{' {
			return d.object(depth - 1)
		}
		return d.array(depth - 1)
	}
	return token, nil
}

func (d strictDecoder) object(depth int) (any, error) {
	members := map[string]any{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, errJSON
		}
		if _, exists := members[name]; exists {
			return nil, errDuplicate
		}
		if members[name], err = d.value(depth); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return members, err
}

func (d strictDecoder) array(depth int) (any, error) {
	elements := []any{}
	for d.More() {
		element, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := d.Token()
	return elements, err
}
