package strictjson_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/strictjson"
)

func TestDecode_Errors(t *testing.T) {
	for text, want := range map[string]error{
		``: strictjson.ErrSyntax, ` `: strictjson.ErrSyntax, `{`: strictjson.ErrSyntax, `[`: strictjson.ErrSyntax, `"`: strictjson.ErrSyntax,
		`{"a"}`: strictjson.ErrSyntax, `{"a":1,}`: strictjson.ErrSyntax, `[1,]`: strictjson.ErrSyntax, `{,}`: strictjson.ErrSyntax,
		`{"a":1 "b":2}`: strictjson.ErrSyntax, `[1 2]`: strictjson.ErrSyntax, `{1:2}`: strictjson.ErrSyntax, `[1}`: strictjson.ErrSyntax,
		`01`: strictjson.ErrSyntax, `1.`: strictjson.ErrSyntax, `+1`: strictjson.ErrSyntax, `nul`: strictjson.ErrSyntax, `NaN`: strictjson.ErrSyntax,
		`1 2`: strictjson.ErrSyntax, "1\x00": strictjson.ErrSyntax, `"\x"`: strictjson.ErrSyntax, `"\u12"`: strictjson.ErrSyntax,
		"\"\t\"": strictjson.ErrSyntax, "\"\xff\"": strictjson.ErrSyntax, `'a'`: strictjson.ErrSyntax,
		`{"a":1,"a":1}`:                       strictjson.ErrDuplicate,
		`{"a":1,"\u0061":1}`:                  strictjson.ErrDuplicate,
		`[{"a":1},{"b":{"a":1,"a":2}}]`:       strictjson.ErrDuplicate,
		`{"a":1,"a":1`:                        strictjson.ErrSyntax,
		`[[[[]]]]`:                            strictjson.ErrDepth,
		`[[[[]]]`:                             strictjson.ErrSyntax,
		`[[{"a":[]}]]`:                        strictjson.ErrDepth,
		strings.Repeat("[", 100_000):          strictjson.ErrSyntax,
		strings.Repeat("1", 65):               strictjson.ErrNumber,
		`[1,2,3,4,5,6,7,8,9,10]`:              strictjson.ErrValues,
		`[1,2,3,4,5,6,7,8,9,10`:               strictjson.ErrSyntax,
		strings.Repeat("1", 64):               nil,
		`[[[1]]]`:                             nil,
		` { "a" : [ true , null ] , "b":"" }`: nil,
	} {
		if _, err := strictjson.Decode([]byte(text), 3, 9); err != want {
			t.Errorf("%.40s: %v, want %v", text, err, want)
		}
	}
}

// A value outlives the text, whose memory is used again.
func TestDecode_CopiesText(t *testing.T) {
	text := []byte(`{"name":["text",12],"other":{"name":"more"}}`)
	got, err := strictjson.Decode(text, 9, 99)
	if err != nil {
		t.Fatal(err)
	}
	clear(text)
	want := map[string]any{"name": []any{"text", json.Number("12")}, "other": map[string]any{"name": "more"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzDecode accepts a part of what encoding/json accepts, with the same values.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		`{"a":[{"id":"1","n":1.5e3},{"id":"1","n":"1"},{"id":"2","n":null},{"n":{}}]}`, `"\ud83d\ude00 \ud83d \n é"`, `[-0,0.10,1E+2]`,
		`{"a":"x","\u0062":"x","b\u0062":"y"}`, `[true,false,null,"","\"\\\/"]`,
		`{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0,"n":0,"o":0,"p":0,"q":"x","r":"x"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := strictjson.Decode(text, 20, 1000)
		if err == nil && !utf8.Valid(text) {
			t.Fatal("accepted text that is not UTF-8")
		}
		if err == strictjson.ErrSyntax && utf8.Valid(text) && json.Valid(text) {
			t.Fatal("rejected JSON")
		}
		if err != nil {
			return
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Token(); err != io.EOF {
			t.Fatal("accepted more than one value")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// BenchmarkDecode decodes a hundred representations.
func BenchmarkDecode(b *testing.B) {
	var body bytes.Buffer
	body.WriteString(`{"query":"query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }","variables":{"r":[{}`)
	for i := range 100 {
		fmt.Fprintf(&body, `,{"__typename":"User","id":"softwareone:User:USR-0000-%04d"}`, i)
	}
	body.WriteString("]}}")
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := strictjson.Decode(body.Bytes(), 10, 10_000); err != nil {
			b.Fatal(err)
		}
	}
}
