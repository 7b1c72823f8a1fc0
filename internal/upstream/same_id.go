package upstream

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// IsSameID reports whether a vendor can mean the same object by two ids: it may ignore case,
// spaces around an id, and zeros before a number, and it may compare letters without accents.
func IsSameID(a, b string) bool {
	return strings.EqualFold(plainID(a), plainID(b)) || !isASCII(a) || !isASCII(b)
}

func plainID(id string) string { return strings.TrimLeft(strings.TrimSpace(id), "0") }

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// hasOther reports whether a response has an object that is none of these ids.
func (r *response[T]) hasOther(ids []string) bool {
	isRequested := func(id string) bool {
		return slices.ContainsFunc(ids, func(requested string) bool { return IsSameID(requested, id) })
	}
	for id := range r.rows {
		if !isRequested(id) {
			return true
		}
	}
	for id := range r.objects {
		if !isRequested(id) {
			return true
		}
	}
	return false
}
