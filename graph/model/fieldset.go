package model

import (
	"encoding/json"
	"maps"
	"slices"
)

// FieldSet names the graph fields that the source of a record held. A short
// reference holds few of them, an object read by its id all but those that the vendor
// left out. A nil *FieldSet holds every field. A FieldSet is immutable, and records
// share it.
type FieldSet struct {
	fields map[string]bool
	others bool
	// lacking is set when one of fields is not held.
	lacking         bool
	hidden, invalid []string
}

// OnlyFields returns the field set of a short reference: the named fields and no
// others.
func OnlyFields(fields ...string) *FieldSet { return newFieldSet(fields, true, false) }

// AllExcept returns the field set of an object without the named fields.
func AllExcept(fields ...string) *FieldSet { return newFieldSet(fields, false, true) }

// Hiding returns a copy of s that also holds the named fields, which the vendor hides
// from the credential: their values are unknown.
func (s *FieldSet) Hiding(fields ...string) *FieldSet {
	if len(fields) == 0 {
		return s
	}
	c := s.holding(fields)
	c.hidden = append(c.hidden, fields...)
	return c
}

// WithInvalid returns a copy of s that also holds the named fields, whose values are
// invalid in the vendor's response: what could be read of them is a part. A list of which
// nothing could be read is nil, or empty if its field is non-null.
func (s *FieldSet) WithInvalid(fields ...string) *FieldSet {
	if len(fields) == 0 {
		return s
	}
	c := s.holding(fields)
	c.invalid = append(c.invalid, fields...)
	return c
}

// holding returns a copy of s that also holds the fields.
func (s *FieldSet) holding(fields []string) *FieldSet {
	c := &FieldSet{fields: map[string]bool{}, others: true}
	if s != nil {
		maps.Copy(c.fields, s.fields)
		c.others, c.hidden, c.invalid = s.others, slices.Clone(s.hidden), slices.Clone(s.invalid)
	}
	for _, f := range fields {
		c.fields[f] = true
	}
	c.lacking = slices.Contains(slices.Collect(maps.Values(c.fields)), false)
	return c
}

func newFieldSet(fields []string, named, others bool) *FieldSet {
	s := &FieldSet{fields: make(map[string]bool, len(fields)), others: others, lacking: !named && len(fields) > 0}
	for _, f := range fields {
		s.fields[f] = named
	}
	return s
}

// IsReference reports whether the set is that of a short reference.
func (s *FieldSet) IsReference() bool { return s != nil && !s.others }

// IsComplete reports whether the set holds every field.
func (s *FieldSet) IsComplete() bool { return s == nil || s.others && !s.lacking }

// Hides reports whether the vendor hides the field.
func (s *FieldSet) Hides(field string) bool { return s != nil && slices.Contains(s.hidden, field) }

// IsInvalid reports whether the field's value is invalid in the vendor's response.
func (s *FieldSet) IsInvalid(field string) bool { return s != nil && slices.Contains(s.invalid, field) }

// IsUnknown reports whether the field's value is hidden or invalid.
func (s *FieldSet) IsUnknown(field string) bool { return s.Hides(field) || s.IsInvalid(field) }

// HasUnknown reports whether any field is hidden or invalid.
func (s *FieldSet) HasUnknown() bool { return s != nil && len(s.hidden)+len(s.invalid) > 0 }

// HasField reports whether the set holds the field. It always holds the parts of an
// id.
func (s *FieldSet) HasField(field string) bool {
	if s == nil {
		return true
	}
	switch field {
	case "id", "provider", "vendorId", "__typename":
		return true
	}
	if named, ok := s.fields[field]; ok {
		return named
	}
	return s.others
}

// Without returns the set without the named fields.
func (s *FieldSet) Without(fields ...string) *FieldSet {
	if s == nil {
		return AllExcept(fields...)
	}
	rest := *s
	rest.fields, rest.lacking = maps.Clone(s.fields), s.lacking || len(fields) > 0
	for _, f := range fields {
		rest.fields[f] = false
	}
	return &rest
}

// fieldSetJSON is the JSON of a field set.
type fieldSetJSON struct {
	Fields  map[string]bool `json:"fields"`
	Others  bool            `json:"others"`
	Lacking bool            `json:"lacking"`
	Hidden  []string        `json:"hidden,omitempty"`
	Invalid []string        `json:"invalid,omitempty"`
}

// MarshalJSON implements json.Marshaler. The JSON is for another process of the same version.
func (s *FieldSet) MarshalJSON() ([]byte, error) {
	if s == nil {
		return []byte("null"), nil
	}
	return json.Marshal(fieldSetJSON{s.fields, s.others, s.lacking, s.hidden, s.invalid})
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *FieldSet) UnmarshalJSON(text []byte) error {
	var j fieldSetJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*s = FieldSet{j.Fields, j.Others, j.Lacking, j.Hidden, j.Invalid}
	return nil
}
