// Package diff compares two exports of one list: who joined, who left, and what changed.
//
// A row that one export may lack because it is not complete is never called joined or left.
package diff

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// Event is what happened to a row.
type Event string

// The events, by the names of identity governance: joiner, mover, leaver.
const (
	Joiner Event = "joiner"
	Mover  Event = "mover"
	Leaver Event = "leaver"
)

// Change is a value that changed.
type Change struct {
	Column string `json:"column"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// Changes are those of one row.
type Changes []Change

// String returns them as one text.
func (c Changes) String() string {
	texts := make([]string, len(c))
	for i, change := range c {
		texts[i] = fmt.Sprintf("%s: %s → %s", change.Column, orNone(change.From), orNone(change.To))
	}
	return strings.Join(texts, "; ")
}

func orNone(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}

// Result is how two exports differ.
type Result struct {
	// Columns are those of Rows.
	Columns []string
	// Rows has one row for each row of the exports that differs.
	Rows   []table.Row
	Report Report
}

// Report sums a result up.
type Report struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	Joiners int    `json:"joiners"`
	Movers  int    `json:"movers"`
	Leavers int    `json:"leavers"`
	// Undecided counts rows that only one export has, where the other may lack rows.
	Undecided int `json:"undecided"`
	// UndecidedParts are the providers and tenants of these rows.
	UndecidedParts []string `json:"undecidedParts,omitempty"`
	// Complete is false if there may be more differences.
	Complete bool `json:"complete"`
	// NotCompared are columns that only one export has.
	NotCompared []string `json:"notCompared,omitempty"`
}

// about are the columns that say what a row is.
var about = []string{"id", "provider", "tenantId", "tenantName", "userId", "email", "login", "name"}

// Compare compares two exports. The error is why they cannot be compared.
func Compare(old, current *File) (*Result, error) {
	if old.kind.Name != current.kind.Name {
		return nil, fmt.Errorf("one file has %s, the other %s", old.kind.Name, current.kind.Name)
	}
	if old.report != nil && current.report != nil && filterOf(old.report) != filterOf(current.report) {
		return nil, fmt.Errorf("the files have different filters: %s and %s", filterOf(old.report), filterOf(current.report))
	}
	c := &comparison{old: old, current: current, undecided: map[string]bool{}}
	c.result = &Result{Columns: []string{"event"}, Report: Report{Version: 1, Kind: old.kind.Name}}
	for _, name := range about {
		if hasColumn(old.kind, name) {
			c.about = append(c.about, name)
		}
	}
	c.result.Columns = append(append(c.result.Columns, c.about...), "changes")
	c.columns()
	for key, i := range current.byKey {
		row := current.rows[i]
		if j, found := old.byKey[key]; found {
			c.compare(old.rows[j], row)
		} else {
			c.add(Joiner, current, row, old.hasAllRows(c.part(current, row)))
		}
	}
	for key, i := range old.byKey {
		if _, found := current.byKey[key]; found {
			continue
		}
		row := old.rows[i]
		provider, tenant := c.part(old, row)
		c.add(Leaver, old, row, current.hasAllRows(provider, tenant) && old.hasAllRows(provider, tenant))
	}
	return c.finish(), nil
}

func filterOf(r *export.Report) string {
	text, err := json.Marshal(r.Filter)
	if err != nil || len(r.Filter) == 0 {
		return "none"
	}
	return string(text)
}

func hasColumn(k export.Kind, name string) bool {
	return slices.ContainsFunc(k.Columns, func(c export.Column) bool { return c.Name == name })
}

// comparison is a comparison in progress.
type comparison struct {
	old, current *File
	about        []string
	compared     []string
	undecided    map[string]bool
	result       *Result
}

// columns finds out which columns are compared.
func (c *comparison) columns() {
	for _, column := range c.old.kind.Columns {
		_, before := c.old.columns[column.Name]
		_, after := c.current.columns[column.Name]
		switch {
		case !column.Compared:
		case before && after:
			c.compared = append(c.compared, column.Name)
		case before != after && len(c.old.columns) > 0 && len(c.current.columns) > 0:
			c.result.Report.NotCompared = append(c.result.Report.NotCompared, column.Name)
		}
	}
}

// part returns the provider and the tenant of a row.
func (c *comparison) part(f *File, row table.Row) (provider, tenant string) {
	return f.value(row, "provider"), f.value(row, "tenantId")
}

// compare compares two states of a row. Values that are missing in one are not compared.
func (c *comparison) compare(before, after table.Row) {
	var changes Changes
	for _, column := range c.compared {
		from, to := c.old.value(before, column), c.current.value(after, column)
		if sameText(from, to) || c.old.isUnread(before, column) || c.current.isUnread(after, column) {
			continue
		}
		changes = append(changes, Change{column, from, to})
	}
	if len(changes) > 0 {
		c.addRow(Mover, c.current, after, changes)
	}
}

// sameText compares texts, of which CSV does not keep the kind of line break.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}

// isUnread reports whether a value may be missing: the row says so, or it says nothing, and
// the value is empty in a file that is not complete.
func (f *File) isUnread(row table.Row, column string) bool {
	if _, found := f.columns[export.UnreadColumn]; found {
		return slices.Contains(strings.Split(f.value(row, export.UnreadColumn), "; "), column)
	}
	return f.value(row, column) == "" && !f.isComplete()
}

// add adds a row that only one file has, unless the other may lack it.
func (c *comparison) add(event Event, f *File, row table.Row, decided bool) {
	if decided {
		c.addRow(event, f, row, nil)
		return
	}
	c.result.Report.Undecided++
	provider, tenant := c.part(f, row)
	c.undecided[strings.TrimSpace(cmp.Or(tenant, provider))] = true
}

func (c *comparison) addRow(event Event, f *File, row table.Row, changes Changes) {
	switch event {
	case Joiner:
		c.result.Report.Joiners++
	case Mover:
		c.result.Report.Movers++
	case Leaver:
		c.result.Report.Leavers++
	}
	cells := table.Row{string(event)}
	for _, name := range c.about {
		var value table.Value
		if text := f.value(row, name); text != "" {
			value = text
		}
		cells = append(cells, value)
	}
	if changes == nil {
		changes = Changes{}
	}
	c.result.Rows = append(c.result.Rows, append(cells, changes))
}

// finish sorts the rows.
func (c *comparison) finish() *Result {
	slices.SortFunc(c.result.Rows, func(a, b table.Row) int {
		for i := range a[:len(a)-1] {
			if order := cmp.Compare(table.TextOf(a[i]), table.TextOf(b[i])); order != 0 {
				return order
			}
		}
		return 0
	})
	for part := range c.undecided {
		c.result.Report.UndecidedParts = append(c.result.Report.UndecidedParts, part)
	}
	slices.Sort(c.result.Report.UndecidedParts)
	c.result.Report.Complete = c.old.isComplete() && c.current.isComplete()
	return c.result
}
