package activityinfofake

import (
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// float is a time in milliseconds since 1970. The reference does not document the
// notation of floats, so the fake uses every notation that JSON allows.
type float float64

// MarshalJSON encodes a third of the floats with an exponent like Java, a third with
// a fraction, and a third as integers.
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

// lastLoginTime returns zero or nil for a person who never logged in (assumption: the
// reference calls the field required and does not document that case). One time in
// seven has a fraction of a millisecond.
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
