package softwareone

import (
	"time"

	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// moment is a time of a vendor's object.
type moment struct {
	// time is zero if there is none, and if it is invalid.
	time time.Time
	// state is absent for null, and invalid for a value that is no time.
	state state
}

// readTime reads a time.
func readTime(r *jsonscan.Reader) moment {
	if r.IsNull() {
		return moment{}
	}
	value, kind := r.Scalar()
	t, ok := upstream.ParseTime(value)
	if !ok || kind != jsonscan.Text {
		return moment{state: invalid}
	}
	return moment{t, present}
}

// at returns the time, nil if there is none.
func (m moment) at() *time.Time {
	if m.time.IsZero() {
		return nil
	}
	return new(m.time)
}

func (m moment) isInvalid() bool { return m.state == invalid }

// or returns n if there is no time, and m otherwise, or if it is invalid.
func (m moment) or(n moment) moment {
	if m.time.IsZero() && !m.isInvalid() {
		return n
	}
	return m
}

// momentOf returns the time of an event.
func momentOf(e optional[wireEvent]) moment {
	switch {
	case e.isSet():
		return e.value.At
	case e.odd:
		return moment{state: invalid}
	}
	return moment{}
}

// invalidFields returns the graph fields that invalid times of an audit fill.
func (w *wireAudit) invalidFields() (fields []string) {
	if w == nil {
		return nil
	}
	if momentOf(w.Created).isInvalid() {
		fields = append(fields, "createdAt")
	}
	if momentOf(w.Updated).isInvalid() {
		fields = append(fields, "updatedAt")
	}
	for _, e := range []optional[wireEvent]{w.Activated, w.Unassigned, w.Disabled, w.Access, w.Joined} {
		if len(fields) > 0 || momentOf(e).isInvalid() {
			return append(fields, auditProperty)
		}
	}
	return fields
}
