package query

import (
	"encoding/json"
	"strconv"
)

// Incomplete returns the paths of the objects in the data that say `complete: false`.
func Incomplete(data json.RawMessage) []string { return incomplete(nil, "", data) }

func incomplete(paths []string, path string, value json.RawMessage) []string {
	join := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	if rows, ok := elements(value); ok {
		for i, row := range rows {
			paths = incomplete(paths, join(strconv.Itoa(i)), row)
		}
		return paths
	}
	for _, m := range members(value) {
		if m.Name == "complete" && string(m.Value) == "false" {
			paths = append(paths, path)
			continue
		}
		paths = incomplete(paths, join(m.Name), m.Value)
	}
	return paths
}

// IsEmpty reports whether every root field of the data is null.
func IsEmpty(data json.RawMessage) bool {
	all := members(data)
	for _, m := range all {
		if !isNull(m.Value) {
			return false
		}
	}
	return len(all) > 0
}
