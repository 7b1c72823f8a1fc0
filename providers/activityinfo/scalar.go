package activityinfo

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// text is an id that is documented as a string.
type text string

// UnmarshalJSON decodes a string or a whole number; null is "".
func (t *text) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	var n number
	err := n.UnmarshalJSON(b)
	*t = text(n)
	return err
}

// number is the id of a billing account in decimal digits, "" if there is none. It
// is never decoded as a float: the vendor's client for R supports ids that a float64
// cannot represent.
type number string

// UnmarshalJSON decodes a whole number, or a string that contains one. null and
// numbers below 1 are "".
func (n *number) UnmarshalJSON(b []byte) error {
	digits := strings.Trim(string(b), `"`)
	*n = ""
	if digits == "null" {
		return nil
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return errFormat
	}
	if value > 0 {
		*n = number(strconv.FormatInt(value, 10))
	}
	return nil
}

// isBillingAccount reports whether id is the canonical id of a billing account. A
// second form of the same id would create a second object of the same account.
func isBillingAccount(id string) bool {
	value, err := strconv.ParseInt(id, 10, 64)
	return err == nil && value > 0 && strconv.FormatInt(value, 10) == id
}

// milliseconds is a time in UTC; at is nil if there is none. The vendor writes a
// float, the milliseconds since 1970. It does not document the value for a user who
// never signed in, which is blank in its billing export. Assumption: null, zero and
// negative numbers mean never.
type milliseconds struct{ at *time.Time }

// maxMilliseconds is the first time that RFC 3339 cannot represent.
const maxMilliseconds = 253402300800000

// UnmarshalJSON decodes a number and truncates it to milliseconds. It fails for times
// after the year 9999.
func (m *milliseconds) UnmarshalJSON(b []byte) error {
	m.at = nil
	if string(b) == "null" {
		return nil
	}
	value, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(value) || value >= maxMilliseconds {
		return errFormat
	}
	if value >= 1 {
		m.at = new(time.UnixMilli(int64(value)).UTC())
	}
	return nil
}
