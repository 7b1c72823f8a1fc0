package softwareone

import (
	"errors"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// decoder turns the vendor's JSON into records of one provider.
type decoder struct {
	provider  *model.Provider
	fieldSets *fieldSets
	detected  *detected
	// transient is set if records are not cached.
	transient bool
	// rows has the memory that rows are read into.
	rows *rows
}

// optional is an object or array that may be absent, null or a placeholder. The
// vendor's own pages show the text "[Circular Reference]" as a placeholder for
// objects.
type optional[T any] struct {
	// value is nil where the JSON did not contain one.
	value *T
	// circular is whether the JSON contained the placeholder, odd whether it contained
	// a value of another kind.
	circular, odd bool
}

// list is an array of objects.
type list[T any] = optional[[]optional[T]]

const circularReference = "[Circular Reference]"

var errNoID = errors.New("an object without an id")

// errOtherParent is for a row of a list that another object has.
var errOtherParent = errors.New("a row of another list")

// open returns a reader of a text. Unless the records that are decoded from it live as short as
// the text, its strings are copies: a record does not keep a page in memory then.
func (d decoder) open(text []byte) *jsonscan.Reader {
	if d.transient {
		return jsonscan.NewBytes(text)
	}
	return jsonscan.NewCopying(text)
}

// readRow reads the next value as an object. It fails with errNoID for any other value.
func readRow[W any](r *jsonscan.Reader, read func(*W, *jsonscan.Reader)) (*W, error) {
	if !r.IsObject() {
		r.Skip()
		return nil, errNoID
	}
	w := new(W)
	read(w, r)
	return w, nil
}

// readOptional reads an object, null or the placeholder. It skips any other value.
func readOptional[T any](r *jsonscan.Reader, read func(*T, *jsonscan.Reader)) optional[T] {
	return readKind(r, r.IsObject(), read)
}

// scratch is memory for what most rows have of an audit, until the row is decoded.
type scratch struct {
	audit  wireAudit
	events [2]wireEvent
	// audits and used are how many of each are in use.
	audits, used int
}

// newAudit returns an audit to read into.
func newAudit(r *jsonscan.Reader) *wireAudit {
	if s, ok := r.Scratch.(*scratch); ok && s.audits == 0 {
		s.audits++
		return &s.audit
	}
	return new(wireAudit)
}

// newEvent returns an event to read into.
func newEvent(r *jsonscan.Reader) *wireEvent {
	if s, ok := r.Scratch.(*scratch); ok && s.used < len(s.events) {
		s.used++
		return &s.events[s.used-1]
	}
	return new(wireEvent)
}

// readAudit and readEvent are readOptional for audits and events.
func readAudit(r *jsonscan.Reader) optional[wireAudit] {
	if !r.IsObject() {
		return readKind(r, false, (*wireAudit).read)
	}
	w := newAudit(r)
	w.read(r)
	return optional[wireAudit]{value: w}
}

func readEvent(r *jsonscan.Reader) optional[wireEvent] {
	if !r.IsObject() {
		return readKind(r, false, (*wireEvent).read)
	}
	w := newEvent(r)
	w.read(r)
	return optional[wireEvent]{value: w}
}

// readShared is readOptional for objects that a response often contains several times. They are
// read once.
func readShared[T any](r *jsonscan.Reader, read func(*T, *jsonscan.Reader)) optional[T] {
	if !r.IsObject() {
		return readKind(r, false, read)
	}
	// What is read once outlives the row.
	s := r.Scratch
	r.Scratch = nil
	value := jsonscan.Shared(r, read)
	r.Scratch = s
	return optional[T]{value: value}
}

// readKind reads a value that isKind, null or the placeholder. It skips any other
// value.
func readKind[T any](r *jsonscan.Reader, isKind bool, read func(*T, *jsonscan.Reader)) optional[T] {
	switch {
	case isKind:
		value := new(T)
		read(value, r)
		return optional[T]{value: value}
	case r.IsNull():
		return optional[T]{}
	case r.IsString():
		circular := r.String() == circularReference
		return optional[T]{circular: circular, odd: !circular}
	}
	r.Skip()
	return optional[T]{odd: true}
}

// readList reads an array of objects, null or the placeholder.
func readList[T any](r *jsonscan.Reader, read func(*T, *jsonscan.Reader)) list[T] {
	return readElements(r, func(r *jsonscan.Reader) optional[T] { return readOptional(r, read) })
}

// readSharedList is readList for objects that a response often contains several times.
func readSharedList[T any](r *jsonscan.Reader, read func(*T, *jsonscan.Reader)) list[T] {
	return readElements(r, func(r *jsonscan.Reader) optional[T] { return readShared(r, read) })
}

func readElements[T any](r *jsonscan.Reader, read func(r *jsonscan.Reader) optional[T]) list[T] {
	return readKind(r, r.IsArray(), func(elements *[]optional[T], r *jsonscan.Reader) {
		*elements = []optional[T]{}
		for range r.Array {
			*elements = append(*elements, read(r))
		}
	})
}

// readStrings reads an array of strings, null or the placeholder.
func readStrings(r *jsonscan.Reader) optional[[]string] {
	return readKind(r, r.IsArray(), func(values *[]string, r *jsonscan.Reader) {
		*values = []string{}
		for range r.Array {
			if value := r.StringPtr(); value != nil {
				*values = append(*values, *value)
			}
		}
	})
}

// readIDText reads the text of an id. A value that is neither text nor a number is no id.
func readIDText(id *string, r *jsonscan.Reader) {
	if text := r.StringPtr(); text != nil {
		*id = *text
	}
}

// readID reads the id of an object and skips its other members.
func readID(id *string, r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		if name == "id" {
			readIDText(id, r)
		}
	}
}

