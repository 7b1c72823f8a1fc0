package jsonscan

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The classes of bytes in a string.
const (
	plain = iota
	quote
	backslash
	nonASCII // part of a character that is not ASCII
	invalid  // control characters
)

var classes = func() (classes [256]byte) {
	for c := range classes {
		switch {
		case c < ' ':
			classes[c] = invalid
		case c >= utf8.RuneSelf:
			classes[c] = nonASCII
		}
	}
	classes['"'], classes['\\'] = quote, backslash
	return classes
}()

// readString reads the string at the current byte, which is a quote. It replaces
// invalid UTF-8 by U+FFFD.
func (r *Reader) readString() string {
	start := r.at + 1
	seen, ok := r.skipString()
	switch {
	case !ok:
		return ""
	case seen&(1<<backslash) != 0:
		return unescape(r.text[start : r.at-1])
	case seen&(1<<nonASCII) != 0:
		return strings.ToValidUTF8(r.text[start:r.at-1], "\uFFFD")
	}
	return r.text[start : r.at-1]
}

// skipString skips the string at the current byte, which is a quote. seen has
// bit 1<<c set for each class c of bytes in it; ok is false on an error.
func (r *Reader) skipString() (seen byte, ok bool) {
	text := r.text
	start := r.at + 1
	for i := start + PlainLen(text[start:]); i < len(text); i++ {
		class := classes[text[i]]
		if class == plain {
			continue
		}
		seen |= 1 << class
		switch class {
		case quote:
			r.at = i + 1
			return seen, true
		case backslash:
			n := escapeLen(text[i:])
			if n == 0 {
				r.Fail(ErrSyntax)
				return seen, false
			}
			i += n - 1
		case invalid:
			r.Fail(ErrSyntax)
			return seen, false
		}
	}
	r.Fail(ErrSyntax)
	return seen, false
}

// escapeLen returns the length of the escape at the beginning of s, 0 if it is
// invalid.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(s) >= 6 && parseHex(s[2:6]) >= 0 {
			return 6
		}
	}
	return 0
}

// parseHex returns the value of hexadecimal digits, -1 if they are invalid.
func parseHex(digits string) rune {
	var n rune
	for i := range len(digits) {
		switch c := digits[i]; {
		case c >= '0' && c <= '9':
			n = n<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | rune(c-'A'+10)
		default:
			return -1
		}
	}
	return n
}

// shortEscapes are the escapes of control characters by one letter.
var shortEscapes = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescape replaces the escapes of a string, all of which are valid. It replaces
// half a surrogate pair by U+FFFD.
func unescape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		if s[1] != 'u' {
			c, ok := shortEscapes[s[1]]
			if !ok {
				c = s[1]
			}
			b.WriteByte(c)
			s = s[2:]
			continue
		}
		char := parseHex(s[2:6])
		s = s[6:]
		if utf16.IsSurrogate(char) {
			low := rune(-1)
			if strings.HasPrefix(s, `\u`) {
				low = parseHex(s[2:6])
			}
			if char = utf16.DecodeRune(char, low); char != utf8.RuneError {
				s = s[6:]
			}
		}
		b.WriteRune(char)
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}
