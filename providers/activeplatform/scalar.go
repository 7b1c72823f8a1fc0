package activeplatform

import (
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
)

// The types of this file decode one field each and never fail: a value of another type
// is a missing one, and of a time an invalid one, so that it costs its field and not the page.

// vendorID is an id in decimal digits, "" if there is none. Users have integer ids;
// newer parts of the API write the same ids as strings.
type vendorID string

// UnmarshalJSON decodes a positive integer or a string of digits.
func (id *vendorID) UnmarshalJSON(raw []byte) error {
	if digits := strings.Trim(string(raw), `"`); isID(digits) {
		*id = vendorID(digits)
	}
	return nil
}

// maxDigits is the length of the longest id. The longest documented one has 7 digits.
const maxDigits = 100

// isID reports whether s is a number in decimal digits other than 0.
func isID(s string) bool {
	return strings.Trim(s, "0") != "" && len(s) <= maxDigits && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// timestamp is a time in UTC. Time is nil if there is none, and if it is invalid.
type timestamp struct {
	*time.Time
	// invalid is set for a value that is neither null nor a time.
	invalid bool
}

// UnmarshalJSON decodes what upstream.ParseTime parses. It never fails.
func (t *timestamp) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	var s string
	if upstream.UnmarshalString(raw, &s) != nil {
		t.invalid = true
		return nil
	}
	parsed, ok := upstream.ParseTime(s)
	t.invalid = !ok
	if !parsed.IsZero() {
		t.Time = &parsed
	}
	return nil
}

// text is the text of a JSON string, number or boolean, nil for other values and for
// blank text: the vendor writes "" for a missing value.
type text struct{ *string }

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	if value, ok := upstream.UnmarshalText(raw); ok {
		t.string = nonBlank(&value)
	}
	return nil
}

// nonBlank returns nil for blank text.
func nonBlank(s *string) *string {
	if s == nil || strings.TrimSpace(*s) == "" {
		return nil
	}
	return s
}

// join joins the parts that are not nil, nil if there are none.
func join(separator string, parts ...*string) *string {
	var words []string
	for _, part := range parts {
		if part != nil {
			words = append(words, strings.TrimSpace(*part))
		}
	}
	joined := strings.Join(words, separator)
	return nonBlank(&joined)
}
