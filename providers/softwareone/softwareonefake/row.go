package softwareonefake

import (
	"encoding/json"
	"fmt"
	"time"
)

// row is an object of some kind. It is immutable once the data is built.
type row struct {
	kind *kind
	// values are in the order of the kind's fields: nil, scalar, *row or []*row.
	values []any
	// json is the JSON of a row of a constant kind, and of any other row as a short
	// reference. It may be nil.
	json []byte
}

// scalar is a value with its JSON, which is nil where the platform leaves out
// the value: null and the empty string.
type scalar struct {
	json []byte
	// value is a string, float64, bool, time.Time, or nil where opaque.
	value any
}

// values are the fields of a new row: string, bool, int, time.Time, raw, *row or
// []*row. Nil values and nil rows are null.
type values map[string]any

// raw is JSON.
type raw string

// newRow returns a row. It panics for a field that the kind does not have, which
// is a mistake in this package.
func (k *kind) newRow(vs values) *row {
	r := &row{kind: k, values: make([]any, len(k.fields))}
	for name, v := range vs {
		r.set(name, v)
	}
	if k.constant == nil && k.isConstant() {
		k.constant = (&Fake{}).plan(k, nil, full)
	}
	if k.constant != nil {
		r.json = k.constant.write(nil, r)
	}
	return r
}

func (r *row) set(name string, v any) {
	i, ok := r.kind.index[name]
	if !ok {
		panic(fmt.Sprintf("softwareonefake: %s has no field %s", r.kind.name, name))
	}
	r.values[i] = storedValue(v)
}

// storedValue returns a *row, a []*row, a scalar, or nil for null.
func storedValue(v any) any {
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
		return scalar{encode(v), v}
	case int:
		return scalar{encode(v), float64(v)}
	case time.Time:
		text := formatTime(v)
		// Filters compare a time as it is written.
		v, _ = time.Parse(time.RFC3339, text)
		return scalar{encode(text), v}
	case bool:
		return scalar{encode(v), v}
	}
	return nil
}

// formatTime formats a time in one of the three forms that the platform's
// responses and examples have.
func formatTime(t time.Time) string {
	switch t.Minute() % 3 {
	case 0:
		return t.Format("2006-01-02T15:04:05-07:00")
	case 1:
		return t.Format("2006-01-02T15:04:05Z")
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}

func encode(v any) []byte {
	if s, ok := v.(string); ok && isPlain(s) {
		return append(append([]byte{'"'}, s...), '"')
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// isPlain reports whether JSON needs no escapes for s.
func isPlain(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// get returns a field's value.
func (r *row) get(name string) any { return r.values[r.kind.index[name]] }

// text returns the string in a field, "" for null.
func (r *row) text(name string) string {
	s, _ := r.get(name).(scalar)
	t, _ := s.value.(string)
	return t
}

// rows returns the list in a field, nil for null.
func (r *row) rows(name string) []*row {
	rs, _ := r.get(name).([]*row)
	return rs
}

func (r *row) id() string { return r.text("id") }
