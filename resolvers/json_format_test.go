package resolvers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// maxLine bounds a line of formatted JSON.
const maxLine = 120

// formatJSON formats a response for reading: what fits into a line is one line. It
// sorts the errors by path, because the executor adds them in any order.
func formatJSON(t *testing.T, response []byte) string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(response))
	decoder.UseNumber()
	root, err := decodeOrdered(decoder)
	if err != nil {
		t.Fatalf("not JSON: %s", response)
	}
	if i := slices.Index(root.keys, "errors"); i >= 0 {
		slices.SortStableFunc(root.values[i].values, func(a, b orderedValue) int {
			return strings.Compare(a.member("path"), b.member("path"))
		})
	}
	return root.format("", 0)
}

// orderedValue is a JSON value whose object members keep their order.
type orderedValue struct {
	open, end string
	keys      []string
	values    []orderedValue
	scalar    string
}

func decodeOrdered(decoder *json.Decoder) (orderedValue, error) {
	token, err := decoder.Token()
	if err != nil {
		return orderedValue{}, err
	}
	open, ok := token.(json.Delim)
	if !ok {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		err := encoder.Encode(token)
		return orderedValue{scalar: strings.TrimSpace(text.String())}, err
	}
	v := orderedValue{open: open.String(), end: string(open + 2)} // } is two code points after {, and ] after [
	for decoder.More() {
		if open == '{' {
			key, err := decoder.Token()
			if err != nil {
				return v, err
			}
			v.keys = append(v.keys, fmt.Sprint(key))
		}
		value, err := decodeOrdered(decoder)
		if err != nil {
			return v, err
		}
		v.values = append(v.values, value)
	}
	_, err = decoder.Token()
	return v, err
}

// key is the text before the value with this index.
func (v orderedValue) key(i int) string {
	if v.keys == nil {
		return ""
	}
	return fmt.Sprintf("%q: ", v.keys[i])
}

// member returns the value of an object member on one line, "" without it.
func (v orderedValue) member(key string) string {
	if i := slices.Index(v.keys, key); i >= 0 {
		return v.values[i].line()
	}
	return ""
}

func (v orderedValue) line() string {
	if v.open == "" {
		return v.scalar
	}
	parts := make([]string, len(v.values))
	for i, value := range v.values {
		parts[i] = v.key(i) + value.line()
	}
	return v.open + strings.Join(parts, ", ") + v.end
}

// format returns the value on one line if it fits after column characters, and on
// several indented lines otherwise.
func (v orderedValue) format(indent string, column int) string {
	if line := v.line(); v.open == "" || len(indent)+column+len(line) <= maxLine {
		return line
	}
	parts := make([]string, len(v.values))
	for i, value := range v.values {
		key := v.key(i)
		parts[i] = indent + "  " + key + value.format(indent+"  ", len(key))
	}
	return v.open + "\n" + strings.Join(parts, ",\n") + "\n" + indent + v.end
}
