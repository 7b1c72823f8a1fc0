package softwareonefake

import "strings"

// word reads the name of a property or function.
func (p *parser) word() string {
	start := p.at
	for !p.end() && strings.IndexByte(`()=,;|&"'`, p.text[p.at]) < 0 {
		p.at++
	}
	return p.text[start:p.at]
}

// literal reads a value: quoted, null(), empty(), or unquoted. Values with spaces
// or characters that have a meaning in queries must be quoted.
func (p *parser) literal() literal {
	if p.take(`"'`) {
		quote := p.text[p.at-1]
		n := strings.IndexByte(p.text[p.at:], quote)
		if n < 0 {
			p.fail(p.text[p.at-1:], "The quotation mark is not closed.")
			return literal{}
		}
		v := literal{text: p.text[p.at : p.at+n], quoted: true}
		p.at += n + 1
		return v
	}
	text := p.word()
	if p.take("(") {
		p.expect(")")
		switch text {
		case "null":
			return literal{null: true}
		case "empty":
			return literal{quoted: true}
		}
		p.fail(text, "Unknown function.")
		return literal{}
	}
	if text == "" || strings.ContainsAny(text, " \t^$?\"'") {
		p.fail(text, "A value is missing or needs quotation marks.")
	}
	return literal{text: text}
}

// isUnquotedID reports whether the literal is an id without quotes. The vendor's
// documentation says that such ids can return zero results; here they always do.
func (v literal) isUnquotedID() bool {
	if v.quoted {
		return false
	}
	prefix, rest, ok := strings.Cut(v.text, "-")
	return ok && prefix != "" && strings.Trim(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" &&
		rest != "" && strings.Trim(rest, "0123456789-") == ""
}

// like reports whether text matches a pattern, in which * matches any characters
// and \* matches *.
func like(pattern, text string) bool {
	parts := strings.Split(strings.ReplaceAll(pattern, `\*`, "\x00"), "*")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], "\x00", "*")
	}
	last := len(parts) - 1
	if last == 0 {
		return text == parts[0]
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for _, part := range parts[1:last] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[last])
}
