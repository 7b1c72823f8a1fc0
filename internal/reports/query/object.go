package query

import (
	"bytes"
	"encoding/json"
)

// Member is a member of an object.
type Member struct {
	Name  string
	Value json.RawMessage
}

// members returns the members of an object in their order, and nil for any other value.
func members(value json.RawMessage) []Member {
	decoder := json.NewDecoder(bytes.NewReader(value))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil
	}
	var all []Member
	for decoder.More() {
		name, err := decoder.Token()
		m := Member{}
		if err != nil || decoder.Decode(&m.Value) != nil {
			return nil
		}
		m.Name, _ = name.(string)
		all = append(all, m)
	}
	return all
}

// elements returns the elements of a list; ok is false for any other value.
func elements(value json.RawMessage) (all []json.RawMessage, ok bool) {
	if value = bytes.TrimSpace(value); len(value) == 0 || value[0] != '[' {
		return nil, false
	}
	return all, json.Unmarshal(value, &all) == nil
}

// isNull reports whether a value is null.
func isNull(value json.RawMessage) bool { return string(bytes.TrimSpace(value)) == "null" }
