package resolvers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// lineLength is how long a line of a told answer may be.
const lineLength = 120

// told is an answer for reading: what fits a line stands on one, and errors are
// in the order of their paths, since the executor has none.
func told(t *testing.T, answer []byte) string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	root, err := parseTold(decoder)
	if err != nil {
		t.Fatalf("not JSON: %s", answer)
	}
	if i := slices.Index(root.keys, "errors"); i >= 0 {
		slices.SortStableFunc(root.values[i].values, func(a, b toldValue) int {
			return strings.Compare(a.member("path"), b.member("path"))
		})
	}
	return root.lines("", 0)
}

// toldValue is a JSON value whose members keep their order.
type toldValue struct {
	open, end string
	keys      []string
	values    []toldValue
	scalar    string
}

func parseTold(decoder *json.Decoder) (toldValue, error) {
	token, err := decoder.Token()
	if err != nil {
		return toldValue{}, err
	}
	open, ok := token.(json.Delim)
	if !ok {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		err := encoder.Encode(token)
		return toldValue{scalar: strings.TrimSpace(text.String())}, err
	}
	v := toldValue{open: open.String(), end: string(open + 2)} // } is two behind {, and ] behind [
	for decoder.More() {
		if open == '{' {
			key, err := decoder.Token()
			if err != nil {
				return v, err
			}
			v.keys = append(v.keys, fmt.Sprint(key))
		}
		value, err := parseTold(decoder)
		if err != nil {
			return v, err
		}
		v.values = append(v.values, value)
	}
	_, err = decoder.Token()
	return v, err
}

// key is what stands before the ith value.
func (v toldValue) key(i int) string {
	if v.keys == nil {
		return ""
	}
	return fmt.Sprintf("%q: ", v.keys[i])
}

// member is the line of one of an object's members, "" where it has none.
func (v toldValue) member(key string) string {
	if i := slices.Index(v.keys, key); i >= 0 {
		return v.values[i].line()
	}
	return ""
}

func (v toldValue) line() string {
	if v.open == "" {
		return v.scalar
	}
	parts := make([]string, len(v.values))
	for i, value := range v.values {
		parts[i] = v.key(i) + value.line()
	}
	return v.open + strings.Join(parts, ", ") + v.end
}

// lines tells the value on one line if it fits behind so many characters.
func (v toldValue) lines(indent string, before int) string {
	if line := v.line(); v.open == "" || len(indent)+before+len(line) <= lineLength {
		return line
	}
	parts := make([]string, len(v.values))
	for i, value := range v.values {
		key := v.key(i)
		parts[i] = indent + "  " + key + value.lines(indent+"  ", len(key))
	}
	return v.open + "\n" + strings.Join(parts, ",\n") + "\n" + indent + v.end
}
