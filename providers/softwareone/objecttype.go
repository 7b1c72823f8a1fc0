package softwareone

import (
	"slices"
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
	// core are all core properties, nullable those of them that may be null, and row
	// those with inclusion inRow. required are those of which every object has a value.
	core, nullable, row, required propertySet
	// selected are the properties that every request for rows names: those that the
	// platform leaves out otherwise. selects is the select list with them.
	selected propertySet
	selects  string
}

// properties are those of an objectType, without its Go type.
type properties interface {
	set(names ...string) propertySet
	names(set propertySet, prefix string) []string
	fields(set propertySet) []string
	all() propertySet
	missing(records []model.Node, fields []string) propertySet
	selectedSet() propertySet
}

// property is one property of a vendor's object.
type property[W any] struct {
	// name is the vendor's.
	name      string
	inclusion inclusion
	// alias is another name that some responses use, "" for none.
	alias string
	// state reports whether a decoded object contained the property.
	state func(*W) state
	// fields are the graph fields that the property fills.
	fields []string
	// required is set if every object has a value.
	required bool
	// invalidTimes returns the graph fields that invalid times inside of the property fill;
	// nil for a property without times.
	invalidTimes func(*W) []string
}

// inclusion says in which objects the platform includes a property. Which
// properties are core is in x-softwareone-rql of the vendor's OpenAPI document,
// https://github.com/softwareone-platform/docs/blob/main/.gitbook/assets/openAPI.yaml.
type inclusion int

const (
	// inCore: rows and short references. Every object has a value, so that a reference
	// without one does not show it.
	inCore inclusion = iota
	// inCoreNullable: rows and short references, unless the value is null.
	inCoreNullable
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
	t.nullable, t.row, t.selected = t.with(inCoreNullable), t.with(inRow), t.with(inSelect)
	t.core = t.with(inCore) | t.nullable
	t.selects = strings.Join(t.names(t.selected, ""), ",")
	for n, p := range t.properties {
		if p.required {
			t.required |= 1 << n
		}
	}
	return t
}

// coreProperty, nullableProperty, rowProperty, referenceProperty and
// selectedProperty return a property that fills the given graph fields; without any,
// the field of the same name.
func coreProperty[W any](name string, state func(*W) state, fields ...string) property[W] {
	return newProperty(inCore, name, state, fields)
}

func nullableProperty[W any](name string, state func(*W) state, fields ...string) property[W] {
	return newProperty(inCoreNullable, name, state, fields)
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

// alsoNamed returns the property with another name, which some responses use.
func (p property[W]) alsoNamed(alias string) property[W] {
	p.alias = alias
	return p
}

// neverNull returns the property as one that every object has: the OpenAPI document does
// not call it nullable. The vendor drops null values, and those that the credential may not
// see, without naming them in $meta.omitted. An absent one of these was not sent.
func (p property[W]) neverNull() property[W] {
	p.required = true
	return p
}

// withTimes returns the property as one with times inside, of which each may be invalid.
func (p property[W]) withTimes(invalid func(*W) []string) property[W] {
	p.invalidTimes = invalid
	return p
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
			if t.properties[i].name == name || t.properties[i].alias == name && name != "" {
				set |= 1 << i
			}
		}
	}
	return set
}

// has reports whether the set has the property with this name.
func (t *objectType[W]) has(set propertySet, name string) bool { return set&t.set(name) != 0 }

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
		case invalid:
			p.present |= 1 << i
			p.invalid |= 1 << i
		case placeholder:
			p.unclear |= 1 << i
		}
		if times := t.properties[i].invalidTimes; times != nil {
			p.invalidFields = strings.Join(times(w), ",")
		}
	}
	return p
}

// withFields returns the properties that fill one of these graph fields.
func (t *objectType[W]) withFields(fields []string) (set propertySet) {
	for i, p := range t.properties {
		if slices.ContainsFunc(p.fields, func(f string) bool { return slices.Contains(fields, f) }) {
			set |= 1 << i
		}
	}
	return set
}

// missing returns the properties that a record lacks, of those that fill one of these
// graph fields, and all of these that are in no response unless select names them.
func (t *objectType[W]) missing(records []model.Node, fields []string) propertySet {
	missing := t.withFields(fields) & t.selected
	for i, p := range t.properties {
		for _, f := range p.fields {
			if slices.Contains(fields, f) && slices.ContainsFunc(records, func(n model.Node) bool { return !n.HasField(f) }) {
				missing |= 1 << i
			}
		}
	}
	return missing
}

// unread returns the properties whose values an object does not tell. An absent
// property is null unless it is omitted, unclear, never null, or outside of what a short
// reference contains.
func (t *objectType[W]) unread(p presence, in decodeContext) propertySet {
	unread := p.omitted | p.unclear
	switch in.source {
	case byID, listRow:
		unread |= t.required | t.set(in.omitted...)
	case embedded:
		unread |= t.all() &^ (t.nullable | in.requested)
	case reference:
		unread = t.all()
	}
	return unread &^ p.present
}

// fieldSet returns the graph fields that a record holds; nil means all of them. A
// property that is unread after select named it is hidden from the credential: the
// record holds its fields without their values. other are properties that have a value
// although they are unread.
func (t *objectType[W]) fieldSet(sets *fieldSets, p presence, in decodeContext, other propertySet) *model.FieldSet {
	unread := t.unread(p, in)
	if in.source == byID || in.source == listRow {
		missing := unread &^ in.named
		if in.source == listRow {
			// A placeholder stands for a value that the object itself has.
			missing |= p.unclear &^ p.present
		}
		hidden := unread &^ missing &^ other
		if missing|hidden|p.invalid == 0 && p.invalidFields == "" {
			return nil
		}
		return sets.get(fieldSetKey{objectType: t.name, missing: missing, hidden: hidden, invalid: p.invalid, invalidFields: p.invalidFields}, func() *model.FieldSet {
			var held *model.FieldSet
			if missing != 0 {
				held = model.AllExcept(t.fields(missing)...)
			}
			return held.Hiding(t.fields(hidden)...).WithInvalid(t.invalidFields(p)...)
		})
	}
	known := t.all() &^ unread
	return sets.get(fieldSetKey{objectType: t.name, only: true, known: known, invalid: p.invalid, invalidFields: p.invalidFields}, func() *model.FieldSet {
		return model.OnlyFields(append(t.fields(known), t.always...)...).WithInvalid(t.invalidFields(p)...)
	})
}

// invalidFields returns the graph fields of which the value is invalid.
func (t *objectType[W]) invalidFields(p presence) []string {
	fields := t.fields(p.invalid)
	if p.invalidFields != "" {
		fields = append(fields, strings.Split(p.invalidFields, ",")...)
	}
	return fields
}

// selectedSet returns the properties that every request for rows names.
func (t *objectType[W]) selectedSet() propertySet { return t.selected }

// all returns the set of all properties.
func (t *objectType[W]) all() propertySet { return 1<<len(t.properties) - 1 }
