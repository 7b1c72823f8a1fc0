package diff

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// File is an export that was read.
type File struct {
	kind    export.Kind
	columns map[string]int
	rows    []table.Row
	// byKey has the index of each row.
	byKey map[string]int
	// report is nil if it is not known what the file lacks.
	report *export.Report
}

// ErrNoReport is the result for a file of which it is not known whether it is complete: it
// has no report, or the report is that of another file.
var ErrNoReport = errors.New("it is not known whether the file is complete, because its report is missing or is that of another file")

// Read reads an export, and its report if there is one. It returns a file together with
// ErrNoReport.
func Read(path, reportPath string) (*File, error) {
	opened, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	sum := sha256.New()
	reader, err := table.NewReader(io.TeeReader(opened, sum))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := &File{columns: map[string]int{}, byKey: map[string]int{}}
	for i, name := range reader.Columns {
		f.columns[name] = i
	}
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		f.rows = append(f.rows, row)
	}
	if _, err := io.Copy(sum, opened); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.report = readReport(reader.Report(), reportPath, hex.EncodeToString(sum.Sum(nil)))
	if err := f.identify(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if f.report == nil {
		return f, ErrNoReport
	}
	return f, nil
}

// readReport decodes the report that a file contains, or that is beside it and has its
// checksum.
func readReport(contained json.RawMessage, path, sum string) *export.Report {
	text := contained
	if text == nil {
		var err error
		if text, err = os.ReadFile(path); err != nil {
			return nil
		}
	}
	report := new(export.Report)
	if json.Unmarshal(text, report) != nil || contained == nil && report.SHA256 != sum {
		return nil
	}
	return report
}

// identify finds out what the rows are.
func (f *File) identify() error {
	kinds := export.Kinds()
	i := slices.IndexFunc(kinds, func(k export.Kind) bool {
		if f.report != nil {
			return k.Name == f.report.Kind
		}
		return f.hasColumnsOf(k)
	})
	switch {
	case i >= 0:
		f.kind = kinds[i]
	case len(f.rows) == 0 && len(f.columns) == 0 && f.report == nil:
		return errors.New("it is empty")
	default:
		return errors.New("it is no export of a known kind")
	}
	key, found := f.columns[f.kind.Key]
	if !found && len(f.rows) > 0 {
		return fmt.Errorf("it lacks the column %s, which identifies a row", f.kind.Key)
	}
	for i, row := range f.rows {
		f.byKey[table.TextOf(row[key])] = i
	}
	return nil
}

// pageColumns are those that a file of the page /access has beside those of an export: whether
// the file has everything, and what it lacks.
var pageColumns = []string{"complete", "missing"}

// hasColumnsOf reports whether the columns are those of a kind. The column of tenants tells
// memberships from users, and that of providers people.
func (f *File) hasColumnsOf(k export.Kind) bool {
	known := map[string]bool{}
	for _, c := range k.Columns {
		known[c.Name] = true
	}
	for name := range f.columns {
		if !known[name] && !slices.Contains(pageColumns, name) {
			return false
		}
	}
	for _, telling := range []string{"tenantId", "providers"} {
		if _, found := f.columns[telling]; found != known[telling] {
			return false
		}
	}
	return len(f.columns) > 0
}

// value returns a value of a row as text, "" if the file has no such column.
func (f *File) value(row table.Row, column string) string {
	i, found := f.columns[column]
	if !found {
		return ""
	}
	return table.TextOf(row[i])
}

// hasAllRows reports whether no row is missing in a part of the list: that of a tenant, of a
// provider if tenant is "", or else the whole list.
func (f *File) hasAllRows(provider, tenant string) bool {
	if f.report == nil {
		return false
	}
	if provider == "" {
		return !slices.ContainsFunc(f.report.Providers, func(p *export.ProviderState) bool { return p.MissingRows })
	}
	i := slices.IndexFunc(f.report.Providers, func(p *export.ProviderState) bool { return p.Name == provider })
	if i < 0 {
		return false
	}
	state := f.report.Providers[i]
	if tenant == "" {
		return !state.MissingRows
	}
	j := slices.IndexFunc(state.Tenants, func(t *export.TenantState) bool { return t.ID == tenant })
	if j < 0 {
		return !state.MissingTenants
	}
	return !state.Tenants[j].MissingRows
}

// isComplete reports whether every value of the file is known.
func (f *File) isComplete() bool { return f.report != nil && f.report.Complete }
