package softwareonefake

import "strings"

// expression is a filter in the vendor's query language,
// https://docs.platform.softwareone.com/developer-resources/rest-api/resource-query-language:
// junction, negation, comparison, membership, quantified or constant.
type expression any

type junction struct {
	or    bool
	parts []expression
}

type negation struct{ part expression }

// comparison has one of the operators eq ne gt ge lt le like ilike.
type comparison struct {
	operator string
	path     string
	value    literal
}

type membership struct {
	out    bool
	path   string
	values []literal
}

type quantified struct {
	all  bool
	path string
	// part is nil where any element matches.
	part expression
}

// constant is the value of functions that do not depend on the row.
type constant bool

type literal struct {
	text   string
	quoted bool
	// null is null(); empty() is the quoted empty text.
	null bool
}

// parse parses a decoded expression. The empty one is true.
func parse(query string) (expression, *problem) {
	p := &parser{text: query}
	if p.end() {
		return constant(true), nil
	}
	e := p.alternatives(true)
	if p.failed == nil && !p.end() {
		p.fail(p.text[p.at:], "Unexpected text after the expression.")
	}
	return e, p.failed
}

// maxDepth bounds nested expressions. The vendor documents no limit.
const maxDepth = 50

type parser struct {
	text   string
	at     int
	depth  int
	failed *problem
}

// fail records the first failure, and ends the text so that all loops end.
func (p *parser) fail(key, message string) {
	if p.failed == nil {
		p.failed = invalid(key, message)
	}
	p.at = len(p.text)
}

func (p *parser) end() bool { return p.at >= len(p.text) }

// take skips the next character if it is one of any, and reports whether it is.
func (p *parser) take(any string) bool {
	if p.end() || strings.IndexByte(any, p.text[p.at]) < 0 {
		return false
	}
	p.at++
	return true
}

// expect skips the character c and fails on any other.
func (p *parser) expect(c string) {
	if !p.take(c) {
		p.fail(p.text, "Expected "+c+".")
	}
}

// alternatives reads expressions with ; or | between them. comma is whether a
// comma means "and"; between arguments it does not.
func (p *parser) alternatives(comma bool) expression {
	parts := []expression{p.conjunction(comma)}
	for p.take(";|") {
		parts = append(parts, p.conjunction(comma))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return junction{or: true, parts: parts}
}

func (p *parser) conjunction(comma bool) expression {
	and := "&"
	if comma {
		and = "&,"
	}
	parts := []expression{p.term()}
	for p.take(and) {
		parts = append(parts, p.term())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return junction{parts: parts}
}

func (p *parser) term() expression {
	if p.depth++; p.depth > maxDepth {
		p.fail("query", "The expression is nested too deeply.")
		return constant(false)
	}
	defer func() { p.depth-- }()
	if p.take("(") {
		e := p.alternatives(true)
		p.expect(")")
		return e
	}
	name := p.word()
	switch {
	case p.take("("):
		e := p.call(name)
		p.expect(")")
		return e
	case p.take("="):
		return p.shortcut(name)
	}
	p.fail(name, "Unknown expression.")
	return constant(false)
}

// shortcut reads the value of p=v.
func (p *parser) shortcut(path string) expression {
	v := p.literal()
	if p.failed != nil || !p.end() && strings.IndexByte("&,;|)", p.text[p.at]) < 0 {
		p.at, p.failed = len(p.text), invalid(path, "Invalid equals shortcut expression")
	}
	return comparison{operator: "eq", path: path, value: v}
}

func (p *parser) call(name string) expression {
	switch name {
	case "eq", "ne", "gt", "ge", "lt", "le", "like", "ilike":
		path := p.path()
		return comparison{operator: name, path: path, value: p.literal()}
	case "in", "out":
		path := p.path()
		return membership{out: name == "out", path: path, values: p.list()}
	case "and", "or":
		return junction{or: name == "or", parts: p.arguments()}
	case "not":
		return negation{p.alternatives(false)}
	case "any", "all":
		q := quantified{all: name == "all", path: p.word()}
		if p.take(",") {
			q.part = p.alternatives(false)
		}
		return q
	case "render", "filter":
		// The vendor's own clients send both; neither filters rows.
		p.word()
		return constant(true)
	}
	p.fail(name, "Unknown expression group.")
	return constant(false)
}

func (p *parser) arguments() []expression {
	parts := []expression{p.alternatives(false)}
	for p.take(",") {
		parts = append(parts, p.alternatives(false))
	}
	return parts
}

// path reads a property and the comma after it.
func (p *parser) path() string {
	path := p.word()
	p.expect(",")
	return path
}

func (p *parser) list() []literal {
	p.expect("(")
	vs := []literal{p.literal()}
	for p.take(",") {
		vs = append(vs, p.literal())
	}
	p.expect(")")
	return vs
}
