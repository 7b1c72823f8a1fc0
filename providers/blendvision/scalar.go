package blendvision

import (
	"strconv"
	"time"
)

// The types of this file decode one field each and never fail: a value of another type
// is a missing one, so that it costs its field and not the page.

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

// timestamp is a time in UTC; time is nil if it is unset.
type timestamp struct{ time *time.Time }

// parse sets the time of an RFC 3339 text. The zero time means unset.
func (t *timestamp) parse(text string) {
	if parsed, err := time.Parse(time.RFC3339, text); err == nil && !parsed.IsZero() {
		t.time = new(parsed.UTC())
	}
}
