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
	Old          string `arg:"" help:"The older export, CSV or NDJSON."`
	New          string `arg:"" help:"The newer export of the same list."`
	Format       string `help:"table, csv, ndjson, json or markdown." enum:"table,csv,ndjson,json,markdown" default:"table"`
	Out          string `help:"Write to this file instead of standard output; it appears when it is complete." placeholder:"FILE"`
	AllowPartial bool   `help:"Exit with 0 instead of 3 if no difference was found in what both exports have."`
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
	result, err := diff.Compare(old, current)
	if err != nil {
		return usage("%w", err)
	}
	out, err := newOutput(env.Stdout, c.Out, table.Format(c.Format), result.Columns)
	if err != nil {
		return err
	}
	defer out.discard()
	for _, row := range result.Rows {
		if err := out.Row(row); err != nil {
			return outputError(err)
		}
	}
	if err := out.commit(func(string) any { return result.Report }); err != nil {
		return outputError(err)
	}
	writeDiffSummary(env.Stderr, result.Report)
	switch r := result.Report; {
	case len(result.Rows) > 0:
		return exitError{errors.New("the exports differ"), exitChanged}
	case !r.Complete && !c.AllowPartial:
		return errIncomplete
	}
	return nil
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
