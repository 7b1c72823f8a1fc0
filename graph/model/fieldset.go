package model

// FieldSet names the graph fields that the source of a record held. A short
// reference holds few of them, an object read by its id all but those that the vendor
// left out. A nil *FieldSet holds every field. A FieldSet is immutable, and records
// share it.
type FieldSet struct {
	fields map[string]bool
	others bool
}

// OnlyFields returns the field set of a short reference: the named fields and no
// others.
func OnlyFields(fields ...string) *FieldSet { return newFieldSet(fields, true, false) }

// AllExcept returns the field set of an object without the named fields.
func AllExcept(fields ...string) *FieldSet { return newFieldSet(fields, false, true) }

func newFieldSet(fields []string, named, others bool) *FieldSet {
	s := &FieldSet{fields: make(map[string]bool, len(fields)), others: others}
	for _, f := range fields {
		s.fields[f] = named
	}
	return s
}

// IsReference reports whether the set is that of a short reference.
func (s *FieldSet) IsReference() bool { return s != nil && !s.others }

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
