package blendvision

import (
	"encoding/json"
	"math"
	"time"
)

// count returns a number of rows or pages, 0 if n is unset or out of range.
func count(n json.Number) int {
	i, err := n.Int64()
	if err != nil || i < 0 || i > math.MaxInt32 {
		return 0
	}
	return int(i)
}

// optional returns nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// timestamp is a time in UTC; time is nil if it is unset.
type timestamp struct{ time *time.Time }

// UnmarshalJSON decodes RFC 3339. null, "" and the zero time mean unset.
func (t *timestamp) UnmarshalJSON(b []byte) error {
	var text *string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	if text == nil || *text == "" {
		return nil
	}
	parsed, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return err
	}
	if parsed = parsed.UTC(); !parsed.IsZero() {
		t.time = &parsed
	}
	return nil
}
