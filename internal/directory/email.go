package directory

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// NormalizeEmail returns the form in which addresses are compared: NFC, in lower
// case, without surrounding space. The two lower-case forms of sigma, which have the
// same capital, are one. Other letters are not folded: straße and strasse stay different
// domains.
func NormalizeEmail(email string) string {
	email = strings.TrimSpace(email)
	if isASCII(email) {
		return strings.ToLower(email)
	}
	lower := norm.NFC.String(cases.Lower(language.Und).String(norm.NFC.String(email)))
	return strings.ReplaceAll(lower, "ς", "σ")
}

// fold returns the form in which names are compared: NFC, with case folded.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}
