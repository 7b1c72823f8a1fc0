package blendvision

import (
	"strconv"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// The types of this file decode one field each and never fail: a value of another type
// is a missing one, and of a time an invalid one, so that it costs its field and not the page.

// text is the text of a JSON string, number or boolean, "" for other values.
type text string

// count is a number of rows, 0 if it is unset or out of range. The vendor documents
// 32-bit numbers; its gateway may encode larger ones as strings.
type count int

func (c *count) parse(text string) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil && n > 0 {
		*c = count(n)
	}
}

// optional returns nil for "".
func optional(t text) *string {
	if t == "" {
		return nil
	}
	return new(string(t))
}

// pointer returns t itself, nil for "".
func pointer(t *text) *string {
	if *t == "" {
		return nil
	}
	return (*string)(t)
}

// timestamp is a time in UTC. time is nil if it is unset, and if it is invalid.
type timestamp struct {
	time *time.Time
	// invalid is set for a value that is neither null nor a time.
	invalid bool
}

// parse sets the time of a text that upstream.ParseTime parses.
func (t *timestamp) parse(text string) {
	parsed, ok := upstream.ParseTime(text)
	t.invalid = !ok
	if !parsed.IsZero() {
		t.time = &parsed
	}
}

// The field sets of records with invalid times, which share them.
var (
	invalidCreated = model.AllExcept().WithInvalid("createdAt")
	invalidUpdated = model.AllExcept().WithInvalid("updatedAt")
	invalidBoth    = invalidCreated.WithInvalid("updatedAt")
)

// fieldSet returns the field set of a record with these times, nil if none is invalid.
func fieldSet(created, updated timestamp) *model.FieldSet {
	switch {
	case created.invalid && updated.invalid:
		return invalidBoth
	case created.invalid:
		return invalidCreated
	case updated.invalid:
		return invalidUpdated
	}
	return nil
}
