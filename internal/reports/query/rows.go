// Package query finds the rows in the data of a response to any document, and what is
// missing in it.
//
// It knows how a response is built, and no field of the schema but those of connections.
package query

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// list is a list of objects, at the path of its field.
type list struct {
	path string
	rows []json.RawMessage
}

// Rows returns the objects of the list at a path such as "users.nodes", without the nulls of
// objects that could not be read. For "", it is the only list of the data that is in no other
// list.
func Rows(data json.RawMessage, path string) ([]json.RawMessage, error) {
	lists := findLists(nil, "", data)
	var paths []string
	for _, l := range lists {
		if l.path == path || path == "" && len(lists) == 1 {
			return slices.DeleteFunc(l.rows, isNull), nil
		}
		paths = append(paths, l.path)
	}
	switch {
	case len(lists) == 0:
		return nil, fmt.Errorf("the response has no list of objects; --format json prints it")
	case path == "":
		return nil, fmt.Errorf("the response has several lists; --rows names one: %s", strings.Join(paths, ", "))
	}
	return nil, fmt.Errorf("the response has no list %q, but %s", path, strings.Join(paths, ", "))
}

// findLists appends the lists of objects in a value. A list that holds only nulls, or nothing,
// may be one.
func findLists(lists []list, path string, value json.RawMessage) []list {
	for _, m := range members(value) {
		at := m.Name
		if path != "" {
			at = path + "." + m.Name
		}
		rows, ok := elements(m.Value)
		if !ok {
			lists = findLists(lists, at, m.Value)
			continue
		}
		if !slices.ContainsFunc(rows, func(row json.RawMessage) bool { return members(row) == nil && !isNull(row) && string(row) != "{}" }) {
			lists = append(lists, list{at, rows})
		}
	}
	return lists
}

// Table returns rows as a table. An object within a row has a column for each of its members; a
// connection, or a list of objects, is one cell.
func Table(rows []json.RawMessage) (columns []string, cells []table.Row) {
	index := map[string]int{}
	flat := make([][]Member, len(rows))
	for i, row := range rows {
		flat[i] = flatten(nil, "", row)
		for _, m := range flat[i] {
			if _, known := index[m.Name]; !known {
				index[m.Name] = len(columns)
				columns = append(columns, m.Name)
			}
		}
	}
	// Where an object is null in one row, its members have columns of their own.
	columns = slices.DeleteFunc(columns, func(name string) bool {
		return slices.ContainsFunc(columns, func(other string) bool { return strings.HasPrefix(other, name+".") })
	})
	for _, row := range flat {
		cell := make(table.Row, len(columns))
		for _, m := range row {
			if i := slices.Index(columns, m.Name); i >= 0 {
				cell[i] = cellOf(m.Value)
			}
		}
		cells = append(cells, cell)
	}
	return columns, cells
}

// flatten appends the members of an object, with their paths as names. An edge is its node.
func flatten(all []Member, path string, value json.RawMessage) []Member {
	for _, m := range members(value) {
		name := path + m.Name
		if inner := members(m.Value); inner != nil && !isConnection(inner) {
			all = flatten(all, name+".", m.Value)
			continue
		}
		all = append(all, Member{name, m.Value})
	}
	return all
}

func isConnection(object []Member) bool {
	return slices.ContainsFunc(object, func(m Member) bool { return m.Name == "nodes" || m.Name == "edges" })
}

// cellOf returns a value as a cell: a list of scalars as a list, and what is no scalar as JSON.
func cellOf(value json.RawMessage) table.Value {
	var text string
	var texts []string
	switch {
	case isNull(value):
		return nil
	case json.Unmarshal(value, &text) == nil:
		return text
	case json.Unmarshal(value, &texts) == nil:
		return texts
	}
	return string(value)
}
