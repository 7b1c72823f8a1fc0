package reports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/query"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// QueryCommand runs a document.
type QueryCommand struct {
	File         string `arg:"" help:"The file with the document; - is standard input." placeholder:"FILE"`
	Operation    string `help:"The operation of the document that is run, if it has several." placeholder:"NAME"`
	Variables    string `help:"The variables, as a JSON object, or @FILE with one." placeholder:"JSON"`
	Format       string `help:"json: the response. table, ndjson: the rows of its list." enum:"json,table,ndjson" default:"json"`
	Rows         string `help:"The list whose rows are printed, if the response has several, as in users.nodes." placeholder:"PATH"`
	Out          string `help:"Write to this file instead of standard output." placeholder:"FILE"`
	Trace        bool   `help:"Print the vendor calls on standard error."`
	DryRun       bool   `help:"Print what the document would cost, without a vendor call."`
	AllowPartial bool   `help:"Exit with 0 although rows or values are missing."`
	Source       `embed:""`
}

// maxDocument bounds a document that is read, in bytes. The server has a lower bound.
const maxDocument = 4 << 20

// Run runs the document.
func (c QueryCommand) Run(ctx context.Context, env *Env) error {
	if c.Trace && c.DryRun {
		return usage("--trace: a dry run has no vendor calls")
	}
	document, err := readInput(env.Stdin, c.File)
	if err != nil {
		return err
	}
	variables, err := c.variables()
	if err != nil {
		return err
	}
	graph, closer, err := c.open(env)
	if err != nil {
		return err
	}
	defer closer()
	response, err := graph.Session().Do(ctx, client.Operation{
		Query: string(document), Name: c.Operation, Variables: variables, Trace: c.Trace, DryRun: c.DryRun,
	})
	if err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		return err
	}
	if c.Trace {
		printTrace(env.Stderr, response.Extensions.Upstream)
	}
	if err := c.print(env.Stdout, response); err != nil {
		return outputError(err)
	}
	return c.judge(env.Stderr, response)
}

// readInput reads a file, or standard input for "-".
func readInput(stdin io.Reader, path string) ([]byte, error) {
	if path != "-" {
		file, err := os.Open(path) //nolint:gosec // the user's own file
		if err != nil {
			return nil, usage("%s cannot be read: %w", path, errors.Unwrap(err))
		}
		defer file.Close()
		stdin = file
	}
	text, err := io.ReadAll(io.LimitReader(stdin, maxDocument+1))
	switch {
	case err != nil:
		return nil, usage("%s cannot be read: %w", path, err)
	case len(text) > maxDocument:
		return nil, usage("%s is longer than %d bytes", path, maxDocument)
	}
	return text, nil
}

func (c QueryCommand) variables() (map[string]any, error) {
	text := []byte(c.Variables)
	if path, found := strings.CutPrefix(c.Variables, "@"); found {
		var err error
		if text, err = readInput(nil, path); err != nil {
			return nil, err
		}
	}
	if len(text) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var variables map[string]any
	if err := decoder.Decode(&variables); err != nil || variables == nil || decoder.More() {
		return nil, usage("--variables: must be a JSON object, as in {\"first\":10}")
	}
	return variables, nil
}

// print writes the response, or the rows of it, to standard output or to the file.
func (c QueryCommand) print(stdout io.Writer, response *client.Response) error {
	text, err := c.render(response)
	if err != nil || c.Out == "" {
		return errors.Join(err, writeAll(stdout, text))
	}
	file, err := table.Create(c.Out)
	if err != nil {
		return usage("--out: %w", err)
	}
	defer file.Discard()
	if err := writeAll(file, text); err != nil {
		return err
	}
	return file.Commit()
}

func writeAll(w io.Writer, text []byte) error {
	_, err := w.Write(text)
	return err
}

func (c QueryCommand) render(response *client.Response) ([]byte, error) {
	var b bytes.Buffer
	if c.Format == "json" || c.DryRun {
		if err := json.Indent(&b, bytes.TrimSpace(response.Body), "", "  "); err != nil {
			return nil, err
		}
		b.WriteByte('\n')
		return b.Bytes(), nil
	}
	rows, err := query.Rows(response.Data, c.Rows)
	if err != nil {
		return nil, usage("%w", err)
	}
	if table.Format(c.Format) == table.NDJSON {
		for _, row := range rows {
			if err := json.Compact(&b, row); err != nil {
				return nil, err
			}
			b.WriteByte('\n')
		}
		return b.Bytes(), nil
	}
	columns, cells := query.Table(rows)
	if len(columns) == 0 {
		return nil, nil
	}
	w, err := table.NewWriter(table.Text, &b, columns)
	if err != nil {
		return nil, err
	}
	for _, row := range cells {
		if err := w.Row(row); err != nil {
			return nil, err
		}
	}
	err = w.Close(nil)
	return b.Bytes(), err
}

// judge prints the errors of a response and what it says of lists that are not complete, and
// returns the error that the command ends with.
func (c QueryCommand) judge(stderr io.Writer, response *client.Response) error {
	for _, e := range response.Errors {
		fmt.Fprintln(stderr, table.Printable(e.String()))
	}
	gaps := query.Incomplete(response.Data)
	for _, path := range gaps {
		fmt.Fprintln(stderr, table.Printable(path+": the list is not complete"))
	}
	switch {
	case len(response.Errors) > 0 && query.IsEmpty(response.Data):
		return errors.New("nothing could be read")
	case len(response.Errors)+len(gaps) > 0 && !c.AllowPartial:
		return errIncomplete
	}
	return nil
}

// printTrace prints the vendor calls of an operation.
func printTrace(w io.Writer, calls []client.Call) {
	t, err := table.NewWriter(table.Text, w, []string{"provider", "source", "status", "start ms", "ms", "path"})
	if err != nil {
		return
	}
	for _, call := range calls {
		_ = t.Row(table.Row{call.Provider, call.Source, call.Status, fmt.Sprintf("%.1f", call.Start), fmt.Sprintf("%.1f", call.MS), call.Path})
	}
	_ = t.Close(nil)
}
