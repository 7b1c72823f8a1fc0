package softwareone

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The platform is asked in RQL,
// https://docs.platform.softwareone.com/developer-resources/rest-api/resource-query-language,
// as the query string itself. Values are quoted. The language has no escape for
// a quote, so values pass only where they cannot end one.

// condition is one RQL expression, encoded for a query string. Only the
// functions of this file make one.
type condition string

// in asks that a property is one of these values: at least one, each quotable.
func in(property string, values []string) condition {
	var b strings.Builder
	b.WriteString("in(" + property + ",(")
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(v))
	}
	b.WriteString("))")
	return condition(b.String())
}

// equals asks that a property is this plain text, without regard to case.
func equals(property, plain string) condition {
	return condition("ilike(" + property + "," + quote(plain) + ")")
}

// contains asks that a property holds this plain text, without regard to case.
func contains(property, plain string) condition {
	quoted := quote(plain)
	edge := len(encodedQuote)
	return condition("ilike(" + property + "," + quoted[:edge] + "*" + quoted[edge:len(quoted)-edge] + "*" + quoted[len(quoted)-edge:] + ")")
}

// either asks for one of several conditions.
func either(conditions []condition) condition {
	if len(conditions) == 1 {
		return conditions[0]
	}
	texts := make([]string, len(conditions))
	for i, c := range conditions {
		texts[i] = string(c)
	}
	return condition("or(" + strings.Join(texts, ",") + ")")
}

// instant is the one form of a time that the platform takes.
const instant = "2006-01-02T15:04:05.000Z"

// after asks for a time behind t, rounded so that nothing is lost.
func after(property string, t time.Time) condition {
	return condition("gt(" + property + "," + quote(t.UTC().Truncate(time.Millisecond).Format(instant)) + ")")
}

// before asks for a time ahead of t, rounded so that nothing is lost.
func before(property string, t time.Time) condition {
	up := t.UTC().Truncate(time.Millisecond)
	if up.Before(t) {
		up = up.Add(time.Millisecond)
	}
	return condition("lt(" + property + "," + quote(up.Format(instant)) + ")")
}

const encodedQuote = "%22"

// quote wraps a quotable value.
func quote(v string) string {
	if strings.Contains(v, `"`) {
		return "%27" + encode(v) + "%27"
	}
	return encodedQuote + encode(v) + encodedQuote
}

// maxValue bounds a value as it stands in a URL: the longest known ids have 23
// characters, and a hundred of the longest that pass make a URL of less than the 8
// kilobytes that usual servers take.
const maxValue = 64

// quotable reports whether a value can be quoted so that it means itself and
// nothing else. A backslash is refused because the platform's own text matching
// gives it a meaning.
func quotable(v string) bool {
	if v == "" || len(encode(v)) > maxValue || !utf8.ValidString(v) || strings.Contains(v, `\`) {
		return false
	}
	if strings.Contains(v, `"`) && strings.Contains(v, "'") {
		return false
	}
	return !strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsPrint(r) })
}

// plain reports whether text means itself inside a pattern of ilike: ASCII, and
// none of the characters that patterns and quotes are made of.
func plain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plainRune(r) })
}

func plainRune(r rune) bool {
	return r >= ' ' && r < 0x7f && r != '*' && r != '\\' && r != '"'
}

// sharp is how the letter ß is spelled out, which counts as equal in names, but
// not in addresses.
const sharp = "ss"

// anchor is the longest part of the text that is plain and stands, but for case,
// in every spelling of it: a letter may be one with the accent behind it, and
// what is spelledOut, "" for nothing, may be another letter. It is "" where there
// is none.
func anchor(text, spelledOut string) string {
	best := ""
	for text != "" {
		end := strings.IndexFunc(text, func(r rune) bool { return !plainRune(r) })
		piece, next := text, ""
		if end >= 0 {
			r, size := utf8.DecodeRuneInString(text[end:])
			piece, next = text[:end], text[end+size:]
			if r >= utf8.RuneSelf && piece != "" {
				piece = piece[:len(piece)-1]
			}
		}
		if i := strings.Index(strings.ToLower(piece), spelledOut); spelledOut != "" && i >= 0 {
			piece, next = piece[:i], text[i+len(spelledOut):]
		}
		if piece = strings.TrimSpace(piece); len(piece) > len(best) {
			best = piece
		}
		text = next
	}
	return best
}

// encode escapes all but the unreserved characters of RFC 3986.
func encode(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

// query is one reading of a collection.
type query struct {
	// conditions must all be met; empty ones are left out.
	conditions []condition
	// selects are the properties that are wanted beside those that come anyway.
	selects string
	// order is a list of properties; "" for no order.
	order         string
	limit, offset int
}

// String encodes the query.
func (q query) String() string {
	var b strings.Builder
	for _, c := range q.conditions {
		if c != "" {
			b.WriteString(string(c) + "&")
		}
	}
	if q.selects != "" {
		b.WriteString("select=" + q.selects + "&")
	}
	if q.order != "" {
		b.WriteString("order=" + q.order + "&")
	}
	b.WriteString("limit=" + strconv.Itoa(q.limit) + "&offset=" + strconv.Itoa(q.offset))
	return b.String()
}
