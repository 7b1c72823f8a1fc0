package activityinfo

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// name is a text that is no id. The vendor documents strings; of other values, a number is
// its digits, and the rest are "".
type name string

// UnmarshalJSON never fails.
func (n *name) UnmarshalJSON(b []byte) error {
	*n = ""
	switch {
	case b[0] == '"':
		return upstream.UnmarshalString(b, n)
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		*n = name(b)
	}
	return nil
}

// read reads a text as UnmarshalJSON does.
func (n *name) read(r *jsonscan.Reader) {
	*n = ""
	if value, kind := r.Scalar(); kind == jsonscan.Text || kind == jsonscan.Number {
		*n = name(value)
	}
}

// text is an id that is documented as a string, "" if there is none.
type text string

// read reads a string or a whole number above 0. Other values are "".
func (t *text) read(r *jsonscan.Reader) {
	*t = ""
	switch value, kind := r.Scalar(); kind {
	case jsonscan.Text:
		*t = text(value)
	case jsonscan.Number:
		*t = text(parseNumber(value))
	}
}

// number is the id of a billing account in decimal digits, "" if there is none. It is
// never decoded as a float: the vendor's client for R supports ids that a float64 cannot
// represent.
type number string

// UnmarshalJSON decodes a whole number above 0, or a string that contains one. Other
// values are "". It never fails.
func (n *number) UnmarshalJSON(b []byte) error {
	*n = parseNumber(strings.Trim(string(b), `"`))
	return nil
}

// read reads a number as UnmarshalJSON does.
func (n *number) read(r *jsonscan.Reader) {
	*n = ""
	if value, kind := r.Scalar(); kind == jsonscan.Text || kind == jsonscan.Number {
		*n = parseNumber(value)
	}
}

// parseNumber returns a whole number above 0, "" for any other text.
func parseNumber(text string) number {
	value, err := strconv.ParseInt(text, 10, 64)
	if value > 0 && err == nil {
		return number(strconv.FormatInt(value, 10))
	}
	return ""
}

// IsBillingAccount reports whether id is the canonical id of a billing account. A
// second form of the same id would create a second object of the same account.
func IsBillingAccount(id string) bool {
	value, err := strconv.ParseInt(id, 10, 64)
	return err == nil && value > 0 && strconv.FormatInt(value, 10) == id
}

// count is a number of users; value is nil if there is none. The vendor documents an
// integer. One that is negative or exceeds the Int of GraphQL, and anything else but null, is
// invalid.
type count struct {
	value   *int
	invalid bool
}

// UnmarshalJSON decodes a whole number. It never fails.
func (c *count) UnmarshalJSON(b []byte) error {
	*c = count{}
	if string(b) == "null" {
		return nil
	}
	n, err := strconv.ParseFloat(string(b), 64)
	if c.invalid = err != nil || n < 0 || n > math.MaxInt32 || n != math.Trunc(n); !c.invalid {
		c.value = new(int(n))
	}
	return nil
}

// milliseconds is a time in UTC; at is nil if there is none. The vendor writes a
// float, the milliseconds since 1970. It does not document the value for a user who
// never signed in, which is blank in its billing export. Assumption: null, zero and
// negative numbers mean never. Values that are no time in these terms are no time.
type milliseconds struct{ at *time.Time }

// maxMilliseconds is the first time that RFC 3339 cannot represent.
const maxMilliseconds = 253402300800000

// UnmarshalJSON decodes a number and truncates it to milliseconds. It never fails.
func (m *milliseconds) UnmarshalJSON(b []byte) error {
	m.parse(string(b))
	return nil
}

// read reads a time as UnmarshalJSON does.
func (m *milliseconds) read(r *jsonscan.Reader) {
	m.at = nil
	if value, kind := r.Scalar(); kind == jsonscan.Number {
		m.parse(value)
	}
}

func (m *milliseconds) parse(text string) {
	m.at = nil
	value, err := strconv.ParseFloat(text, 64)
	if err == nil && value >= 1 && value < maxMilliseconds {
		m.at = new(time.UnixMilli(int64(value)).UTC())
	}
}
