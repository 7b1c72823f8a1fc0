package softwareonefake

import (
	"slices"
	"strings"
)

// Variations are what installations of the platform may do differently: the vendor's
// documentation allows it, contradicts itself, or says nothing. The zero value is the
// behaviour of the examples in the documentation.
type Variations struct {
	// Omit are properties, as Kind.name, that rows contain only where select names them.
	// Every $meta.omitted of such rows names them otherwise.
	Omit []string
	// Hide are properties that rows never contain, and that $meta.omitted names even
	// where select does too, as for Seller.buyers.
	Hide []string
	// HiddenMatchNothing has a filter by a property of Hide match no row.
	HiddenMatchNothing bool
	// MaxRows, if positive, caps pages below the documented 100 rows, and the reported
	// limit with them.
	MaxRows int
	// ShortPages, if positive, caps pages without a change of the reported limit.
	ShortPages int
	// NoTotal reports null as the total of every list; the OpenAPI document allows it.
	NoTotal bool
	// MetaLast sends $meta after the data.
	MetaLast bool
	// References are the properties of short references, nil for all core ones. With
	// href among them, references have it.
	References []string
	// Actors is the only property of the users in audits, "id" or "href"; "" for all.
	Actors string
	// Nulls sends null for a property without a value, which is left out otherwise.
	Nulls bool
	// EmptyTexts sends "" for a text without a value.
	EmptyTexts bool
	// OddValues sends a text for phones, addresses and settings, and a number for tax ids.
	OddValues bool
	// Placeholders sends the text of the vendor's examples in place of references to
	// accounts that select does not name.
	Placeholders bool
	// OddIDs adds users whose ids are long or have unusual characters.
	OddIDs bool
	// WithoutID are the ids of objects whose rows lack their id.
	WithoutID []string
	// NoObject are the ids of objects whose rows are null.
	NoObject []string
	// NoLists are lists of objects, as Kind.name, that are sent as text, and OddLists
	// those that are sent with three more elements: null, a text, an object without an id.
	NoLists, OddLists []string
	// UnknownUser is whether one row of FirstAccount's users, in the nested form, has
	// null as its user.
	UnknownUser bool
	// NoUserFilter rejects conditions on the user inside of a row. EmptyUserFilter has them
	// match no row.
	NoUserFilter, EmptyUserFilter bool
	// RejectOrders rejects an order by anything but the id, and RejectRanges a comparison with
	// a time.
	RejectOrders, RejectRanges bool
	// OtherNames uses the names of https://docs.platform.softwareone.com that differ
	// from those of the OpenAPI document.
	OtherNames bool
}

// otherNames are the names of properties under OtherNames, "" for properties that are
// left out then.
var otherNames = map[string]string{
	"UserGroup.logo": "icon", "UserGroup.isDefault": "default",
	"Account.icon": "logo", "Account.externalIds": "externalIDs", "Buyer.externalIds": "externalIDs",
	"Address.state": "region", "User.lastLoginAt": "",
	"AccountUserAudit.joined": "", "AccountUserAudit.access": "", "MemberAudit.joined": "", "MemberAudit.access": "",
}

// onlyOtherNames are properties that exist under OtherNames only.
var onlyOtherNames = []string{
	"UserAudit.login", "AccountUser.lastLoginAt", "User.memberLoginAt",
	"AccountUserAudit.invitationAcceptedAt", "MemberAudit.invitationAcceptedAt",
}

// rewrites reports whether objects differ from the ones that are written in advance.
func (v Variations) rewrites() bool {
	return v.References != nil || v.Nulls || v.EmptyTexts || v.OddValues || v.OtherNames || v.NoLists != nil || v.OddLists != nil
}

// name returns the name of a property in responses, "" where it is in none.
func (v Variations) name(k *kind, f field) string {
	full := k.name + "." + f.name
	other, renamed := otherNames[full]
	switch {
	case !v.OtherNames && slices.Contains(onlyOtherNames, full):
		return ""
	case full == "User.memberLoginAt":
		return "lastLoginAt"
	case v.OtherNames && renamed:
		return other
	}
	return f.name
}

