package softwareone

// state says whether a JSON object contained a property.
type state uint8

const (
	absent state = iota
	present
	// placeholder: the text "[Circular Reference]" replaced the value or a part
	// of it, so that the value exists but is not known.
	placeholder
	// invalid: the value or an element of it is of another kind. Asking for it again
	// would not help.
	invalid
)

// presence records which properties a JSON object contained.
type presence struct {
	present propertySet
	// unclear properties were circular-reference placeholders.
	unclear propertySet
	// invalid properties are present, but only a part of them could be read.
	invalid propertySet
	// invalidFields are further graph fields of which the value is invalid, separated by
	// commas.
	invalidFields string
	// omitted properties are those that the object's own $meta.omitted names.
	omitted propertySet
}

// without returns the presence of the object without the properties in set.
func (p presence) without(set propertySet) presence {
	p.present &^= set
	p.unclear &^= set
	p.invalid &^= set
	return p
}

// stateOf returns the state of a scalar: nil is absent.
func stateOf[T any](value *T) state {
	if value == nil {
		return absent
	}
	return present
}

// state returns the state of an object. A value of another kind is present: it tells
// nothing, and asking for it again would not help.
func (o optional[T]) state() state {
	switch {
	case o.isSet(), o.odd:
		return present
	case o.circular:
		return placeholder
	}
	return absent
}

// listState returns the state of a list of objects with ids; nil for objects without. One
// placeholder among its elements makes the list unclear.
func listState[T any](l list[T], id func(*T) string) state {
	switch {
	case l.odd:
		return invalid
	case !l.isSet():
		return l.state()
	case !isComplete(l):
		return placeholder
	}
	for _, element := range *l.value {
		if element.value == nil || id != nil && id(element.value) == "" {
			return invalid
		}
	}
	return present
}

// auditState returns the state of an audit; one placeholder among its events
// makes the audit unclear. A value of another kind hides times.
func auditState(w optional[wireAudit]) state {
	if w.odd {
		return invalid
	}
	if w.isSet() && !w.value.isComplete() {
		return placeholder
	}
	return w.state()
}
