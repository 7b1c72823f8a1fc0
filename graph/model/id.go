package model

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ID is a global id: `<provider>:<Type>:<vendor id>`. Readable on purpose, so
// that another subgraph can build one. The vendor id may hold further colons.
type ID string

// maxID bounds an id that comes from outside; the longest documented ones, two
// UUIDs of a membership, need a third of it.
const maxID = 256

// The entity types that an id can name.
const (
	TypeUser         = "User"
	TypeMembership   = "Membership"
	TypeAccount      = "Account"
	TypeOrganization = "Organization"
	TypeGroup        = "Group"
	TypeBuyer        = "Buyer"
	TypeSeller       = "Seller"
	TypeModule       = "Module"
)

// ErrID is returned for text that is not a global id.
var ErrID = errors.New("not a global id of the form provider:Type:vendor-id")

// NewID puts an id together. Its parts must be valid.
func NewID(provider, typ, vendorID string) ID {
	return ID(provider + ":" + typ + ":" + vendorID)
}

// ParseID checks text from outside. It fails with ErrID when a part is missing,
// the type is none of this graph's, or a character cannot stand in an id.
func ParseID(s string) (ID, error) {
	provider, rest, _ := strings.Cut(s, ":")
	typ, vendorID, ok := strings.Cut(rest, ":")
	if !ok || provider == "" || vendorID == "" || len(s) > maxID || !printable(s) {
		return "", ErrID
	}
	switch typ {
	case TypeUser, TypeAccount, TypeOrganization, TypeGroup, TypeBuyer, TypeSeller, TypeModule:
		return ID(s), nil
	case TypeMembership:
		tenant, user := SplitMembership(vendorID)
		if tenant == "" || user == "" {
			return "", ErrID
		}
		return ID(s), nil
	}
	return "", ErrID
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsPrint(r)
	})
}

// Parts splits a valid id at its first two colons.
func (id ID) Parts() (provider, typ, vendorID string) {
	provider, rest, _ := strings.Cut(string(id), ":")
	typ, vendorID, _ = strings.Cut(rest, ":")
	return provider, typ, vendorID
}

// Provider is the part before the first colon.
func (id ID) Provider() string { p, _, _ := id.Parts(); return p }

// Type is the part between the colons.
func (id ID) Type() string { _, t, _ := id.Parts(); return t }

// VendorID is the part behind the second colon.
func (id ID) VendorID() string { _, _, v := id.Parts(); return v }

// JoinMembership is the vendor id of a membership.
func JoinMembership(tenant, user string) string { return tenant + "/" + user }

// SplitMembership takes the vendor id of a membership apart, at its first slash;
// both parts are empty when there is none.
func SplitMembership(vendorID string) (tenant, user string) {
	tenant, user, ok := strings.Cut(vendorID, "/")
	if !ok {
		return "", ""
	}
	return tenant, user
}
