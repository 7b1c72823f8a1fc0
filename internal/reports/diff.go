package reports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/accountgraph/accountgraph/internal/reports/diff"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// DiffCommand compares two exports.
type DiffCommand struct {
	Old         string `arg:"" help:"The older export, CSV or NDJSON."`
	New         string `arg:"" help:"The newer export of the same list."`
	Format      string `help:"table, csv, ndjson, json or markdown." enum:"table,csv,ndjson,json,markdown" default:"table"`
	Destination `embed:""`
}

// exitChanged is the exit code if there are differences.
const exitChanged = 4

// Run writes the differences.
func (c DiffCommand) Run(_ context.Context, env *Env) error {
	old, err := c.read(c.Old, env.Stderr)
	if err != nil {
		return err
	}
	current, err := c.read(c.New, env.Stderr)
	if err != nil {
		return err
	}
	found, err := diff.Compare(old, current)
	if err != nil {
		return usage("%w", err)
	}
	out, err := newOutput(env.Stdout, c.Out, table.Format(c.Format), found.Columns)
	if err != nil {
		return err
	}
	defer out.discard()
	for _, row := range found.Rows {
		if err := out.Row(row); err != nil {
			return outputError(err)
		}
	}
	err = c.end(env, out, result{
		complete: found.Report.Complete, summarize: func(w io.Writer) { writeDiffSummary(w, found.Report) },
		report: func(string) any { return found.Report },
	})
	if len(found.Rows) > 0 && (err == nil || ExitCode(err) == exitIncomplete) {
		return exitError{errors.New("the exports differ"), exitChanged}
	}
	return err
}

// read reads an export, and warns if it has no report.
func (c DiffCommand) read(path string, stderr io.Writer) (*diff.File, error) {
	f, err := diff.Read(path, path+reportSuffix)
	if errors.Is(err, diff.ErrNoReport) {
		fmt.Fprintf(stderr, "%s: %v\n", path, err)
		return f, nil
	}
	if err != nil {
		return nil, usage("%w", err)
	}
	return f, nil
}

func writeDiffSummary(w io.Writer, r diff.Report) {
	fmt.Fprintf(w, "%d joined, %d changed, %d left\n", r.Joiners, r.Movers, r.Leavers)
	if r.Undecided > 0 {
		fmt.Fprintf(w, "NOT DECIDED: %d rows are in one export only, and the other is not complete there: %s\n",
			r.Undecided, table.Printable(strings.Join(r.UndecidedParts, ", ")))
	}
	if len(r.NotCompared) > 0 {
		fmt.Fprintf(w, "not compared, because only one export has them: %s\n", strings.Join(r.NotCompared, ", "))
	}
	if !r.Complete {
		fmt.Fprintln(w, "NOT COMPLETE: an export lacks rows or values; there may be more differences")
	}
}
