package activeplatform

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// vendorID is an id in decimal digits. Users have integer ids; newer parts of the
// API write the same ids as strings.
type vendorID string

// UnmarshalJSON decodes a positive integer or a string of digits.
func (id *vendorID) UnmarshalJSON(raw []byte) error {
	digits := strings.Trim(string(raw), `"`)
	if !isID(digits) {
		return errNoID
	}
	*id = vendorID(digits)
	return nil
}

// maxDigits is the number of digits of the largest 64-bit integer.
const maxDigits = 19

// isID reports whether s is a positive integer without leading zeros.
func isID(s string) bool {
	return s != "" && s[0] != '0' && len(s) <= maxDigits && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// timestamp is a time in UTC; Time is nil if there is none.
type timestamp struct{ *time.Time }

// UnmarshalJSON decodes `2016-10-03T05:15:22.286+03:00` and plain dates, which
// other objects of this vendor have. null and "" mean none.
func (t *timestamp) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	if s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if parsed, err := time.Parse(layout, s); err == nil {
			t.Time = new(parsed.UTC())
			return nil
		}
	}
	return errTimestamp
}

// scalar returns the text of a JSON string, number or boolean. It returns nil for
// other values and for blank text.
func scalar(raw json.RawMessage) *string {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return nil
	}
	switch v := value.(type) {
	case string:
		return nonBlank(&v)
	case json.Number, bool:
		return new(string(raw))
	}
	return nil
}

// nonBlank returns nil for blank text: the vendor writes "" for a missing value.
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
