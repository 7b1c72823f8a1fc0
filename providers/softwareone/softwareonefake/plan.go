package softwareonefake

import (
	"slices"
	"strings"
)

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
	// odd replaces any value, and absent a missing one; nil for neither.
	odd, absent []byte
	// more follows the elements of a list.
	more []byte
}

// plan returns the plan for objects of the kind. The selection is nil where
// select does not name the object.
func (f *Fake) plan(k *kind, s *selection, d depth) *plan {
	p := &plan{
		meta:       !k.part && (f.Verbose || s != nil) && !f.NoOmitted,
		prewritten: s == nil && (k.part || d == short && !f.Verbose) && !f.rewrites(),
	}
	if k.path != "" && (f.Verbose || d == short && slices.Contains(f.References, "href")) {
		p.path = "/v1/accounts/" + k.path + "/"
	}
	var omitted []string
	for i, field := range k.fields {
		name := f.name(k, field)
		if field.operations && !f.Operations || name == "" {
			continue
		}
		field = f.of(k, field, d)
		var part *selection
		if s != nil {
			part = s.parts[field.name]
		}
		inside, included := includes(field, s, part, d)
		if !included {
			omitted = append(omitted, name)
			continue
		}
		st := step{
			field: i, key: append(encode(name), ':'),
			odd: f.odd(k, field, part != nil && part.isSelected()), absent: f.absent(k, field),
			more: f.more(k, field),
		}
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
		value := r.values[st.field]
		if v, ok := value.(scalar); ok && v.json == nil {
			value = nil
		}
		if rows, ok := value.([]*row); ok && len(rows) == 0 {
			value = nil
		}
		if value == nil && st.absent != nil {
			b = append(st.begin(b, start), st.absent...)
			continue
		}
		if value != nil && st.odd != nil {
			b = append(st.begin(b, start), st.odd...)
			continue
		}
		switch v := value.(type) {
		case scalar:
			b = append(st.begin(b, start), v.json...)
		case *row:
			b = st.sub.write(st.begin(b, start), v)
		case []*row:
			b = st.sub.writeAll(append(st.begin(b, start), '['), v)
			b = append(append(b, st.more...), ']')
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
