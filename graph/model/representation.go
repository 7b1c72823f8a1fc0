package model

import "errors"

// ErrRepresentation is the error of a representation that names no entity.
var ErrRepresentation = errors.New("a representation needs a __typename of this graph and its key as a string")

// CheckRepresentation returns the type that a gateway's representation names. It
// returns ErrRepresentation when that is not an entity of this graph, or when its key
// is not a string. It does not check that the key is well-formed.
func CheckRepresentation(representation map[string]any) (typename string, err error) {
	typename, _ = representation["__typename"].(string)
	key := "id"
	switch {
	case typename == "Person":
		key = "email"
	case !isEntityType(typename):
		return "", ErrRepresentation
	}
	if _, ok := representation[key].(string); !ok {
		return "", ErrRepresentation
	}
	return typename, nil
}
