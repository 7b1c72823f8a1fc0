package review

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// Addresses are those of a file.
type Addresses struct {
	// List has each address once, in the order of the file.
	List []string
	// Column describes the column that they are from: its number, with its header if it has one.
	Column string
}

// ReadAddresses reads a file with one address a line, or CSV with a column of addresses,
// with a header or without. column is the header of the column or its number, from 1; "" looks
// for it, and is an error where more than one may be meant. Case, spaces around an address, and a
// byte order mark are ignored; repeated addresses count once. The error names the line that has
// no address.
func ReadAddresses(r io.Reader, column string) (*Addresses, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	records, lines, err := readRecords(string(text))
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, errors.New("it has no addresses")
	}
	var header []string
	if isHeader(records) {
		header, records, lines = records[0], records[1:], lines[1:]
	}
	at, err := addressColumn(header, records, column)
	if err != nil {
		return nil, err
	}
	found := &Addresses{Column: columnName(header, at)}
	seen := map[string]bool{}
	for i, record := range records {
		address, ok := "", at < len(record)
		if ok {
			address, ok = parseAddress(record[at])
		}
		if !ok {
			return nil, fmt.Errorf("line %d has no address in %s", lines[i], found.Column)
		}
		if key := strings.ToLower(address); !seen[key] {
			seen[key] = true
			found.List = append(found.List, address)
		}
	}
	if len(found.List) == 0 {
		return nil, errors.New("it has no addresses")
	}
	return found, nil
}

// readRecords reads the lines that are not empty, separated by what separates the first
// one, with their numbers.
func readRecords(text string) (records [][]string, lines []int, err error) {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n \t"), "\n")
	reader := csv.NewReader(strings.NewReader(text))
	reader.FieldsPerRecord, reader.LazyQuotes, reader.TrimLeadingSpace = -1, true, true
	for _, separator := range ";\t" {
		if strings.ContainsRune(first, separator) && strings.Count(first, string(separator)) > strings.Count(first, ",") {
			reader.Comma = separator
		}
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return records, lines, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("it cannot be read as CSV: %w", err)
		}
		if slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
			line, _ := reader.FieldPos(0)
			records, lines = append(records, record), append(lines, line)
		}
	}
}

// isHeader reports whether the first record is a header: it has no @, and it is a name of a column
// of addresses, or the next record has an address.
func isHeader(records [][]string) bool {
	if slices.ContainsFunc(records[0], func(cell string) bool { return strings.Contains(cell, "@") }) {
		return false
	}
	return slices.ContainsFunc(records[0], isAddressHeader) || len(records) > 1 && slices.ContainsFunc(records[1], isAddress)
}

// isAddressHeader reports whether a header says that its column has addresses.
func isAddressHeader(cell string) bool {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, cell)
	return letters == "upn" || strings.Contains(letters, "mail") || strings.Contains(letters, "userprincipalname")
}

// addressColumn returns the column with a header or number, or else the one of addresses: the
// only one with addresses, or of several the only one that the header calls so.
func addressColumn(header []string, records [][]string, wanted string) (int, error) {
	if wanted != "" {
		return wantedColumn(header, records, wanted)
	}
	named, filled := []int{}, []int{}
	for i, cell := range header {
		if isAddressHeader(cell) {
			named = append(named, i)
		}
	}
	for _, record := range records {
		for i, cell := range record {
			if isAddress(cell) && !slices.Contains(filled, i) {
				filled = append(filled, i)
			}
		}
	}
	slices.Sort(filled)
	switch {
	case len(filled) == 0 && len(named) > 0:
		return named[0], nil
	case len(filled) == 0:
		return 0, nil
	case len(filled) == 1 && (len(named) == 0 || slices.Contains(named, filled[0])):
		return filled[0], nil
	case len(named) == 1 && slices.Contains(filled, named[0]):
		return named[0], nil
	}
	for _, i := range named {
		if !slices.Contains(filled, i) {
			filled = append(filled, i)
		}
	}
	slices.Sort(filled)
	var names []string
	for _, i := range filled {
		names = append(names, columnName(header, i))
	}
	return 0, fmt.Errorf("more than one column may be that of the leavers: %s; --column names one", strings.Join(names, ", "))
}

// wantedColumn returns the column that the caller named.
func wantedColumn(header []string, records [][]string, wanted string) (int, error) {
	var found []int
	var all []string
	for i, cell := range header {
		all = append(all, columnName(header, i))
		if strings.EqualFold(strings.TrimSpace(cell), strings.TrimSpace(wanted)) {
			found = append(found, i)
		}
	}
	width := len(header)
	for _, record := range records {
		width = max(width, len(record))
	}
	number, err := strconv.Atoi(wanted)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return 0, fmt.Errorf("%d columns are called %q; --column accepts a number", len(found), wanted)
	case err == nil && number >= 1 && number <= width:
		return number - 1, nil
	case len(header) == 0:
		return 0, fmt.Errorf("there is no column %q; it has %d columns without a header", wanted, width)
	}
	return 0, fmt.Errorf("there is no column %q, but %s", wanted, strings.Join(all, ", "))
}

// columnName describes a column by its number, from 1, and its header.
func columnName(header []string, i int) string {
	if i >= len(header) || strings.TrimSpace(header[i]) == "" {
		return fmt.Sprintf("column %d", i+1)
	}
	return fmt.Sprintf("column %d (%s)", i+1, table.Printable(strings.TrimSpace(header[i])))
}

func isAddress(cell string) bool {
	_, ok := parseAddress(cell)
	return ok
}

// parseAddress returns an address without spaces around it, and without a name before it.
func parseAddress(cell string) (string, bool) {
	address := strings.TrimSpace(table.UnescapeFormula(strings.TrimSpace(cell)))
	if parsed, err := mail.ParseAddress(address); err == nil && strings.HasSuffix(address, ">") {
		address = parsed.Address
	}
	at := strings.LastIndexByte(address, '@')
	return address, at > 0 && at < len(address)-1 && !strings.ContainsAny(address, " \t\r\n,;<>")
}
