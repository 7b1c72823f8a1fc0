package jsonscan_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

type record struct {
	id           string
	name, absent *string
	yes          *bool
	count        *int64
	parts        []string
	raw          string
}

func read(text string) (record, error) {
	var w record
	r := jsonscan.New(text)
	for name := range r.ObjectKeys {
		switch name {
		case "id", "nothing":
			w.id += r.String()
		case "name":
			w.name = r.StringPtr()
		case "absent":
			w.absent = r.StringPtr()
		case "yes":
			w.yes = r.BoolPtr()
		case "count":
			w.count = r.Int64Ptr()
		case "parts":
			for range r.Array {
				w.parts = append(w.parts, r.String())
			}
		case "raw":
			for range r.Array {
				from := r.Offset()
				r.Skip()
				w.raw = text[from:r.Offset()]
			}
		}
	}
	return w, r.End()
}

func TestReader_ReadsValues(t *testing.T) {
	name, yes, count := "Søndergaard \"&\" 😀\n", true, int64(-12)
	want := record{id: "a", name: &name, yes: &yes, count: &count, parts: []string{"x", ""}, raw: `{"a": [1, {}]}`}
	got, err := read(` { "id":"a", "nothing": null, "other": {"id": "b", "list": [true,false,null,1.5e-3,"\u0000"]},
		"name": "S\u00f8ndergaard \"&\" \ud83d\ude00\n", "absent": null, "yes":true ,"count":-12,
		"parts":["x", ""], "raw": [ {"a": [1, {}]} ] } `)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(record{})); diff != "" {
		t.Error(diff)
	}
}

