package reports

import (
	"context"
	"encoding/json"

	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// ExportCommand writes a whole list of the graph.
type ExportCommand struct {
	Kind        string   `arg:"" enum:"${kinds}" help:"What to export: ${kinds}."`
	Format      string   `help:"csv, ndjson, json or markdown." enum:"csv,ndjson,json,markdown" default:"csv"`
	Columns     []string `help:"The columns, in this order; docs/access.md lists them." placeholder:"NAME,…"`
	Filter      string   `help:"The filter of the list, as in the graph." placeholder:"JSON"`
	Providers   []string `help:"Read these providers only." placeholder:"NAME,…"`
	Destination `embed:""`
	Source      `embed:""`
}

// Kinds returns the names of what can be exported, separated by commas.
func Kinds() string {
	return join(export.Kinds(), func(k export.Kind) string { return k.Name })
}

// Run writes the list.
func (c ExportCommand) Run(ctx context.Context, env *Env) error {
	kind := named(export.Kinds(), func(k export.Kind) string { return k.Name }, c.Kind)
	filter, err := parseFilter(c.Filter)
	if err != nil {
		return err
	}
	columns, err := kind.ColumnNames(c.Columns)
	if err != nil {
		return err
	}
	graph, closer, err := c.open(env)
	if err != nil {
		return err
	}
	defer closer()
	out, err := newOutput(env.Stdout, c.Out, table.Format(c.Format), columns)
	if err != nil {
		return err
	}
	defer out.discard()
	progress := newProgress(env)
	report, err := (&export.Export{
		Client: graph, Kind: kind, Columns: columns, Filter: filter, Providers: c.Providers,
		Now: env.Now, Observe: progress.show,
	}).Run(ctx, out.Row)
	progress.clear()
	if err != nil {
		return interrupted(ctx, outputError(err))
	}
	return c.end(env, out, result{
		complete: report.Complete, summarize: report.WriteSummary,
		report: func(sum string) any {
			report.SHA256 = sum
			return report
		},
	})
}

func parseFilter(text string) (map[string]any, error) {
	if text == "" {
		return nil, nil
	}
	var filter map[string]any
	if err := json.Unmarshal([]byte(text), &filter); err != nil {
		return nil, usage("--filter: must be a JSON object, as in {\"status\":[\"ACTIVE\"]}")
	}
	return filter, nil
}
