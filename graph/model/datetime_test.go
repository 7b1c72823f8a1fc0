package model_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

func TestParseDateTime(t *testing.T) {
	for text, want := range map[string]string{
		"2026-02-23T05:23:33Z":           "2026-02-23T05:23:33Z",
		"2026-02-23t05:23:33z":           "2026-02-23T05:23:33Z",
		"2026-02-23T05:23:33.731Z":       "2026-02-23T05:23:33.731Z",
		"2026-02-23T05:23:33.123456789Z": "2026-02-23T05:23:33.123456789Z",
		"2026-02-23T05:23:33+03:00":      "2026-02-23T02:23:33Z",
		"2026-02-23t05:23:33-00:30":      "2026-02-23T05:53:33Z",
		"2024-02-29T00:00:00Z":           "2024-02-29T00:00:00Z",
		"0000-01-01T00:00:00Z":           "0000-01-01T00:00:00Z",
		"2016-12-31T23:59:60Z":           "2017-01-01T00:00:00Z",
		"2017-01-01T02:59:60.5+03:00":    "2017-01-01T00:00:00.5Z",
		"9999-12-31T23:59:59-01:00":      "9999-12-31T23:59:59-01:00",
		"0000-01-01T00:00:00+01:00":      "0000-01-01T00:00:00+01:00",
	} {
		got, err := model.ParseDateTime(text)
		if formatted := time.Time(got).Format(time.RFC3339Nano); err != nil || formatted != want {
			t.Errorf("%s: %s, %v, want %s", text, formatted, err, want)
		}
		if _, err := json.Marshal(time.Time(got)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestParseDateTime_Malformed(t *testing.T) {
	for _, text := range []string{
		"", " ", "yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00Z", "20260101T000000Z",
		"2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z", "2026-01-01T00:00:60Z", "2016-12-31T23:59:60+01:00", "2026-01-01T0:00:00Z", "2026-01-01T00:00:00,5Z",
		"2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+03", "2026-01-01T00:00:00+0300",
		"2026-01-01T00:00:00+03:60", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00Z ", "2026-01-01T00:00:00Z\n", "+2026-01-01T00:00:00Z",
		"12026-01-01T00:00:00Z", "٢٠٢٦-01-01T00:00:00Z",
	} {
		if got, err := model.ParseDateTime(text); !errors.Is(err, model.ErrDateTime) {
			t.Errorf("%q: %v, %v", text, time.Time(got), err)
		}
	}
}

// A value of a query and the same value in JSON are one instant, or both no instant.
func TestDateTime_JSON(t *testing.T) {
	for _, v := range []any{"2026-01-01t00:00:00z", "2026-01-01", "", 5, true, nil, []any{"2026-01-01T00:00:00Z"}, map[string]any{}} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var fromGQL, fromJSON model.DateTime
		errGQL, errJSON := fromGQL.UnmarshalGQL(v), json.Unmarshal(text, &fromJSON)
		if !errors.Is(errGQL, errJSON) || !time.Time(fromGQL).Equal(time.Time(fromJSON)) {
			t.Errorf("%s: %v and %v", text, errGQL, errJSON)
		}
	}
}

func FuzzParseDateTime(f *testing.F) {
	f.Add("2026-02-23T05:23:33.731Z")
	f.Add("2016-12-31t23:59:60z")
	f.Add("9999-12-31T23:59:59-23:59")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := model.ParseDateTime(text)
		if err != nil {
			return
		}
		var b strings.Builder
		d.MarshalGQL(&b)
		var again model.DateTime
		if err := json.Unmarshal([]byte(b.String()), &again); err != nil || !time.Time(again).Equal(time.Time(d)) {
			t.Errorf("%q is written as %s: %v", text, b.String(), err)
		}
	})
}
