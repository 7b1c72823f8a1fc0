package jsonscan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// elements returns the texts of the elements that ForEachElement reads, and the number of those
// within an array or object.
func elements(stream io.Reader) (all []string, err error) {
	err = jsonscan.ForEachElement(stream, func(r *jsonscan.Reader) {
		inside := 0
		switch {
		case r.IsArray():
			for range r.Array {
				inside++
			}
		case r.IsObject():
			for range r.ObjectKeys {
				inside++
			}
		default:
			text, _ := r.Scalar()
			all = append(all, strings.Clone(text))
			return
		}
		all = append(all, fmt.Sprint(inside))
	})
	return all, err
}

// decodedElements returns the same by encoding/json.
func decodedElements(text string) ([]string, error) {
	var values []json.RawMessage
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		return nil, err
	}
	var all []string
	for _, raw := range values {
		var array []json.RawMessage
		var object map[string]json.RawMessage
		var s string
		switch {
		case raw[0] == '[' && json.Unmarshal(raw, &array) == nil:
			s = fmt.Sprint(len(array))
		case raw[0] == '{' && json.Unmarshal(raw, &object) == nil:
			s = fmt.Sprint(len(object))
		case raw[0] == '"':
			_ = json.Unmarshal(raw, &s)
		case string(raw) != "null":
			s = string(raw)
		}
		all = append(all, s)
	}
	return all, nil
}

func TestForEachElement_Streams(t *testing.T) {
	long := `{"text":"` + strings.Repeat(`[\"{,`, 20_000) + `"}`
	for _, text := range []string{
		`[]`, " [ ] \n", `[1]`, `[1, "a,]b\\" , null,true ]`, `[{"a":[1,{"b":"}"}]},[[]]]`, `[` + long + `,2,` + long + `]`,
	} {
		want, err := decodedElements(text)
		if err != nil {
			t.Fatal(err)
		}
		for name, stream := range map[string]io.Reader{
			"at once": strings.NewReader(text), "by bytes": iotest.OneByteReader(strings.NewReader(text)),
			"with the end": iotest.DataErrReader(strings.NewReader(text)),
		} {
			if got, err := elements(stream); err != nil || !slices.Equal(got, want) {
				t.Errorf("%.40s, %s: %.100q, %v", text, name, got, err)
			}
		}
	}
}

func TestForEachElement_Errors(t *testing.T) {
	broken := errors.New("broken")
	for _, text := range []string{``, `[1`, `[1,`, `["a`, `[{"a":1}`} {
		stream := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
		if _, err := elements(stream); !errors.Is(err, broken) {
			t.Errorf("%s: %v, want the error of the stream", text, err)
		}
	}
	for _, text := range []string{`null`, `{}`, `1`} {
		if _, err := elements(strings.NewReader(text)); !errors.Is(err, jsonscan.ErrKind) {
			t.Errorf("%s: %v, want ErrKind", text, err)
		}
	}
}

// FuzzForEachElement compares with encoding/json.
func FuzzForEachElement(f *testing.F) {
	for _, text := range []string{
		`[]`, `[1,2]`, `[1,]`, `[,1]`, `[1 2]`, `[}]`, `[{]}]`, `["\u00e9", {"a":[]}]`, `[1]]`, "[1]\x00", `[1`, `[""x]`, `[tru e]`, `[1] `,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, invalid := decodedElements(text)
		got, err := elements(iotest.HalfReader(strings.NewReader(text)))
		if errors.Is(err, jsonscan.ErrDepth) || strings.TrimSpace(text) == "null" {
			return
		}
		if (err == nil) != (invalid == nil) {
			t.Fatalf("%q: %v; encoding/json: %v", text, err, invalid)
		}
		if err == nil && len(got) != len(want) {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
	})
}
