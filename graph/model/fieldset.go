package model

import (
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
	lacking bool
	hidden  []string
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
	hiding := &FieldSet{fields: map[string]bool{}, others: true, hidden: slices.Clone(fields)}
	if s != nil {
		maps.Copy(hiding.fields, s.fields)
		hiding.others, hiding.hidden = s.others, append(hiding.hidden, s.hidden...)
	}
	for _, f := range fields {
		hiding.fields[f] = true
	}
	hiding.lacking = slices.Contains(slices.Collect(maps.Values(hiding.fields)), false)
	return hiding
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

// HasHidden reports whether the vendor hides any field.
func (s *FieldSet) HasHidden() bool { return s != nil && len(s.hidden) > 0 }

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
