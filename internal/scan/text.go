package scan

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// odd marks the bytes that end the plain part of a string.
var odd = func() (odd [256]bool) {
	for c := range ' ' {
		odd[c] = true
	}
	odd['"'], odd['\\'] = true, true
	return odd
}()

// string reads a string that is there. What is not UTF-8 in it becomes U+FFFD.
func (r *Reader) string() string {
	start := r.at + 1
	if !r.passString() {
		return ""
	}
	s := r.text[start : r.at-1]
	if strings.IndexByte(s, '\\') >= 0 {
		return unescape(s)
	}
	if !utf8.ValidString(s) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}

// passString passes over a string that is there.
func (r *Reader) passString() bool {
	text, i := r.text, r.at+1
	for i < len(text) {
		for i < len(text) && !odd[text[i]] {
			i++
		}
		if i == len(text) {
			break
		}
		switch text[i] {
		case '"':
			r.at = i + 1
			return true
		case '\\':
			n := escape(text[i:])
			if n == 0 {
				r.Fail(ErrSyntax)
				return false
			}
			i += n
		default: // a control character
			r.Fail(ErrSyntax)
			return false
		}
	}
	r.Fail(ErrSyntax)
	return false
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