func (o optional[T]) isSet() bool { return o.value != nil }

// convert returns nil for an absent value.
func convert[T, M any](o optional[T], to func(*T) *M) *M {
	if o.value == nil {
		return nil
	}
	return to(o.value)
}

// convertList returns nil for a list that is not known: one that is unread, has a
// placeholder or is no list. It leaves out elements that are no objects with an id. A list
// that is absent otherwise is empty.
func convertList[T, M any](l list[T], unread bool, to func(*T) *M) []*M {
	if l.value == nil && (unread || l.odd) || l.value != nil && !isComplete(l) {
		return nil
	}
	if l.value == nil {
		return []*M{}
	}
	all := make([]*M, 0, len(*l.value))
	for _, element := range *l.value {
		if m := convert(element, to); m != nil {
			all = append(all, m)
		}
	}
	return all
}

// text returns nil for the empty text, which some installations send for null.
func text(s *string) *string {
	if s != nil && *s == "" {
		return nil
	}
	return s
}

// firstText returns the first of the texts that is not absent or empty.
func firstText(texts ...*string) *string {
	for _, s := range texts {
		if s = text(s); s != nil {
			return s
		}
	}
	return nil
}

// stringsOf never returns nil.
func stringsOf(values optional[[]string]) []string {
	if values.value == nil {
		return []string{}
	}
	return *values.value
}

// isComplete reports whether the list is set and no element is a placeholder.
func isComplete[T any](l list[T]) bool {
	if l.value == nil {
		return false
	}
	for _, element := range *l.value {
		if element.circular {
			return false
		}
	}
	return true
}

// wireMeta is the $meta of an object or a list.
type wireMeta struct {
	Omitted    optional[[]string]
	Pagination optional[pagination]
}

func (w *wireMeta) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "omitted":
			w.Omitted = readStrings(r)
		case "pagination":
			w.Pagination = readOptional(r, (*pagination).read)
		}
	}
}

// omittedBy returns the names in $meta.omitted.
func omittedBy(meta optional[wireMeta]) []string {
	if meta.value == nil || meta.value.Omitted.value == nil {
		return nil
	}
	return *meta.value.Omitted.value
}
