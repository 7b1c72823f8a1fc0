// Package review looks for access that somebody should decide about: logins of people who
// left, logins and licenses that nobody uses, invitations, owners, logins of nobody.
//
// It is a client of the public GraphQL API. Every finding has its evidence and the time of
// the data.
package review

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// Options are what a review looks for. Client and Now are required.
type Options struct {
	Client *client.Client
	Now    func() time.Time
	// Stale is how long nobody signed in to a login that is stale.
	Stale time.Duration
	// InvitedBefore is the least age of an invitation.
	InvitedBefore time.Duration
	// Leavers are the addresses of people who left.
	Leavers []string
	// LeaversColumn describes the column that these are from; "" if it is not known.
	LeaversColumn string
	// Domains are those of the own addresses; none are all.
	Domains []string
	// Providers limits the review to these; none are all.
	Providers []string
	// Observe is called while lists are read; may be nil.
	Observe func(export.Progress)
}

// Kind is a kind of review.
type Kind struct {
	Name string
	// Title describes it in one sentence.
	Title string
	run   func(context.Context, *review) error
}

// Kinds are all kinds of reviews.
func Kinds() []Kind {
	return []Kind{
		{"leavers", "What people who left can still sign in to.", findLeavers},
		{"stale", "Active logins that nobody uses.", findStale},
		{"invitations", "Invitations that nobody accepted.", findInvitations},
		{"licenses", "Paid licenses of people who do not sign in.", findLicenses},
		{"owners", "Who can administer what, and tenants with one active owner or none.", findOwners},
		{"orphans", "Logins that belong to nobody known.", findOrphans},
		{"conflicts", "Logins of one address that may belong to different people.", findConflicts},
	}
}

// Columns are the columns of the findings of every review.
func Columns() []string { return slices.Clone(columns) }

var columns = []string{
	"finding", "email", "name", "provider", "tenantName", "tenantId", "userId", "status", "role", "license", "via",
	"lastLoginAt", "evidence", "readAt",
}

// Report says what a review found, and what it could not read.
type Report struct {
	Version    int            `json:"version"`
	Review     string         `json:"review"`
	StartedAt  time.Time      `json:"startedAt"`
	FinishedAt time.Time      `json:"finishedAt"`
	Findings   map[string]int `json:"findings"`
	// Complete is false if findings may be missing.
	Complete bool `json:"complete"`
	// Notes say what the review does not look at.
	Notes []string `json:"notes,omitempty"`
	// Problems are why it is not complete.
	Problems []*export.Problem `json:"problems,omitempty"`
	// Lists are the reports of the lists that were read.
	Lists  []*export.Report `json:"lists,omitempty"`
	SHA256 string           `json:"sha256,omitempty"`
}

// Result is the result of a review.
type Result struct {
	Kind   Kind
	Rows   []table.Row
	Report *Report
}

// review is a review in progress.
type review struct {
	Options
	result *Result
}

// Run makes a review. The error is why there is no result: ctx ended, an option is invalid,
// or the server does not answer at all.
func Run(ctx context.Context, kind Kind, o Options) (*Result, error) {
	r := &review{o, &Result{Kind: kind, Report: &Report{
		Version: 1, Review: kind.Name, StartedAt: o.Now().UTC(), Findings: map[string]int{}, Complete: true,
	}}}
	if err := kind.run(ctx, r); err != nil {
		return nil, err
	}
	r.result.Report.FinishedAt = o.Now().UTC()
	return r.result, nil
}

// finding is a row by column.
type finding map[string]table.Value

// add adds a finding.
func (r *review) add(name string, f finding, evidence ...string) {
	f["finding"], f["evidence"] = name, strings.Join(evidence, "; ")
	row := make(table.Row, len(columns))
	for i, column := range columns {
		row[i] = f[column]
	}
	r.result.Rows = append(r.result.Rows, row)
	r.result.Report.Findings[name]++
}

// note says what the review does not look at.
func (r *review) note(format string, args ...any) {
	r.result.Report.Notes = append(r.result.Report.Notes, fmt.Sprintf(format, args...))
}

// fail says why the review is not complete.
func (r *review) fail(code, message string) {
	report := r.result.Report
	report.Complete = false
	for _, known := range report.Problems {
		if known.Code == code && known.Message == message {
			known.Count++
			return
		}
	}
	report.Problems = append(report.Problems, &export.Problem{Code: code, Message: message, Count: 1})
}

// list reads a list, and calls each with its rows by column.
func (r *review) list(ctx context.Context, kind export.Kind, filter map[string]any, each func(finding)) (*export.Report, error) {
	names := listColumns(kind)
	report, err := (&export.Export{
		Client: r.Client, Kind: kind, Columns: names, Filter: filter, Providers: r.Providers, Now: r.Now, Observe: r.Observe,
	}).Run(ctx, func(row table.Row) error {
		f := finding{}
		for i, name := range names {
			f[name] = row[i]
		}
		each(f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.result.Report.Lists = append(r.result.Report.Lists, report)
	if !report.Complete {
		r.result.Report.Complete = false
	}
	return report, nil
}

// text returns a value as text.
func (f finding) text(column string) string { return table.TextOf(f[column]) }

// isUnread reports whether a value could not be read.
func (f finding) isUnread(column string) bool {
	names, _ := f[export.UnreadColumn].([]string)
	return slices.Contains(names, column)
}

// time returns a time, zero if there is none.
func (f finding) time(column string) time.Time {
	t, err := time.Parse(time.RFC3339, f.text(column))
	if err != nil {
		return time.Time{}
	}
	return t
}

// day is a time in an evidence.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// counts describes the number of findings of each name, in order.
func counts(findings map[string]int) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(findings)) {
		lines = append(lines, fmt.Sprintf("%s: %d", name, findings[name]))
	}
	return lines
}
