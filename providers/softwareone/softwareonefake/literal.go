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

// literal reads a value: quoted, null(), empty(), or bare. A bare value holds
// neither spaces nor what has a meaning in a query; such values must be quoted.
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
	bare := p.word()
	if p.take("(") {
		p.need(")")
		switch bare {
		case "null":
			return literal{null: true}
		case "empty":
			return literal{quoted: true}
		}
		p.fail(bare, "Unknown function.")
		return literal{}
	}
	if bare == "" || strings.ContainsAny(bare, " \t^$?\"'") {
		p.fail(bare, "A value is missing or needs quotation marks.")
	}
	return literal{text: bare}
}

// idLike tells an id that is not quoted. The vendor's documentation says that
// such ids can return zero results; here they always do.
func (v literal) idLike() bool {
	if v.quoted {
		return false
	}
	prefix, rest, ok := strings.Cut(v.text, "-")
	return ok && prefix != "" && strings.Trim(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" &&
		rest != "" && strings.Trim(rest, "0123456789-") == ""
}

// like matches text with a pattern, in which a star stands for any characters
// and \* for a star.
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
