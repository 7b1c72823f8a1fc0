package model

import "errors"

// ErrRepresentation is returned for what a gateway cannot mean as an entity.
var ErrRepresentation = errors.New("a representation needs a __typename of this graph and its key as a string")

// CheckRepresentation is the type that a gateway's representation names. It fails with
// ErrRepresentation where that is no entity of this graph, or where its key is not
// text. Whether the key is well-formed is for whoever looks it up.
func CheckRepresentation(representation map[string]any) (typename string, err error) {
	typename, _ = representation["__typename"].(string)
	key := "id"
	switch typename {
	case TypeUser, TypeMembership, TypeAccount, TypeOrganization, TypeGroup, TypeBuyer, TypeSeller, TypeModule:
	case "Person":
		key = "email"
	default:
		return "", ErrRepresentation
	}
	if _, ok := representation[key].(string); !ok {
		return "", ErrRepresentation
	}
	return typename, nil
}
