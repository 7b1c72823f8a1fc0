package differential

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// addAccess adds what a person's users say of its access, and what speaks against them.
func (p *Object) addAccess() {
	users := p.Fields["users"].([]any)
	isActive := func(u any) bool { return u.(*Object).text("status") == "ACTIVE" }
	p.Fields["canSignIn"], p.Fields["loginCount"] = slices.ContainsFunc(users, isActive), json.Number(strconv.Itoa(len(users)))
	licenses := map[string]bool{}
	for _, m := range p.Fields["memberships"].(*List).Rows {
		if license := m.text("license"); license != "" {
			licenses[license] = true
		}
	}
	p.Fields["licenses"] = []any{}
	for _, license := range []string{"BASIC", "FULL", "NONE", "OTHER"} { // in alphabetical order
		if licenses[license] {
			p.Fields["licenses"] = append(p.Fields["licenses"].([]any), license)
		}
	}
	matches := []any{}
	for _, u := range users {
		user := u.(*Object)
		m := &Object{Type: "PersonMatch", Fields: map[string]any{"user": user, "evidence": "EMAIL", "conflict": nil}}
		if normalize(user.text("login")) == p.text("email") {
			m.Fields["evidence"] = "LOGIN"
		}
		ended := slices.Contains([]string{"INACTIVE", "BLOCKED", "DELETED"}, user.text("status"))
		switch {
		case hasOtherName(user, users):
			m.Fields["conflict"] = "NAME"
		case ended && slices.ContainsFunc(users, isActive):
			m.Fields["conflict"] = "STATUS"
		}
		matches = append(matches, m)
	}
	p.Fields["matches"] = matches
}

// hasOtherName reports whether a user's name has no word of the name of another.
func hasOtherName(user *Object, users []any) bool {
	words := func(u *Object) []string {
		return strings.FieldsFunc(withoutAccents(u.text("name")), func(r rune) bool {
			return !unicode.In(r, unicode.L, unicode.N, unicode.M)
		})
	}
	compared := false
	for _, o := range users {
		other := o.(*Object)
		if other == user || len(words(other)) == 0 {
			continue
		}
		compared = true
		for _, word := range words(user) {
			if slices.Contains(words(other), word) {
				return false
			}
		}
	}
	return compared && len(words(user)) > 0
}

// meetsAsPerson reports whether a person meets a condition of a filter.
func meetsAsPerson(p *Object, name string, value any) bool {
	if value == nil {
		return true
	}
	users := p.Fields["users"].([]any)
	someUser := func(meets func(u *Object) bool) bool {
		return slices.ContainsFunc(users, func(u any) bool { return meets(u.(*Object)) })
	}
	someMembership := func(field string) bool {
		return slices.ContainsFunc(p.Fields["memberships"].(*List).Rows, func(m *Object) bool { return meets(m, field, value) })
	}
	login, hasLogin := p.get("lastLoginAt").(time.Time)
	switch name {
	case "emails":
		return slices.ContainsFunc(value.([]any), func(email any) bool { return normalize(email.(string)) == p.text("email") })
	case "emailDomain":
		return strings.HasSuffix(p.text("email"), "@"+normalize(value.(string)))
	case "name", "providers":
		return someUser(func(u *Object) bool { return meets(u, name, value) })
	case "providersAtLeast":
		return len(p.get("providers").([]any)) >= value.(int)
	case "canSignIn":
		return p.get("canSignIn") == value
	case "neverLoggedIn":
		return someUser(tellsLogins) && hasLogin != value.(bool)
	case "lastLoginBefore":
		bound, _ := instant(value).(time.Time)
		return hasLogin && login.Before(bound)
	case "licenses", "roles":
		return someMembership(name)
	}
	hasConflict := slices.ContainsFunc(p.get("matches").([]any), func(m any) bool { return m.(*Object).get("conflict") != nil })
	return hasConflict == value.(bool)
}

// comparePeople compares two persons in an order, without their addresses.
func comparePeople(a, b *Object, order Input) int {
	switch order["field"] {
	case Enum("EMAIL"):
		n := strings.Compare(a.ID, b.ID)
		if order["direction"] == Enum("DESC") {
			return -n
		}
		return n
	case Enum("PROVIDERS"):
		n := cmp.Compare(len(a.get("providers").([]any)), len(b.get("providers").([]any)))
		if order["direction"] == Enum("DESC") {
			return -n
		}
		return n
	}
	return compareRows(a, b, order)
}
