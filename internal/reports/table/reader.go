package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Reader reads the rows of a CSV or NDJSON table.
type Reader struct {
	// Columns are the names of the columns; at NDJSON those of the first row.
	Columns []string
	next    func() (Row, error)
	report  json.RawMessage
}

// maxLine bounds a row of NDJSON, in bytes.
const maxLine = 64 << 20

// NewReader reads the beginning of a table, and finds out its format.
func NewReader(r io.Reader) (*Reader, error) {
	buffered := bufio.NewReader(r)
	if first, _ := buffered.Peek(3); bytes.Equal(first, []byte("\ufeff")) {
		_, _ = buffered.Discard(3)
	}
	first, err := buffered.Peek(1)
	if err != nil {
		return nil, errors.New("the file is empty")
	}
	if first[0] == '{' {
		return newNDJSONReader(buffered)
	}
	return newCSVReader(buffered)
}

// Next returns the next row, with nil for an empty cell of CSV. At the end, the error is
// io.EOF.
func (r *Reader) Next() (Row, error) { return r.next() }

// Report returns the report of a table that has been read to its end, nil if the table
// contains none.
func (r *Reader) Report() json.RawMessage { return r.report }

func newCSVReader(r io.Reader) (*Reader, error) {
	records := csv.NewReader(r)
	columns, err := records.Read()
	if err != nil {
		return nil, fmt.Errorf("it is neither CSV nor NDJSON: %w", err)
	}
	return &Reader{Columns: columns, next: func() (Row, error) {
		record, err := records.Read()
		if err != nil {
			return nil, err
		}
		row := make(Row, len(record))
		for i, text := range record {
			if text != "" {
				row[i] = UnescapeFormula(text)
			}
		}
		return row, nil
	}}, nil
}

func newNDJSONReader(r io.Reader) (*Reader, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	reader := &Reader{}
	first, err := reader.object(lines)
	if err != nil && err != io.EOF {
		return nil, err
	}
	for _, field := range first {
		reader.Columns = append(reader.Columns, field.name)
	}
	reader.next = func() (Row, error) {
		fields := first
		if first == nil {
			if fields, err = reader.object(lines); err != nil {
				return nil, err
			}
		}
		first = nil
		return reader.row(fields)
	}
	return reader, nil
}

// field is a member of an object.
type field struct {
	name  string
	value Value
}

// object reads a line. At the report, and at the end, the error is io.EOF.
func (r *Reader) object(lines *bufio.Scanner) ([]field, error) {
	if !lines.Scan() {
		if err := lines.Err(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	var report map[string]json.RawMessage
	line := lines.Bytes()
	if err := json.Unmarshal(line, &report); err != nil {
		return nil, fmt.Errorf("a line is not an object: %w", err)
	}
	if len(report) == 1 && report[reportKey] != nil {
		r.report = bytes.Clone(report[reportKey])
		return nil, io.EOF
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	_, _ = decoder.Token()
	var fields []field
	for decoder.More() {
		name, _ := decoder.Token()
		var value any
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		fields = append(fields, field{name.(string), cell(value)})
	}
	return fields, nil
}

// cell returns a decoded value as a cell.
func cell(v any) Value {
	list, isList := v.([]any)
	if !isList {
		return v
	}
	elements := make([]string, len(list))
	for i, element := range list {
		elements[i] = fmt.Sprint(element)
	}
	return elements
}

func (r *Reader) row(fields []field) (Row, error) {
	if len(fields) != len(r.Columns) {
		return nil, errors.New("its rows have different columns")
	}
	row := make(Row, len(fields))
	for i, f := range fields {
		if f.name != r.Columns[i] {
			return nil, errors.New("its rows have different columns: " + strings.Join([]string{f.name, r.Columns[i]}, ", "))
		}
		row[i] = f.value
	}
	return row, nil
}
