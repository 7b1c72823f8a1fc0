package upstream_test

import (
	"encoding/json"
	"testing"

	"github.com/accountgraph/accountgraph/internal/upstream"
)

// FuzzUnmarshalText decodes what encoding/json decodes, to the same text.
func FuzzUnmarshalText(f *testing.F) {
	for _, raw := range []string{
		`"plain"`, `"é"`, `"\u00e9\n"`, `""`, `"`, `"a"b"`, "\"\xff\"", "\"\t\"", `null`, `true`, `false`, `truth`, `-1.5e3`, `1e999`, `01`, `{}`, `[]`, ` "a" `, ``, ` `,
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var decoded any
		valid := json.Unmarshal(raw, &decoded) == nil
		want, isString := decoded.(string)
		var got string
		if err := upstream.UnmarshalString(raw, &got); (err == nil) != (valid && isString) || err == nil && got != want {
			t.Errorf("UnmarshalString(%q): %q, %v; encoding/json has %v", raw, got, err, decoded)
		}
		text, ok := upstream.UnmarshalText(raw)
		switch decoded.(type) {
		case string:
			if !ok || text != want {
				t.Errorf("UnmarshalText(%q): %q, %t; encoding/json has %q", raw, text, ok, want)
			}
		case float64, bool:
			if !ok || text == "" {
				t.Errorf("UnmarshalText(%q): %q, %t; encoding/json has %v", raw, text, ok, decoded)
			}
		default:
			if ok {
				t.Errorf("UnmarshalText(%q): %q; encoding/json has %v", raw, text, decoded)
			}
		}
	})
}

func BenchmarkUnmarshalText(b *testing.B) {
	raw := []byte(`"person121@globex.example"`)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := upstream.UnmarshalText(raw); !ok {
			b.Fatal("not decoded")
		}
	}
}
