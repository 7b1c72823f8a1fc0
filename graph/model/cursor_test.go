package model_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
)

var (
	list   = model.NewListID("users")
	cursor = model.Cursor{List: list, Positions: []model.Position{
		{Provider: "softwareone", Token: "100", Index: 7, Rows: 107, Blanks: 2, BlankToken: "0", BlankIndex: 3},
		{Provider: "b", Done: true}, {Provider: "ü"}, {Provider: "c", Failed: 6, Done: true},
		{Provider: "d", Sorted: true, Index: 4}, {Provider: "e", Last: true, Blanks: 1},
	}, Incomplete: true, Counted: true, Total: new(930)}
)

func TestCursor_RoundTrip(t *testing.T) {
	uncounted, unknown := cursor, cursor
	uncounted.Counted, uncounted.Total, unknown.Total = false, nil, nil
	for _, c := range []model.Cursor{cursor, uncounted, unknown} {
		text := c.Encode()
		if strings.ContainsAny(text, "+/=") {
			t.Errorf("%q needs escaping in a URL", text)
		}
		got, err := model.ParseCursor(text, list)
		if err != nil || !cmp.Equal(got, c) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// Clients keep cursors beyond a release, so the encoding must not change.
func TestCursor_EncodingIsStable(t *testing.T) {
	const text = "AlVkv69cPnsicCI6W3sicCI6InNvZnR3YXJlb25lIiwiaSI6MiwiciI6Mn1dLCJuIjo5MzB9hPIB5Q"
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	of := model.ListID(raw[1:7])
	want := model.Cursor{List: of, Positions: []model.Position{{Provider: "softwareone", Index: 2, Rows: 2}}, Counted: true, Total: new(930)}
	if got, err := model.ParseCursor(text, of); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got := want.Encode(); got != text {
		t.Errorf("Encode() = %q, want %q", got, text)
	}
}

func TestParseCursor_Invalid(t *testing.T) {
	text := cursor.Encode()
	if _, err := model.ParseCursor(text, model.NewListID("accounts")); err != model.ErrCursor {
		t.Errorf("another list: %v", err)
	}
	for i := range len(text) {
		flipped := []byte(text)
		flipped[i] ^= 'A' ^ 'B'
		for damage, damaged := range map[string]string{"cut": text[:i], "changed": string(flipped), "shortened": text[:i] + text[i+1:]} {
			if _, err := model.ParseCursor(damaged, list); err != model.ErrCursor && damaged != text {
				t.Errorf("%s at %d: %v", damage, i, err)
			}
		}
	}
	for _, damaged := range []string{"", " ", text + "A", text + "=", " " + text, "after Anna", strings.Repeat("A", 9<<10)} {
		if _, err := model.ParseCursor(damaged, list); err != model.ErrCursor {
			t.Errorf("%.20q: %v", damaged, err)
		}
	}
	for name, c := range map[string]model.Cursor{
		"no position":    {List: list},
		"negative index": {List: list, Positions: []model.Position{{Provider: "a", Index: -1}}},
		"negative rows":  {List: list, Positions: []model.Position{{Provider: "a", Rows: -1}}},
		"negative kind":  {List: list, Positions: []model.Position{{Provider: "a", Failed: -1}}},
		"negative blank": {List: list, Positions: []model.Position{{Provider: "a", Blanks: -1}}},
		"negative place": {List: list, Positions: []model.Position{{Provider: "a", BlankIndex: -1}}},
		"too long":       {List: list, Positions: []model.Position{{Provider: "a", Token: strings.Repeat("t", model.MaxCursor)}}},
	} {
		if _, err := model.ParseCursor(c.Encode(), list); err != model.ErrCursor {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add(cursor.Encode())
	f.Add(model.Cursor{List: list, Positions: []model.Position{{}}}.Encode())
	f.Add("AlVkv69cPnsicCI6W3sicCI6InNvZnR3YXJlb25lIiwiaSI6MiwiciI6Mn1dLCJuIjo5MzB9hPIB5Q")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := model.ParseCursor(text, list)
		if err != nil {
			return
		}
		again, err := model.ParseCursor(read.Encode(), list)
		if err != nil || !cmp.Equal(again, read) {
			t.Errorf("%+v is parsed as %+v, %v", read, again, err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("softwareone", "b001daa5/2", 38, false)
	f.Add("", "\"\\<&>\u2028", 0, true)
	f.Fuzz(func(t *testing.T, provider, token string, index int, done bool) {
		c := model.Cursor{List: list, Positions: []model.Position{{Provider: strings.ToValidUTF8(provider, ""), Token: strings.ToValidUTF8(token, ""), Index: index, Done: done}}}
		text := c.Encode()
		got, err := model.ParseCursor(text, list)
		if usable := index >= 0 && len(text) <= 8<<10; usable != (err == nil) || usable && !cmp.Equal(got, c) {
			t.Errorf("%+v is parsed as %+v, %v", c, got, err)
		}
	})
}
