package model_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
)

var (
	list   = model.ListID{0: 1, 31: 2}
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
	want := model.Cursor{List: list, Positions: []model.Position{{Provider: "softwareone", Index: 2, Rows: 2}}, Counted: true, Total: new(930)}
	if got, err := model.ParseCursor(stable, list); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got := want.Encode(); got != stable {
		t.Errorf("Encode() = %q, want %q", got, stable)
	}
}

const stable = "A3sicCI6W3sicCI6InNvZnR3YXJlb25lIiwiaSI6MiwiciI6Mn1dLCJuIjo5MzB98r2x-OIzlWJKsXAl"

// Who does not know the key of a list, which is its id, cannot make a cursor of it, whatever
// other cursors they have.
func TestParseCursor_Forged(t *testing.T) {
	raw, end := decode(t, cursor)
	if tag := len(raw) - end; tag < 8 {
		t.Errorf("the tag has %d bytes", tag)
	}
	forged := bytes.Replace(raw[:end:end], []byte(`"i":7`), []byte(`"i":9`), 1)
	sum := sha256.Sum256(forged)
	for name, tag := range map[string][]byte{
		"the tag of another position": raw[end:], "no tag": nil, "zeros": make([]byte, len(raw)-end),
		"a digest": sum[:len(raw)-end], "the end of a digest": sum[32-(len(raw)-end):], "a short digest": sum[:4],
	} {
		text := base64.RawURLEncoding.EncodeToString(append(forged[:end:end], tag...))
		if _, err := model.ParseCursor(text, list); err != model.ErrCursor {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A cursor tells nothing of its list, of which the filter may hold what its reader may not see.
func TestCursor_TellsNothingOfItsList(t *testing.T) {
	other := cursor
	other.List[0]++
	one, end := decode(t, cursor)
	two, _ := decode(t, other)
	if string(one[:end]) != string(two[:end]) || string(one[end:]) == string(two[end:]) {
		t.Errorf("%q\n%q", one, two)
	}
}

// decode returns the bytes of a cursor, and the index after its position.
func decode(t *testing.T, c model.Cursor) (raw []byte, end int) {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(c.Encode())
	const last = `"n":930}`
	if end = bytes.LastIndex(raw, []byte(last)) + len(last); err != nil || end < len(last) {
		t.Fatalf("%q, %v", raw, err)
	}
	return raw, end
}

func TestParseCursor_Invalid(t *testing.T) {
	text := cursor.Encode()
	if _, err := model.ParseCursor(text, model.ListID{1}); err != model.ErrCursor {
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
	f.Add(stable)
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
