package activityinfo

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// text is an id that is documented as a string; a whole number would do as well.
type text string

// UnmarshalJSON takes a string, a whole number, or null for none.
func (t *text) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	var n number
	err := n.UnmarshalJSON(b)
	*t = text(n)
	return err
}

// number is the id of a billing account as decimal text. It is never read as a
// float: the vendor's client for R takes care of ids that no float can hold.
type number string

// UnmarshalJSON takes a whole number, as a number or as text; null and what is
// not positive are none.
func (n *number) UnmarshalJSON(b []byte) error {
	digits := strings.Trim(string(b), `"`)
	*n = ""
	if digits == "null" {
		return nil
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return errShape
	}
	if value > 0 {
		*n = number(strconv.FormatInt(value, 10))
	}
	return nil
}

// isBillingAccount reports whether text is the id of a billing account in its
// one form: a second form would make a second object of the same account.
func isBillingAccount(id string) bool {
	value, err := strconv.ParseInt(id, 10, 64)
	return err == nil && value > 0 && strconv.FormatInt(value, 10) == id
}

// milliseconds is an instant as a float: milliseconds since 1970, UTC. The
// vendor does not say what stands there for a user who never signed in; its
// billing export leaves the cell blank. Null, zero and less are taken for never.
type milliseconds struct{ at *time.Time }

// endOfTime is the first instant that RFC 3339 cannot write, in milliseconds.
const endOfTime = 253402300800000

// UnmarshalJSON takes a number, of which parts of a millisecond are dropped. It
// fails on what is no instant of the first ten thousand years.
func (m *milliseconds) UnmarshalJSON(b []byte) error {
	m.at = nil
	if string(b) == "null" {
		return nil
	}
	value, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(value) || value >= endOfTime {
		return errShape
	}
	if value >= 1 {
		m.at = new(time.UnixMilli(int64(value)).UTC())
	}
	return nil
}
