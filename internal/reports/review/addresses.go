package review

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// ReadAddresses reads a file with one address a line, or CSV with a column of addresses,
// with a header or without. Case, spaces around an address, and a byte order mark are
// ignored; repeated addresses count once. The error names the line that has no address.
func ReadAddresses(r io.Reader) ([]string, error) {
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
	column, header := addressColumn(records)
	if header {
		records, lines = records[1:], lines[1:]
	}
	var addresses []string
	seen := map[string]bool{}
	for i, record := range records {
		address, ok := "", column < len(record)
		if ok {
			address, ok = parseAddress(record[column])
		}
		if !ok {
			return nil, fmt.Errorf("line %d has no address", lines[i])
		}
		if key := strings.ToLower(address); !seen[key] {
			seen[key] = true
			addresses = append(addresses, address)
		}
	}
	if len(addresses) == 0 {
		return nil, errors.New("it has no addresses")
	}
	return addresses, nil
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

// addressColumn returns the column of addresses: the one that the header calls so, else the
// first one with an address. header reports whether the first record is a header, which has no
// @.
func addressColumn(records [][]string) (column int, header bool) {
	for i, cell := range records[0] {
		name := strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.TrimSpace(cell)))
		if slices.Contains([]string{"email", "emailaddress", "mail", "workemail", "userprincipalname", "upn"}, name) {
			return i, true
		}
	}
	for row, record := range records[:min(len(records), 2)] {
		for i, cell := range record {
			if _, ok := parseAddress(cell); ok {
				return i, row > 0
			}
		}
		if slices.ContainsFunc(record, func(cell string) bool { return strings.Contains(cell, "@") }) {
			break // it is no header
		}
	}
	return 0, false
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
