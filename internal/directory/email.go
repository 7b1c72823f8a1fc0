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

// hasAddress reports whether there is an address, which makes its user one of a person.
func hasAddress(email *string) bool { return email != nil && strings.TrimSpace(*email) != "" }

// Fold returns the form in which names are ordered: NFC, with case folded.
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
}

// domainOf returns the normalized domain of an address, "" without one.
func domainOf(email string) string {
	email = NormalizeEmail(email)
	return email[strings.LastIndexByte(email, '@')+1:]
}

// foldName returns the form in which names are searched: case folded, without the accents
// of Latin, Greek and Cyrillic letters, and with plain letters for those Latin ones that
// have no decomposition. ß is ss, æ is ae.
func foldName(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	bare := strings.Map(func(r rune) rune {
		if isDiacritic(r) {
			return -1
		}
		return r
	}, norm.NFD.String(cases.Fold().String(norm.NFC.String(s))))
	return norm.NFC.String(plainLetters.Replace(bare))
}

// isDiacritic reports whether a character is in one of the blocks of combining
// diacritical marks of Unicode.
func isDiacritic(r rune) bool {
	return r >= 0x0300 && r <= 0x036f || r >= 0x1ab0 && r <= 0x1aff || r >= 0x1dc0 && r <= 0x1dff || r >= 0x20d0 && r <= 0x20ff || r >= 0xfe20 && r <= 0xfe2f
}

// plainLetters replaces folded Latin letters that no decomposition of Unicode takes apart.
var plainLetters = strings.NewReplacer(
	"ł", "l", "ø", "o", "đ", "d", "ð", "d", "ħ", "h", "ı", "i", "ȷ", "j", "ĸ", "k", "ŀ", "l", "ŋ", "n", "ŧ", "t", "þ", "th",
	"æ", "ae", "œ", "oe", "ƀ", "b", "ƈ", "c", "ɖ", "d", "ɗ", "d", "ƒ", "f", "ɠ", "g", "ǥ", "g", "ɨ", "i", "ƙ", "k", "ƚ", "l",
	"ɲ", "n", "ƥ", "p", "ʂ", "s", "ƭ", "t", "ʉ", "u", "ʋ", "v", "ƴ", "y", "ƶ", "z", "ɓ", "b", "ȼ", "c", "ɇ", "e", "ɉ", "j", "ɍ", "r", "ɏ", "y", "ⱥ", "a", "ⱦ", "t",
)

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}
