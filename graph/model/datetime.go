package model

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"
)

// DateTime is an instant that a client sends.
type DateTime time.Time

// ErrDateTime is the error of a value that is not a DateTime.
var ErrDateTime = errors.New("not a DateTime in RFC 3339 format, such as 2026-02-23T05:23:33Z")

// dateTime is the syntax of RFC 3339, which time.Parse does not check strictly.
var dateTime = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// ParseDateTime parses an instant in RFC 3339 format. A leap second is the second
// after it. The result is in UTC where its year has four digits there.
func ParseDateTime(text string) (DateTime, error) {
	if !dateTime.MatchString(text) {
		return DateTime{}, ErrDateTime
	}
	text = strings.ToUpper(text)
	leap := text[17:19] == "60"
	if leap {
		text = text[:17] + "59" + text[19:]
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return DateTime{}, ErrDateTime
	}
	utc := t.UTC()
	if leap && utc.Format(time.TimeOnly) != "23:59:59" {
		return DateTime{}, ErrDateTime
	}
	if leap {
		t, utc = t.Add(time.Second), utc.Add(time.Second)
	}
	if utc.Year() < 0 || utc.Year() > 9999 {
		return DateTime(t), nil
	}
	return DateTime(utc), nil
}

// UnmarshalGQL reads a literal or the value of a variable.
func (d *DateTime) UnmarshalGQL(v any) (err error) {
	text, ok := v.(string)
	if !ok {
		return ErrDateTime
	}
	*d, err = ParseDateTime(text)
	return err
}

// MarshalGQL writes the instant as UnmarshalGQL reads it.
func (d DateTime) MarshalGQL(w io.Writer) {
	_, _ = io.WriteString(w, `"`+time.Time(d).Format(time.RFC3339Nano)+`"`) // an error means that the client has gone away
}

// UnmarshalJSON reads the same texts as UnmarshalGQL.
func (d *DateTime) UnmarshalJSON(text []byte) error {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	return d.UnmarshalGQL(v)
}
