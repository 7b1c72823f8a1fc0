package softwareonefake

import "strings"

// depth is how much of an object is shown without being asked for.
type depth int

const (
	// nothing: what the request names and no more.
	nothing depth = iota
	// short: the core fields.
	short
	// full: all but the fields that wait to be asked for.
	full
)

// plan is how to write rows of one kind.
type plan struct {
	steps []step
	// path comes before the id in href; empty where href is not shown.
	path string
	// omitted is the JSON list of what the plan leaves out.
	omitted []byte
	// meta says that each object tells what it lacks.
	meta bool
	// plain plans are those by which a row's text was written.
	plain bool
}

type step struct {
	place int
	key   []byte
	sub   *plan
}

// plan makes the plan for objects of the kind. The selection may be nil: nothing
// was said of the object.
func (f *Fake) plan(k *kind, s *selection, d depth) *plan {
	p := &plan{
		meta:  !k.part && (f.Verbose || s != nil) && !f.NoOmitted,
		plain: s == nil && (k.part || d == short && !f.Verbose),
	}
	if f.Verbose && k.path != "" {
		p.path = "/v1/accounts/" + k.path + "/"
	}
	var omitted []string
	for place, field := range k.fields {
		if field.operations && !f.Operations {
			continue
		}
		var part *selection
		if s != nil {
			part = s.parts[field.name]
		}
		inside, shown := shows(field, s, part, d)
		if !shown {
			omitted = append(omitted, field.name)
			continue
		}
		st := step{place: place, key: append(encoded(field.name), ':')}
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

// shows decides on one property of an object that is shown to depth d.
func shows(f field, s, part *selection, d depth) (inside depth, shown bool) {
	byDefault := (d == full || d == short && f.core) && !f.later && (s == nil || !s.bare)
	inside = short
	if f.of != nil && f.of.part {
		inside = full
	}
	switch {
	case f.never:
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
	return nothing, part.wanted()
}

// write appends a row's JSON.
func (p *plan) write(b []byte, r *row) []byte {
	if p.plain && r.text != nil {
		return append(b, r.text...)
	}
	b = append(b, '{')
	start := len(b)
	for _, st := range p.steps {
		switch v := r.values[st.place].(type) {
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

// begin appends the key, behind a comma unless it is the first.
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
