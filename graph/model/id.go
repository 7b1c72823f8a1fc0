package model

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ID is a global id: `<provider>:<Type>:<vendor id>`. It is readable so that another
// subgraph can build one. The vendor id can hold further colons.
type ID string

// MaxID is the longest id in bytes that ParseID accepts: what fits into a URL at common
// servers, in which every byte can take three.
const MaxID = 2048

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
	TypeProvider     = "Provider"
)

var entityTypes = [...]string{
	TypeUser, TypeMembership, TypeAccount, TypeOrganization, TypeGroup, TypeBuyer, TypeSeller, TypeModule, TypeProvider,
}

func isEntityType(typ string) bool { return slices.Contains(entityTypes[:], typ) }

// ErrID is the error of text that is not a global id.
var ErrID = errors.New("not a global id of the form provider:Type:vendor-id")

// NewID joins the parts of an id, which must be valid.
func NewID(provider, typ, vendorID string) ID {
	return ID(provider + ":" + typ + ":" + vendorID)
}

// ParseID parses an id of a client. It returns ErrID when a part is missing, the type
// is not an entity type, the text is longer than 2048 bytes or is not UTF-8, or the
// provider contains a control character. A vendor id can contain any.
func ParseID(s string) (ID, error) {
	provider, rest, _ := strings.Cut(s, ":")
	typ, vendorID, ok := strings.Cut(rest, ":")
	if !ok || provider == "" || vendorID == "" || len(s) > MaxID || !utf8.ValidString(s) || !isText(provider) || !isEntityType(typ) {
		return "", ErrID
	}
	if typ == TypeMembership {
		if tenant, user := SplitMembership(vendorID); tenant == "" || user == "" {
			return "", ErrID
		}
	}
	return ID(s), nil
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }

// Parts splits a valid id at its first two colons.
func (id ID) Parts() (provider, typ, vendorID string) {
	provider, rest, _ := strings.Cut(string(id), ":")
	typ, vendorID, _ = strings.Cut(rest, ":")
	return provider, typ, vendorID
}

// Provider is the part before the first colon.
func (id ID) Provider() string { p, _, _ := id.Parts(); return p }

// Type is the part between the first two colons.
func (id ID) Type() string { _, t, _ := id.Parts(); return t }

// VendorID is the part after the second colon.
func (id ID) VendorID() string { _, _, v := id.Parts(); return v }

// JoinMembership returns the vendor id of a membership.
func JoinMembership(tenant, user string) string { return tenant + "/" + user }

// SplitMembership splits the vendor id of a membership at its first slash. Both parts
// are "" when there is none.
func SplitMembership(vendorID string) (tenant, user string) {
	tenant, user, ok := strings.Cut(vendorID, "/")
	if !ok {
		return "", ""
	}
	return tenant, user
}
