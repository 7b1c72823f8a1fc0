// Package table writes rows in several formats, one after another, and reads them again.
//
// It knows nothing of what the rows are.
package table

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Value is a cell: nil for none, a string, a bool, an int, or a []string.
type Value any

// Row has a value for each column.
type Row []Value

// Writer writes a table: Row for each row, then Close.
type Writer interface {
	// Row writes a row. It may be written with a later one.
	Row(Row) error
	// Close writes what ends the table, with a value that describes it. It does not close
	// the underlying writer.
	Close(report any) error
}

// Format names a format.
type Format string

// The formats.
const (
	CSV      Format = "csv"
	NDJSON   Format = "ndjson"
	JSON     Format = "json"
	Markdown Format = "markdown"
	// Text is aligned columns, for a terminal. It holds all rows in memory.
	Text Format = "table"
)

// HoldsReport reports whether a table of this format contains the report.
func (f Format) HoldsReport() bool { return f == NDJSON || f == JSON }

// NewWriter returns a writer of a format.
func NewWriter(f Format, w io.Writer, columns []string) (Writer, error) {
	switch f {
	case CSV:
		return newCSV(w, columns)
	case NDJSON:
		return &ndjsonWriter{w, keys(columns)}, nil
	case JSON:
		return &jsonWriter{w: w, keys: keys(columns)}, nil
	case Markdown:
		return newMarkdown(w, columns)
	case Text:
		return &textWriter{w: w, rows: []Row{header(columns)}}, nil
	}
	return nil, fmt.Errorf("there is no format %q", f)
}

// header returns the names of columns as a row.
func header(columns []string) Row {
	row := make(Row, len(columns))
	for i, name := range columns {
		row[i] = name
	}
	return row
}

// listSeparator separates the elements of a list in one cell.
const listSeparator = "; "

// TextOf returns a value as one text, "" for none.
func TextOf(v Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, listSeparator)
	}
	return fmt.Sprint(v)
}

// SortedList returns a list as a value, in order, so that equal sets are equal values.
func SortedList(elements []string) Value {
	sorted := slices.Clone(elements)
	slices.Sort(sorted)
	if sorted == nil {
		sorted = []string{}
	}
	return sorted
}

// keys returns the columns as keys of a JSON object.
func keys(columns []string) [][]byte {
	all := make([][]byte, len(columns))
	for i, name := range columns {
		all[i] = marshal(name)
	}
	return all
}

// marshal encodes a value that is known to be valid JSON, on one line.
func marshal(v any) []byte {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return []byte("null")
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}