// of returns the field as the variation has it in objects of depth d.
func (v Variations) of(k *kind, f field, d depth) field {
	full := k.name + "." + f.name
	if d == short && v.References != nil {
		f.core = slices.Contains(v.References, f.name)
	}
	if d != short && slices.Contains(v.Omit, full) {
		f = f.asOnSelect()
	}
	if d != short && slices.Contains(v.Hide, full) {
		f = f.asHidden()
	}
	return f
}

// absent returns the JSON of a property without a value, nil where it is left out.
func (v Variations) absent(k *kind, f field) []byte {
	switch {
	case v.EmptyTexts && f.typ == text && f.name != "id":
		return []byte(`""`)
	case v.Nulls, k.name == "AccountUser" && f.name == "user":
		return []byte(`null`)
	}
	return nil
}

// odd returns the JSON in place of any value of a property, nil for its own.
func (v Variations) odd(k *kind, f field, isNamed bool) []byte {
	full := k.name + "." + f.name
	switch {
	case v.OddValues && slices.Contains([]string{"User.phone", "User.settings", "Account.address"}, full):
		return []byte(`"text"`)
	case slices.Contains(v.NoLists, full):
		return []byte(`"text"`)
	case v.OddValues && full == "Buyer.taxId":
		return []byte(`12345`)
	case v.Placeholders && !isNamed && slices.Contains([]string{"User.currentAccount", "UserGroup.account", "Buyer.account"}, full):
		return []byte(`"[Circular Reference]"`)
	}
	return nil
}

// more returns the JSON of elements that a list of objects has beside its own.
func (v Variations) more(k *kind, f field) []byte {
	if slices.Contains(v.OddLists, k.name+"."+f.name) {
		return []byte(`,null,"text",{"name":"no id"}`)
	}
	return nil
}

// row returns the JSON in place of a row of a list, nil for its own.
func (v Variations) row(id string) []byte {
	switch {
	case slices.Contains(v.NoObject, id):
		return []byte(`null`)
	case slices.Contains(v.WithoutID, id):
		return []byte(`{"name":"no id"}`)
	}
	return nil
}

// rejects reports whether the platform knows no such condition or order.
func (v Variations) rejects(filter string, order []string) bool {
	isRange := func(operator string) bool { return strings.Contains(filter, operator+"(") }
	return v.NoUserFilter && strings.Contains(filter, "user.") ||
		v.RejectOrders && slices.ContainsFunc(order, func(by string) bool { return by != "id" }) ||
		v.RejectRanges && slices.ContainsFunc([]string{"gt", "ge", "lt", "le"}, isRange)
}

// matchesNothing reports whether no row matches a filter, whatever its values are.
func (v Variations) matchesNothing(k *kind, filter string) bool {
	return v.EmptyUserFilter && strings.Contains(filter, "user.") || v.HiddenMatchNothing && slices.ContainsFunc(v.Hide, func(full string) bool {
		owner, name, _ := strings.Cut(full, ".")
		return owner == k.name && (strings.Contains(filter, "("+name+",") || strings.Contains(filter, "("+name+"."))
	})
}

// rows returns the largest number of rows on a page, and the limit that it reports.
func (v Variations) rows(limit int) (rows, reported int) {
	if v.MaxRows > 0 {
		limit = min(limit, v.MaxRows)
	}
	if v.ShortPages > 0 {
		return min(limit, v.ShortPages), limit
	}
	return limit, limit
}

// oddUserIDs are the ids of the users that OddIDs adds.
func oddUserIDs() []string {
	return []string{
		"USR-" + strings.Repeat("9", 90), `USR-back\slash`, `USR-\`, "利用者-番号-一二三四五六七八九", "USR-it's", `USR-"quoted"`, `USR-"it's"`,
		"USR-a b", "USR-\u00a0", "USR-*", "USR-100%", "USR-(a,b)", "USR-&select=-*", "USR-\x01", "USR-\n\t", "USR-\x7f", "USR-a/b", "USR-?#", "..", "USR-;=+", strings.Repeat("USR-龍", 40),
	}
}
