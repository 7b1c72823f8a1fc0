package softwareone

import (
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
)

// The platform leaves properties out for three reasons: a value is null or
// hidden (nothing is said), nobody asked for it ($meta.omitted names it), or the
// object is a short reference, which holds only its core properties. An extent
// tells the first from the others. Which properties are core is told by
// x-softwareone-rql in the vendor's OpenAPI document,
// https://github.com/softwareone-platform/docs/blob/main/.gitbook/assets/openAPI.yaml.

// property is a property of a vendor's object and the graph's fields made of it.
type property struct {
	name   string
	core   bool
	fields []string
}

// noun is a kind of object as the vendor describes it.
type noun struct {
	properties []property
	// always are the fields that each record holds whatever it was made of.
	always []string
	core   held
}

// held is a set of a noun's properties, by place.
type held uint32

func newNoun(always []string, properties ...property) *noun {
	n := &noun{properties: properties, always: always}
	for i, p := range properties {
		if p.core {
			n.core |= 1 << i
		}
	}
	return n
}

func core(name string, fields ...string) property {
	p := wide(name, fields...)
	p.core = true
	return p
}

func wide(name string, fields ...string) property {
	if len(fields) == 0 {
		fields = []string{name}
	}
	return property{name: name, fields: fields}
}

// named is the set of the properties with these names. A path counts as its
// first part; names that the graph has no field for count as none.
func (n *noun) named(names []string) held {
	var set held
	for _, name := range names {
		name, _, _ = strings.Cut(name, ".")
		for i, p := range n.properties {
			if p.name == name {
				set |= 1 << i
			}
		}
	}
	return set
}

func (n *noun) fields(set held) []string {
	var fields []string
	for i, p := range n.properties {
		if set&(1<<i) != 0 {
			fields = append(fields, p.fields...)
		}
	}
	return fields
}

// these is the set of the properties, in the order of their noun, that are here.
func these(here ...bool) held {
	var set held
	for i, yes := range here {
		if yes {
			set |= 1 << i
		}
	}
	return set
}

// form is in which way an object came.
type form int

const (
	// whole: read by its id, with all that can be asked for. What it lacks is null.
	whole form = iota
	// listed: a row of a list. What it lacks is null unless it says otherwise.
	listed
	// embedded: part of another object. What it lacks is not known.
	embedded
	// mentioned: in place of an object that is known by its id. It may lack core
	// properties, too.
	mentioned
)

// scope is what must be known about an answer to tell what its objects hold.
type scope struct {
	form form
	// omitted are the properties that the list as a whole lacks.
	omitted []string
	// promised are properties that were asked for by name inside another object.
	promised held
}

// inside is the scope of the objects in an object.
func inside() scope { return scope{form: embedded} }

// sighting is what one object shows of itself.
type sighting struct {
	// present properties are there; unclear ones are there in name only.
	present, unclear held
	// omitted are the properties that the object says it lacks.
	omitted []string
}

// extents keeps one value for each extent that is in use. Safe for concurrent
// use.
type extents struct {
	mu   sync.Mutex
	kept map[extentKey]*model.FieldSet
}

type extentKey struct {
	noun *noun
	only bool
	set  held
}

// maxExtents bounds what is kept; a well-behaved platform has some dozen.
const maxExtents = 512

func newExtents() *extents { return &extents{kept: map[extentKey]*model.FieldSet{}} }

// of is the extent of a record.
func (x *extents) of(n *noun, s sighting, in scope) *model.FieldSet {
	missing := (n.named(s.omitted) | s.unclear) &^ s.present
	switch in.form {
	case whole:
		return nil
	case listed:
		missing |= n.named(in.omitted) &^ s.present
		if missing == 0 {
			return nil
		}
		return x.keep(extentKey{n, false, missing})
	}
	sure := s.present
	if in.form == embedded {
		sure |= (n.core | in.promised) &^ missing
	}
	return x.keep(extentKey{n, true, sure})
}

func (x *extents) keep(k extentKey) *model.FieldSet {
	x.mu.Lock()
	defer x.mu.Unlock()
	if e, ok := x.kept[k]; ok {
		return e
	}
	var e *model.FieldSet
	if k.only {
		e = model.OnlyFields(append(k.noun.fields(k.set), k.noun.always...)...)
	} else {
		e = model.AllExcept(k.noun.fields(k.set)...)
	}
	if len(x.kept) < maxExtents {
		x.kept[k] = e
	}
	return e
}
