package upstream

import (
	"strings"
	"time"
)

// ParseTime parses an RFC 3339 time with any offset, or a plain date, and returns it in UTC.
// The time is zero for blank text and for the year 1, which vendors send for no time. ok is
// false for any other text: the vendor has a time that cannot be read.
func ParseTime(text string) (t time.Time, ok bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return known(t), true
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return known(t), true
	}
	text = strings.TrimSpace(text)
	// The zero time of .NET has no offset.
	return time.Time{}, text == "" || text == "0001-01-01T00:00:00"
}

func known(t time.Time) time.Time {
	if t.Year() <= 1 {
		return time.Time{}
	}
	return t.UTC()
}
