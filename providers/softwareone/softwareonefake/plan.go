package softwareonefake

import "strings"

// depth says which fields of an object are included by default.
type depth int

const (
	// nothing: none.
	nothing depth = iota
	// short: core fields.
	short
	// full: all but the onSelect fields.
	full
)

// plan describes how rows of one kind are written.
type plan struct {
	steps []step
	// path is the part of href before the id; "" without href.
	path string
	// omitted is the JSON array of $meta.omitted.
	omitted []byte
	// meta is whether each object has a $meta.
	meta bool
	// prewritten is whether the plan writes what row.json contains.
	prewritten bool
}

type step struct {
	field int
	key   []byte
	sub   *plan
}

// plan returns the plan for objects of the kind. The selection is nil where
// select does not name the object.
func (f *Fake) plan(k *kind, s *selection, d depth) *plan {
	p := &plan{
		meta:       !k.part && (f.Verbose || s != nil) && !f.NoOmitted,
		prewritten: s == nil && (k.part || d == short && !f.Verbose),
	}
	if f.Verbose && k.path != "" {
		p.path = "/v1/accounts/" + k.path + "/"
	}
	var omitted []string
	for i, field := range k.fields {
		if field.operations && !f.Operations {
			continue
		}
		var part *selection
		if s != nil {
			part = s.parts[field.name]
		}
		inside, included := includes(field, s, part, d)
		if !included {
			omitted = append(omitted, field.name)
			continue
		}
		st := step{field: i, key: append(encode(field.name), ':')}
		if field.of != nil {
			st.sub = f.plan(field.of, part, inside)
		}
		p.steps = append(p.steps, st)
	}
	p.omitted = []byte(`[]`)
	if len(omitted) > 0 {
		p.omitted = []byte(`["` + strings.Join(omitted, `","`) + `"]`)
	}
	return p
}

// includes reports whether a field of an object of depth d is included, and the
// depth of its value. part is the selection of the field.
func includes(f field, s, part *selection, d depth) (inside depth, included bool) {
	byDefault := (d == full || d == short && f.core) && !f.onSelect && (s == nil || !s.noDefaults)
	inside = short
	if f.of != nil && f.of.part {
		inside = full
	}
	switch {
	case f.hidden:
		return 0, false
	case part == nil:
		return inside, byDefault
	case part.plus:
		return full, true
	case part.minus:
		return 0, false
	case byDefault:
		return inside, true
	}
	return nothing, part.isSelected()
}

// write appends a row's JSON.
func (p *plan) write(b []byte, r *row) []byte {
	if p.prewritten && r.json != nil {
		return append(b, r.json...)
	}
	b = append(b, '{')
	start := len(b)
	for _, st := range p.steps {
		switch v := r.values[st.field].(type) {
		case scalar:
			if v.json != nil {
				b = append(st.begin(b, start), v.json...)
			}
		case *row:
			b = st.sub.write(st.begin(b, start), v)
		case []*row:
			if len(v) > 0 {
				b = st.sub.writeAll(append(st.begin(b, start), '['), v)
				b = append(b, ']')
			}
		}
	}
	if p.path != "" {
		b = step{key: []byte(`"href":`)}.begin(b, start)
		b = append(append(append(append(b, '"'), p.path...), r.id()...), '"')
	}
	if p.meta {
		b = step{key: []byte(`"$meta":{"omitted":`)}.begin(b, start)
		b = append(append(b, p.omitted...), '}')
	}
	return append(b, '}')
}

// begin appends the key, after a comma unless it is the first.
func (st step) begin(b []byte, start int) []byte {
	if len(b) > start {
		b = append(b, ',')
	}
	return append(b, st.key...)
}

func (p *plan) writeAll(b []byte, rows []*row) []byte {
	for i, r := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.write(b, r)
	}
	return b
}
