package jsonscan

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The bytes of strings that are not plain.
const (
	plain = iota
	quote
	backslash
	wide // part of a character that is not ASCII
	wrong
)

var classes = func() (classes [256]byte) {
	for c := range classes {
		switch {
		case c < ' ':
			classes[c] = wrong
		case c >= utf8.RuneSelf:
			classes[c] = wide
		}
	}
	classes['"'], classes['\\'] = quote, backslash
	return classes
}()

// readString reads a string that is there. What is not UTF-8 in it becomes U+FFFD.
func (r *Reader) readString() string {
	start := r.at + 1
	classes, ok := r.skipString()
	switch {
	case !ok:
		return ""
	case classes&(1<<backslash) != 0:
		return unescape(r.text[start : r.at-1])
	case classes&(1<<wide) != 0:
		return strings.ToValidUTF8(r.text[start:r.at-1], "\uFFFD")
	}
	return r.text[start : r.at-1]
}

// skipString passes over a string that is there, and tells which classes of bytes
// are in it.
func (r *Reader) skipString() (met byte, ok bool) {
	text := r.text
	for i := r.at + 1; i < len(text); i++ {
		class := classes[text[i]]
		if class == plain {
			continue
		}
		met |= 1 << class
		switch class {
		case quote:
			r.at = i + 1
			return met, true
		case backslash:
			n := escape(text[i:])
			if n == 0 {
				r.Fail(ErrSyntax)
				return met, false
			}
			i += n - 1
		case wrong:
			r.Fail(ErrSyntax)
			return met, false
		}
	}
	r.Fail(ErrSyntax)
	return met, false
}

// escape is the length of the escape that s begins with; 0 when it is none.
func escape(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(s) >= 6 && hex(s[2:6]) >= 0 {
			return 6
		}
	}
	return 0
}

// hex is the number that four digits write; -1 when they do not.
func hex(digits string) rune {
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

// simple are the escapes of one letter.
var simple = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescape writes out the escapes of a string, all of which are right. Half a
// surrogate pair becomes U+FFFD.
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
			c, ok := simple[s[1]]
			if !ok {
				c = s[1]
			}
			b.WriteByte(c)
			s = s[2:]
			continue
		}
		char := hex(s[2:6])
		s = s[6:]
		if utf16.IsSurrogate(char) {
			low := rune(-1)
			if strings.HasPrefix(s, `\u`) {
				low = hex(s[2:6])
			}
			if char = utf16.DecodeRune(char, low); char != utf8.RuneError {
				s = s[6:]
			}
		}
		b.WriteRune(char)
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}
