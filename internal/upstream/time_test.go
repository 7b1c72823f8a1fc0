package upstream_test

import (
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
)

// A vendor's time is read, absent, or unreadable: unreadable is not absent.
func TestParseTime(t *testing.T) {
	at := time.Date(2026, 2, 23, 5, 23, 33, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-02-23T05:23:33Z":              at,
		"2026-02-23T08:23:33+03:00":         at,
		"2026-02-23T05:23:33.731Z":          at.Add(731 * time.Millisecond),
		"2026-02-23T05:23:33.000000000Z":    at,
		"2026-02-23":                        time.Date(2026, 2, 23, 0, 0, 0, 0, time.UTC),
		"":                                  {},
		" ":                                 {},
		"0001-01-01T00:00:00Z":              {},
		"0001-01-01T00:00:00":               {},
		"0001-01-01T00:00:00.0000000+00:00": {},
		"0001-01-01T00:00:00+03:00":         {},
		"0001-01-01":                        {},
	} {
		if got, ok := upstream.ParseTime(text); !ok || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%q: %s, %t", text, got, ok)
		}
	}
	for _, text := range []string{"not a date", "0", "1771824213", "2026-02-30", "2026-02-23T05:23:33", "23.02.2026", "2026-02-23 05:23:33Z", "never"} {
		if got, ok := upstream.ParseTime(text); ok || !got.IsZero() {
			t.Errorf("%q: %s, %t", text, got, ok)
		}
	}
}
