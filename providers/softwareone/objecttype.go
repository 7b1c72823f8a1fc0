package softwareone

import (
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// An objectType describes one type of the vendor's objects. There is one per
// type of the graph, beside the struct that its JSON is decoded into. Its
// properties are the only place where the vendor's names (in JSON, select and
// $meta.omitted) meet the graph's field names.
//
// W is the struct that the JSON is decoded into.
type objectType[W any] struct {
	// name is one of model.Type….
	name       string
	properties []property[W]
	// always are graph fields that every record holds, whatever the vendor sent.
	always []string
	// core and row are the properties with these inclusions.
	core, row propertySet
	// selects is the select list for rows of the type: the properties that the
	// platform leaves out otherwise.
	selects string
}

// property is one property of a vendor's object.
type property[W any] struct {
	// name is the vendor's.
	name      string
	inclusion inclusion
	// state reports whether a decoded object contained the property.
	state func(*W) state
	// fields are the graph fields that the property fills.
	fields []string
}

// inclusion says in which objects the platform includes a property. Which
// properties are core is in x-softwareone-rql of the vendor's OpenAPI document,
// https://github.com/softwareone-platform/docs/blob/main/.gitbook/assets/openAPI.yaml.
type inclusion int

const (
	// inCore: rows and short references.
	inCore inclusion = iota
	// inRow: rows, and references where select names it.
	inRow
	// inRowShort: rows, as short references to other objects. A reference that
	// select names comes whole and makes pages many times as long, so select
	// never names it.
	inRowShort
	// inSelect: only objects where select names it.
	inSelect
)

// propertySet is a set of the properties of one object type: bit i is
// properties[i].
type propertySet uint32

// newObjectType returns the type with these properties, at most 32.
func newObjectType[W any](name string, always []string, properties ...property[W]) *objectType[W] {
	t := &objectType[W]{name: name, properties: properties, always: always}
	t.core, t.row = t.with(inCore), t.with(inRow)
	t.selects = strings.Join(t.names(t.with(inSelect), ""), ",")
	return t
}

// coreProperty, rowProperty, referenceProperty and selectedProperty return a
// property that fills the given graph fields; without any, the field of the
// same name.
func coreProperty[W any](name string, state func(*W) state, fields ...string) property[W] {
	return newProperty(inCore, name, state, fields)
}

func rowProperty[W any](name string, state func(*W) state, fields ...string) property[W] {
	return newProperty(inRow, name, state, fields)
}

func referenceProperty[W any](name string, state func(*W) state, fields ...string) property[W] {
	return newProperty(inRowShort, name, state, fields)
}

func selectedProperty[W any](name string, state func(*W) state, fields ...string) property[W] {
	return newProperty(inSelect, name, state, fields)
}

func newProperty[W any](i inclusion, name string, state func(*W) state, fields []string) property[W] {
	if len(fields) == 0 {
		fields = []string{name}
	}
	return property[W]{name: name, inclusion: i, state: state, fields: fields}
}

// with returns the properties with this inclusion.
func (t *objectType[W]) with(i inclusion) (set propertySet) {
	for n, p := range t.properties {
		if p.inclusion == i {
			set |= 1 << n
		}
	}
	return set
}

// set returns the properties with these names. A path counts as its first
// segment; names of properties that fill no graph field are ignored.
func (t *objectType[W]) set(names ...string) (set propertySet) {
	for _, name := range names {
		name, _, _ = strings.Cut(name, ".")
		for i := range t.properties {
			if t.properties[i].name == name {
				set |= 1 << i
			}
		}
	}
	return set
}

// names returns the vendor's names of the properties in set, in the order of
// the type, each after prefix.
func (t *objectType[W]) names(set propertySet, prefix string) (names []string) {
	for i, p := range t.properties {
		if set&(1<<i) != 0 {
			names = append(names, prefix+p.name)
		}
	}
	return names
}

// fields returns the graph fields that the properties in set fill.
func (t *objectType[W]) fields(set propertySet) (fields []string) {
	for i, p := range t.properties {
		if set&(1<<i) != 0 {
			fields = append(fields, p.fields...)
		}
	}
	return fields
}

// presence reads which properties a decoded object contained. meta is the
// object's own $meta.
func (t *objectType[W]) presence(w *W, meta optional[wireMeta]) presence {
	p := presence{omitted: t.set(omittedBy(meta)...)}
	for i := range t.properties {
		switch t.properties[i].state(w) {
		case present:
			p.present |= 1 << i
		case placeholder:
			p.unclear |= 1 << i
		}
	}
	return p
}

// fieldSet returns the graph fields that a record holds; nil means all of them.
// An absent property is null, or hidden from the credential, unless it is
// omitted, unclear, or outside of what a short reference contains.
func (t *objectType[W]) fieldSet(sets *fieldSets, p presence, in decodeContext) *model.FieldSet {
	missing := (p.omitted | p.unclear) &^ p.present
	switch in.source {
	case byID:
		return nil
	case listRow:
		missing |= t.set(in.omitted...) &^ p.present
		if missing == 0 {
			return nil
		}
		return sets.get(fieldSetKey{t.name, false, missing}, func() *model.FieldSet {
			return model.AllExcept(t.fields(missing)...)
		})
	}
	known := p.present
	if in.source == embedded {
		known |= (t.core | in.requested) &^ missing
	}
	return sets.get(fieldSetKey{t.name, true, known}, func() *model.FieldSet {
		return model.OnlyFields(append(t.fields(known), t.always...)...)
	})
}
