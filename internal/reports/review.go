package reports

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/review"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// ReviewCommand looks for access that somebody should decide about.
type ReviewCommand struct {
	Kind          string   `arg:"" enum:"${reviews}" help:"What to look for: ${reviews}."`
	Leavers       string   `help:"leavers: a file with the addresses of people who left, one a line or as a column of CSV." placeholder:"FILE"`
	Column        string   `help:"leavers: the header or the number of the column with the addresses." placeholder:"NAME|NUMBER"`
	Stale         Age      `help:"stale, licenses: how long nobody signed in." default:"90d" placeholder:"AGE"`
	InvitedBefore Age      `help:"invitations: the least age." default:"14d" placeholder:"AGE"`
	Domains       []string `help:"orphans: the domains of the own addresses." placeholder:"NAME,…"`
	Format        string   `help:"table, csv, ndjson, json, markdown or html." enum:"table,csv,ndjson,json,markdown,html" default:"table"`
	Providers     []string `help:"Read these providers only; not for leavers." placeholder:"NAME,…"`
	Destination   `embed:""`
	Source        `embed:""`
}

// Age is a duration that can be in days or weeks, as in 90d.
type Age time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Age) UnmarshalText(text []byte) error {
	for unit, hours := range map[string]int{"d": 24, "w": 7 * 24} {
		if number, found := strings.CutSuffix(string(text), unit); found {
			n, err := strconv.Atoi(number)
			if err != nil || n < 0 || n > 36500 {
				break
			}
			*a = Age(time.Duration(n*hours) * time.Hour)
			return nil
		}
	}
	d, err := time.ParseDuration(string(text))
	if err != nil || d < 0 {
		return fmt.Errorf("must be an age such as 90d, 2w or 12h")
	}
	*a = Age(d)
	return nil
}

// Reviews returns the names of the reviews, separated by commas.
func Reviews() string {
	return join(review.Kinds(), func(k review.Kind) string { return k.Name })
}

// Run makes the review.
func (c ReviewCommand) Run(ctx context.Context, env *Env) error {
	kind := named(review.Kinds(), func(k review.Kind) string { return k.Name }, c.Kind)
	leavers, err := c.leavers()
	if err != nil {
		return err
	}
	graph, closer, err := c.open(env)
	if err != nil {
		return err
	}
	defer closer()
	out, err := newOutput(env.Stdout, c.Out, table.Format(c.Format), review.Columns())
	if err != nil {
		return err
	}
	defer out.discard()
	progress := newProgress(env)
	found, err := review.Run(ctx, kind, review.Options{
		Client: graph, Now: env.Now, Stale: time.Duration(c.Stale), InvitedBefore: time.Duration(c.InvitedBefore),
		Leavers: leavers.List, LeaversColumn: leavers.Column, Domains: c.Domains, Providers: c.Providers, Observe: progress.show,
	})
	progress.clear()
	if err != nil {
		return interrupted(ctx, err)
	}
	if err := write(out, found); err != nil {
		return outputError(err)
	}
	return c.end(env, out, result{
		complete: found.Report.Complete, summarize: found.WriteSummary,
		report: func(sum string) any {
			found.Report.SHA256 = sum
			return found.Report
		},
	})
}

// leavers reads the file of leavers, which the other reviews do not need.
func (c ReviewCommand) leavers() (*review.Addresses, error) {
	switch isLeavers := c.Kind == "leavers"; {
	case isLeavers && c.Leavers == "":
		return nil, usage("leavers: --leavers names the file with their addresses")
	case !isLeavers && c.Leavers != "":
		return nil, usage("--leavers is for `review leavers`")
	case !isLeavers && c.Column != "":
		return nil, usage("--column is for `review leavers`")
	case !isLeavers:
		return &review.Addresses{}, nil
	case len(c.Providers) > 0:
		return nil, usage("--providers: leavers are looked for at all providers")
	}
	file, err := os.Open(c.Leavers)
	if err != nil {
		return nil, usage("--leavers: %w", err)
	}
	defer file.Close()
	addresses, err := review.ReadAddresses(file, c.Column)
	if err != nil {
		return nil, usage("--leavers: %s: %w", c.Leavers, err)
	}
	return addresses, nil
}

// write writes the findings.
func write(out *output, found *review.Result) error {
	if out.format == formatHTML {
		return found.WriteHTML(out.buffer)
	}
	for _, row := range found.Rows {
		if err := out.Row(row); err != nil {
			return err
		}
	}
	return nil
}