func TestReader_FailsOnOtherKinds(t *testing.T) {
	for _, text := range []string{
		`{"id":1}`, `{"parts":{}}`, `{"parts":[1]}`, `[]`, `"x"`, `1`,
	} {
		if _, err := read(text); !errors.Is(err, jsonscan.ErrKind) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// An optional value of another kind is absent; a number is its text.
func TestReader_SkipsOptionalValuesOfOtherKinds(t *testing.T) {
	for _, text := range []string{
		`{"name":[]}`, `{"name":{"a":"b"}}`, `{"name":true}`, `{"yes":"true"}`, `{"yes":1}`, `{"yes":[true]}`,
		`{"count":"1"}`, `{"count":1.5}`, `{"count":99999999999999999999}`, `{"count":{}}`,
	} {
		got, err := read(strings.TrimSuffix(text, "}") + `,"id":"a"}`)
		if diff := cmp.Diff(record{id: "a"}, got, cmp.AllowUnexported(record{})); diff != "" || err != nil {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
	for _, number := range []string{"7", "-1.5e3"} {
		if got, err := read(`{"name":` + number + `}`); err != nil || got.name == nil || *got.name != number {
			t.Errorf("%s: %v, %v", number, got.name, err)
		}
	}
	for _, text := range []string{`{"name":tru}`, `{"yes":tru}`, `{"count":-}`, `{"name":01}`, `{"name":[}`} {
		if _, err := read(text); !errors.Is(err, jsonscan.ErrSyntax) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Of two members with one name parsers take either one. Those that are not read do not matter.
func TestReader_DuplicateNames(t *testing.T) {
	for text, want := range map[string]error{
		`{"id":"a","name":"b","id":"a"}`:          jsonscan.ErrDuplicate,
		`{"id":null,"id":"a"}`:                    jsonscan.ErrDuplicate,
		`{"id":"a","\u0069d":"b"}`:                jsonscan.ErrDuplicate,
		`{"parts":[],"parts":[]}`:                 jsonscan.ErrDuplicate,
		`{"id":"a","ID":"b","Id":"c"}`:            nil,
		`{"other":1,"other":2,"id":"a"}`:          nil,
		`{"other":{"id":1,"id":2},"id":"a"}`:      nil,
		`{"id":"a","nothing":null,"absent":"id"}`: nil,
		`{"other":{"id":1,"id":2,},"id":"a"}`:     jsonscan.ErrSyntax,
		`{"other":{"id" 1},"id":"a"}`:             jsonscan.ErrSyntax,
		`{"other":{1:1},"id":"a"}`:                jsonscan.ErrSyntax,
	} {
		if _, err := read(text); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
	// More names than most objects have.
	for again, want := range map[string]error{"": nil, `,"a":1`: jsonscan.ErrDuplicate, `,"` + strings.Repeat("a", 40) + `":1`: jsonscan.ErrDuplicate} {
		text := `{"` + strings.Join(strings.Fields(manyNames()), `":1,"`) + `":1` + again + "}"
		r := jsonscan.New(text)
		for range r.ObjectKeys {
			r.Skip()
		}
		if err := r.End(); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", again, err, want)
		}
	}
}

// manyNames returns the names a, aa, and so on, 40 in all.
func manyNames() string {
	var names string
	for i := range 40 {
		names += strings.Repeat("a", i+1) + " "
	}
	return names
}

func TestReader_Unmarshal(t *testing.T) {
	r := jsonscan.New(`{"at": "2025-03-14T09:26:53Z" , "next":1}`)
	var at time.Time
	var next json.RawMessage
	for name := range r.ObjectKeys {
		if name == "at" {
			r.Unmarshal(&at)
		} else {
			r.Unmarshal(&next)
		}
	}
	if err := r.End(); err != nil || at.Year() != 2025 || string(next) != "1" {
		t.Errorf("%v, %s, %v", at, next, err)
	}
	r = jsonscan.New(`"no time"`)
	if r.Unmarshal(&at); r.End() == nil {
		t.Error("the error of UnmarshalJSON is lost")
	}
}

func TestObject(t *testing.T) {
	for text, want := range map[string]bool{`{"a":1}`: true, "null": true, "[]": false, "1": false, "{}{}": false, "": false} {
		n := 0
		err := jsonscan.Object([]byte(text), func(r *jsonscan.Reader) {
			for range r.ObjectKeys {
				n++
			}
		})
		if (err == nil) != want || n != strings.Count(text, "a") {
			t.Errorf("%s: %d members, %v", text, n, err)
		}
	}
}

func TestReader_LimitsDepth(t *testing.T) {
	for depth, want := range map[int]error{100: nil, 101: jsonscan.ErrDepth} {
		r := jsonscan.New(strings.Repeat("[", depth) + strings.Repeat("]", depth))
		r.Skip()
		if err := r.End(); !errors.Is(err, want) {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

func TestReader_ReturnsZeroValuesAfterFail(t *testing.T) {
	r := jsonscan.New(`["a", "b"]`)
	failure := errors.New("enough")
	for range r.Array {
		r.Fail(failure)
	}
	if r.String() != "" || r.StringPtr() != nil || r.BoolPtr() != nil || r.Int64Ptr() != nil || r.IsNull() {
		t.Error("a value was read after Fail")
	}
	if err := r.End(); !errors.Is(err, failure) {
		t.Error(err)
	}
}

// FuzzReader compares the Reader with encoding/json: both accept the same texts
// and read the same strings.
func FuzzReader(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,-0,0.5,1e9,1E+2,2e-3,"x\u00e9\ud834\udd1e\ud834x\/",true,false,null,{}]}`, `"\ud800\u0041"`, `"\udc00"`, "\"\xff\xfe\"",
		`01`, `-`, `1.`, `.5`, `1e`, `+1`, `[1,]`, `{"a":1,}`, `{,}`, `[`, `{"a"`, `{"a":`, `"\x"`, `"\u12"`, "\"\n\"", `tru`, `nul`, "\x00", " \t\r\n1 ", `1 2`, `{"a" 1}`, `{1:2}`, ``,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := jsonscan.New(text)
		r.Skip()
		raw := strings.Trim(text[:r.Offset()], " \t\r\n")
		err := r.End()
		if errors.Is(err, jsonscan.ErrDepth) {
			return
		}
		if (err == nil) != json.Valid([]byte(text)) {
			t.Fatalf("%q: %v", text, err)
		}
		if err != nil {
			return
		}
		if raw != strings.Trim(text, " \t\r\n") {
			t.Fatalf("%q: the value is %q", text, raw)
		}
		var want string
		if raw[0] == '"' && json.Unmarshal([]byte(raw), &want) == nil {
			if got := jsonscan.New(raw).String(); collapse(got) != collapse(want) {
				t.Fatalf("%q is %q, want %q", raw, got, want)
			}
		}
	})
}

// collapse replaces runs of U+FFFD by one: encoding/json writes one for each
// invalid byte.
func collapse(s string) string {
	for strings.Contains(s, "\uFFFD\uFFFD") {
		s = strings.ReplaceAll(s, "\uFFFD\uFFFD", "\uFFFD")
	}
	return s
}

// What a copying Reader returned outlives the text.
func TestReader_Copying(t *testing.T) {
	long := strings.Repeat("long ", 100)
	text := []byte(`["a", "é\n", 12, "", null, "` + long + `", "b"]`)
	r := jsonscan.NewCopying(text)
	var got []string
	for range r.Array {
		s := r.StringPtr()
		if s != nil {
			got = append(got, *s)
		}
	}
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	clear(text)
	if want := []string{"a", "é\n", "12", "", long, "b"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Shared reads equal texts once, and leaves the Reader behind the value like any other read.
func TestShared(t *testing.T) {
	r := jsonscan.New(`[{"a":"x"}, {"a":"y"} ,{"a":"x"}, {"a": "x"}]`)
	var got []*string
	for range r.Array {
		got = append(got, jsonscan.Shared(r, func(value *string, r *jsonscan.Reader) {
			for range r.ObjectKeys {
				*value = r.String()
			}
		}))
	}
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	if len(got) != 4 || *got[0] != "x" || *got[1] != "y" || *got[3] != "x" || got[0] != got[2] || got[0] == got[3] {
		t.Errorf("%v", got)
	}
}

func TestShared_Malformed(t *testing.T) {
	r := jsonscan.New(`[{"a":"x"}, {"a":]`)
	for range r.Array {
		jsonscan.Shared(r, func(_ *string, r *jsonscan.Reader) { r.Skip() })
	}
	if err := r.End(); !errors.Is(err, jsonscan.ErrSyntax) {
		t.Errorf("error %v, want ErrSyntax", err)
	}
}
