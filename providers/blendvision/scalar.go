package blendvision

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
)

// The types of this file decode one field each and never fail: a value of another type
// is a missing one, so that it costs its field and not the page.

// text is the text of a JSON string, number or boolean, "" for other values.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	if value, ok := upstream.UnmarshalText(b); ok {
		*t = text(value)
	}
	return nil
}

// count is a number of rows, 0 if it is unset or out of range. The vendor documents
// 32-bit numbers; its gateway may encode larger ones as strings.
type count int

// UnmarshalJSON implements json.Unmarshaler.
func (c *count) UnmarshalJSON(b []byte) error {
	c.parse(strings.Trim(string(b), `"`))
	return nil
}

func (c *count) parse(text string) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil && n > 0 {
		*c = count(n)
	}
}

// flag is a boolean, nil for other values.
type flag struct{ *bool }

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(b []byte) error {
	var value *bool
	if json.Unmarshal(b, &value) == nil {
		f.bool = value
	}
	return nil
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

// UnmarshalJSON implements json.Unmarshaler.
func (t *timestamp) UnmarshalJSON(b []byte) error {
	var s string
	if upstream.UnmarshalString(b, &s) != nil {
		return nil
	}
	t.parse(s)
	return nil
}

// parse sets the time of an RFC 3339 text. The zero time means unset.
func (t *timestamp) parse(text string) {
	if parsed, err := time.Parse(time.RFC3339, text); err == nil && !parsed.IsZero() {
		t.time = new(parsed.UTC())
	}
}
