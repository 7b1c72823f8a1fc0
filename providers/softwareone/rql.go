package softwareone

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Queries are in RQL,
// https://docs.platform.softwareone.com/developer-resources/rest-api/resource-query-language,
// which is the query string itself. Values are quoted. RQL has no escape for a
// quote, so that a value must not contain the quote around it.

// condition is one RQL expression, encoded for a query string. Only the
// functions of this file return one.
type condition string

// in matches a property that is one of these values: at least one, each
// quotable.
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

// contains matches a property that contains this plain text, case-insensitively.
func contains(property, plain string) condition {
	quoted := quote(plain)
	mark := len(encodedQuote)
	return condition("ilike(" + property + "," + quoted[:mark] + "*" + quoted[mark:len(quoted)-mark] + "*" + quoted[len(quoted)-mark:] + ")")
}

// anyOf matches what matches one of the conditions.
func anyOf(conditions []condition) condition {
	if len(conditions) == 1 {
		return conditions[0]
	}
	texts := make([]string, len(conditions))
	for i, c := range conditions {
		texts[i] = string(c)
	}
	return condition("or(" + strings.Join(texts, ",") + ")")
}

// allOf matches what matches all of the conditions; empty ones are left out.
func allOf(conditions ...condition) condition {
	var texts []string
	for _, c := range conditions {
		if c != "" {
			texts = append(texts, string(c))
		}
	}
	switch len(texts) {
	case 0:
		return ""
	case 1:
		return condition(texts[0])
	}
	return condition("and(" + strings.Join(texts, ",") + ")")
}

// isNull matches a property without a value.
func isNull(property string) condition { return condition("eq(" + property + ",null())") }

// timeLayout is the only form of a time that the platform accepts.
const timeLayout = "2006-01-02T15:04:05.000Z"

// after matches a time after t. It rounds t down to milliseconds, so that no
// match is lost.
func after(property string, t time.Time) condition {
	return condition("gt(" + property + "," + quote(t.UTC().Truncate(time.Millisecond).Format(timeLayout)) + ")")
}

// notBefore matches a time that is not before t, which has whole milliseconds.
func notBefore(property string, t time.Time) condition {
	return condition("ge(" + property + "," + quote(t.UTC().Format(timeLayout)) + ")")
}

// before matches a time before t. It rounds t up to milliseconds, so that no
// match is lost.
func before(property string, t time.Time) condition {
	up := t.UTC().Truncate(time.Millisecond)
	if up.Before(t) {
		up = up.Add(time.Millisecond)
	}
	return condition("lt(" + property + "," + quote(up.Format(timeLayout)) + ")")
}

const encodedQuote = "%22"

// quote quotes and encodes a quotable value.
func quote(v string) string {
	if strings.Contains(v, `"`) {
		return "%27" + encode(v) + "%27"
	}
	return encodedQuote + encode(v) + encodedQuote
}

// isPlainRune reports whether a character matches itself inside a pattern of ilike: it
// is ASCII without a meaning in patterns or quotes.
func isPlainRune(r rune) bool {
	return r >= ' ' && r < 0x7f && r != '*' && r != '\\' && r != '"'
}

// longestPlainRun returns the longest part of an address that is plain and is the
// same, but for case, in every spelling of the address. A letter before a non-ASCII
// rune is no part of a run, since the rune may be its accent. It returns "" where there
// is no such part.
func longestPlainRun(text string) string {
	longest := ""
	for text != "" {
		end := strings.IndexFunc(text, func(r rune) bool { return !isPlainRune(r) })
		run, rest := text, ""
		if end >= 0 {
			r, size := utf8.DecodeRuneInString(text[end:])
			run, rest = text[:end], text[end+size:]
			if r >= utf8.RuneSelf && run != "" {
				run = run[:len(run)-1]
			}
		}
		if run = strings.TrimSpace(run); len(run) > len(longest) {
			longest = run
		}
		text = rest
	}
	return longest
}

// encode percent-encodes all but the unreserved characters of RFC 3986.
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

// query is the query string of a list.
type query struct {
	// conditions must all match; empty ones are left out.
	conditions []condition
	// selects are properties to add to the default ones, with commas between them.
	selects string
	// order is a list of properties with commas between them; "" for no order.
	order         string
	limit, offset int
}

// String returns the encoded query string.
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
