package softwareonefake

import (
	"encoding/json"
	"fmt"
	"time"
)

// row is an object of some kind. Rows are built once and read only thereafter.
type row struct {
	kind *kind
	// values are in the order of the kind's fields: nil, scalar, *row or []*row.
	values []any
	// text is the row's JSON where it is always the same: a part's without
	// references, and any other's as a short reference. It may be nil.
	text []byte
}

// scalar is a value with its JSON, which is nil where the platform drops the
// value: it shows neither null nor the empty text.
type scalar struct {
	json []byte
	// value is a string, float64, bool, time.Time, or nil where opaque.
	value any
}

// values are what a row is built of: string, bool, int, time.Time, raw, *row or
// []*row. Nil values and nil rows are null.
type values map[string]any

// raw is JSON that is shown as it is.
type raw string

// with builds a row. It panics for a value that the kind has no place for, which
// is a mistake in this package.
func (k *kind) with(vs values) *row {
	r := &row{kind: k, values: make([]any, len(k.fields))}
	for name, v := range vs {
		r.set(name, v)
	}
	if k.whole == nil && k.closed() {
		k.whole = (&Fake{}).plan(k, nil, full)
	}
	if k.whole != nil {
		r.text = k.whole.write(nil, r)
	}
	return r
}

func (r *row) set(name string, v any) {
	i, ok := r.kind.index[name]
	if !ok {
		panic(fmt.Sprintf("softwareonefake: %s has no %s", r.kind.name, name))
	}
	r.values[i] = stored(v)
}

func stored(v any) any {
	switch v := v.(type) {
	case *row:
		if v == nil {
			return nil
		}
		return v
	case []*row:
		return v
	case raw:
		return scalar{json: []byte(v)}
	case string:
		if v == "" {
			return scalar{value: v}
		}
		return scalar{encoded(v), v}
	case int:
		return scalar{encoded(v), float64(v)}
	case time.Time:
		shown := written(v)
		// A time is compared as it is shown.
		v, _ = time.Parse(time.RFC3339, shown)
		return scalar{encoded(shown), v}
	case bool:
		return scalar{encoded(v), v}
	}
	return nil
}

// written is a time in one of the three forms that the platform's answers and
// examples have.
func written(t time.Time) string {
	switch t.Minute() % 3 {
	case 0:
		return t.Format("2006-01-02T15:04:05-07:00")
	case 1:
		return t.Format("2006-01-02T15:04:05Z")
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}

func encoded(v any) []byte {
	if s, ok := v.(string); ok && plain(s) {
		return append(append([]byte{'"'}, s...), '"')
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// plain text needs no escapes.
func plain(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// get returns a field's value.
func (r *row) get(name string) any { return r.values[r.kind.index[name]] }

// word returns the text in a field, "" where there is none.
func (r *row) word(name string) string {
	s, _ := r.get(name).(scalar)
	t, _ := s.value.(string)
	return t
}

// rows returns the list in a field.
func (r *row) rows(name string) []*row {
	rs, _ := r.get(name).([]*row)
	return rs
}

func (r *row) id() string { return r.word("id") }
