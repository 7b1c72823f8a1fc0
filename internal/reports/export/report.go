package export

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// Report says what an export contains, and what is missing.
type Report struct {
	Version int            `json:"version"`
	Kind    string         `json:"kind"`
	Filter  map[string]any `json:"filter,omitempty"`
	Columns []string       `json:"columns"`
	// StartedAt and FinishedAt are when the list was read.
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt"`
	Rows       int       `json:"rows"`
	// Complete is false if rows or values may be missing.
	Complete  bool             `json:"complete"`
	Providers []*ProviderState `json:"providers"`
	// SHA256 is that of the file, of a format that does not contain the report.
	SHA256 string `json:"sha256,omitempty"`
}

// ProviderState is what was read of one provider.
type ProviderState struct {
	Name   string `json:"name"`
	Vendor string `json:"vendor"`
	Part
	// MissingTenants is set if tenants may be missing.
	MissingTenants bool `json:"missingTenants,omitempty"`
	// Tenants are those whose members were read.
	Tenants []*TenantState `json:"tenants,omitempty"`
	// UnreadableTenants are ids of tenants that the vendor names, and that the credential
	// may not read.
	UnreadableTenants []string `json:"unreadableTenants,omitempty"`
}

// TenantState is what was read of one tenant.
type TenantState struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Part
}

// Part is what was read of a part of the list.
type Part struct {
	// Complete is false if rows or values may be missing.
	Complete bool `json:"complete"`
	// MissingRows is set if rows may be missing, instead of only values.
	MissingRows bool `json:"missingRows,omitempty"`
	Rows        int  `json:"rows"`
	// Total is the number of rows as the graph says; absent if it does not.
	Total *int `json:"total,omitempty"`
	// UnreadRows and UnreadValues count what is known to be missing.
	UnreadRows   int `json:"unreadRows,omitempty"`
	UnreadValues int `json:"unreadValues,omitempty"`
	// OldestData is when the oldest of the rows was read from the vendor.
	OldestData *time.Time `json:"oldestData,omitempty"`
	Problems   []*Problem `json:"problems,omitempty"`
}

// Problem is a kind of error, with the message of the first of them.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Count   int    `json:"count"`
}

// The codes of problems that are not errors of the API.
const (
	codeUnreachable = "UNREACHABLE"
	codeHidden      = "HIDDEN"
	codeShort       = "ROWS_MISSING"
)

// fail records why the part is not complete.
func (p *Part) fail(code, message string) {
	p.Complete = false
	for _, known := range p.Problems {
		if known.Code == code {
			known.Count++
			return
		}
	}
	p.Problems = append(p.Problems, &Problem{code, message, 1})
}

// failWith records that rows could not be read.
func (p *Part) failWith(err *client.RequestError) {
	p.MissingRows = true
	code := err.Code
	if code == "" {
		code = codeUnreachable
	}
	p.fail(code, err.Message)
}

func (p *Part) age(readAt *time.Time) {
	if readAt != nil && (p.OldestData == nil || readAt.Before(*p.OldestData)) {
		p.OldestData = readAt
	}
}

// close compares the number of rows with the total.
func (p *Part) close() {
	if missing := p.missing(); missing > 0 && p.Complete {
		p.MissingRows = true
		p.fail(codeShort, fmt.Sprintf("the list has %d rows more than could be read; it may have changed meanwhile", missing))
	}
}

func (p *Part) missing() int {
	if p.Total == nil {
		return 0
	}
	return max(0, *p.Total-p.Rows-p.UnreadRows)
}

// add adds the numbers of a tenant to those of its provider.
func (p *ProviderState) add(t *TenantState) {
	p.Complete = p.Complete && t.Complete
	p.MissingRows = p.MissingRows || t.MissingRows
	p.Rows += t.Rows
	p.UnreadRows += t.UnreadRows
	p.UnreadValues += t.UnreadValues
	p.age(t.OldestData)
}

// finish sets what follows from the providers.
func (r *Report) finish(now time.Time) {
	r.FinishedAt, r.Complete = now.UTC(), true
	for _, p := range r.Providers {
		r.Complete = r.Complete && p.Complete
	}
}

// maxListed bounds the tenants of a provider that WriteSummary names.
const maxListed = 5

// WriteSummary writes, for people, how many rows there are and what is missing.
func (r *Report) WriteSummary(w io.Writer) {
	for _, p := range r.Providers {
		fmt.Fprintf(w, "%s: %d rows, %s\n", p.Name, p.Rows, p.describe())
		bad := slices.DeleteFunc(slices.Clone(p.Tenants), func(t *TenantState) bool { return t.Complete })
		for _, t := range bad[:min(len(bad), maxListed)] {
			fmt.Fprintf(w, "  %s %s: %d rows, %s\n", t.ID, table.Printable(t.Name), t.Rows, t.describe())
		}
		if more := len(bad) - maxListed; more > 0 {
			fmt.Fprintf(w, "  and %d more tenants that are not complete\n", more)
		}
		if len(p.UnreadableTenants) > 0 {
			fmt.Fprintf(w, "  not in it, because the credential may not read them: %s\n", table.Printable(strings.Join(p.UnreadableTenants, ", ")))
		}
	}
	state := "complete"
	if !r.Complete {
		state = "NOT COMPLETE: rows or values are missing"
	}
	fmt.Fprintf(w, "%d rows in all; %s\n", r.Rows, state)
}

func (p *Part) describe() string {
	if p.Complete {
		return "complete"
	}
	text := "NOT COMPLETE"
	if p.UnreadRows > 0 {
		text += fmt.Sprintf(", %d rows could not be read", p.UnreadRows)
	}
	if p.UnreadValues > 0 {
		text += fmt.Sprintf(", %d values could not be read", p.UnreadValues)
	}
	for _, problem := range p.Problems {
		text += fmt.Sprintf("; %s: %s", problem.Code, table.Printable(problem.Message))
	}
	return text
}
