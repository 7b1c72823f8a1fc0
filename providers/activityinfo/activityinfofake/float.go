package activityinfofake

import (
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// float is a time in milliseconds since 1970. The reference says that it is a
// float but not how it is written, so all ways that JSON allows are in use.
type float float64

// MarshalJSON writes one float in three with an exponent, as Java does, one with
// a fraction, one as a whole number.
func (f float) MarshalJSON() ([]byte, error) {
	if f == 0 {
		return []byte("0.0"), nil
	}
	switch int64(f) / 60000 % 3 {
	case 0:
		return []byte(strings.ToUpper(strconv.FormatFloat(float64(f), 'e', -1, 64))), nil
	case 1:
		return []byte(strconv.FormatFloat(float64(f), 'f', 3, 64)), nil
	}
	return []byte(strconv.FormatFloat(float64(f), 'f', -1, 64)), nil
}

// lastLoginTime is required by the reference, which does not say what stands for
// never; zero and null are both assumed. One in seven has a part of a
// millisecond.
func lastLoginTime(p fakevendor.Person) *float {
	at := lastLogin(p)
	if at.IsZero() && p.Number%2 == 1 {
		return nil
	}
	var f float
	if !at.IsZero() {
		f = float(at.UnixMilli())
	}
	if f != 0 && p.Number%7 == 3 {
		f += 0.25
	}
	return &f
}
