package resolvers

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// What strict JSON is not. Nothing of the text is in the messages: it may hold
// what must not be in logs.
var (
	errJSON      = errors.New("malformed")
	errDuplicate = errors.New("a name appears twice in one object")
	errDepth     = errors.New("nested too deep")
	errNumber    = errors.New("a number has too many digits")
	errValues    = errors.New("too many values")
)

// longestNumber is more than any number of the schema needs.
const longestNumber = 64

// strict reads JSON, and refuses what readers of JSON understand differently:
// duplicate names, text behind the value, text that is not UTF-8.
type strict struct{ *json.Decoder }

// decode reads one value of at most this depth with at most so many values in it.
func decode(text []byte, depth, values int) (any, error) {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, errJSON
	}
	if count(text) > values {
		return nil, errValues
	}
	s := strict{json.NewDecoder(bytes.NewReader(text))}
	s.UseNumber()
	return s.value(depth)
}

// count is how many objects, lists, members and elements valid JSON has at most.
// It costs far less than making them.
func count(text []byte) int {
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

func (s strict) value(depth int) (any, error) {
	token, err := s.Token()
	if err != nil {
		return nil, errJSON
	}
	switch t := token.(type) {
	case json.Number:
		if len(t) > longestNumber {
			return nil, errNumber
		}
	case json.Delim:
		if depth == 0 {
			return nil, errDepth
		}
		if t == '{' {
			return s.object(depth - 1)
		}
		return s.array(depth - 1)
	}
	return token, nil
}

func (s strict) object(depth int) (any, error) {
	members := map[string]any{}
	for s.More() {
		token, err := s.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, errJSON
		}
		if _, given := members[name]; given {
			return nil, errDuplicate
		}
		if members[name], err = s.value(depth); err != nil {
			return nil, err
		}
	}
	_, err := s.Token()
	return members, err
}

func (s strict) array(depth int) (any, error) {
	elements := []any{}
	for s.More() {
		element, err := s.value(depth)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := s.Token()
	return elements, err
}
