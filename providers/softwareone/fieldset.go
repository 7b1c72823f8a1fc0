package softwareone

import (
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
)

// source says where an object was read.
type source int

const (
	// byID: read by its id. Absent properties are null unless they are omitted.
	byID source = iota
	// listRow: a row of a list, as byID.
	listRow
	// embedded: a short reference inside another object. Absent properties are
	// unknown unless they are core and may be null.
	embedded
	// reference: known by its id only. Absent properties are unknown, core ones
	// too.
	reference
)

// decodeContext is what the surrounding response says about an object.
type decodeContext struct {
	source source
	// omitted are the vendor's names in the $meta.omitted of the list.
	omitted []string
	// named are properties that select named at this level.
	named propertySet
	// requested are properties that select named inside another object.
	requested propertySet
}

// fieldSets holds one shared *model.FieldSet per distinct set of fields, so that
// decoding does not allocate one per record. Safe for concurrent use.
type fieldSets struct {
	mu    sync.Mutex
	byKey map[fieldSetKey]*model.FieldSet
}

type fieldSetKey struct {
	// objectType is the name of the object type.
	objectType string
	// only is whether the record holds the known properties and no others. Otherwise it
	// holds all but the missing ones.
	only                            bool
	known, missing, hidden, invalid propertySet
	// invalidFields are those of a presence.
	invalidFields string
}

// maxFieldSets bounds the sets that are shared; the platform's responses have a
// few dozen. Further ones are built for each record.
const maxFieldSets = 512

func newFieldSets() *fieldSets { return &fieldSets{byKey: map[fieldSetKey]*model.FieldSet{}} }

// get returns the set with this key and builds it when it is new.
func (s *fieldSets) get(k fieldSetKey, build func() *model.FieldSet) *model.FieldSet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if set, ok := s.byKey[k]; ok {
		return set
	}
	set := build()
	if len(s.byKey) < maxFieldSets {
		s.byKey[k] = set
	}
	return set
}
