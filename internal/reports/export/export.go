// Package export reads whole lists of the graph, page by page, and says what is missing.
//
// It is a client of the public GraphQL API, and knows the fields that the columns name.
package export

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// Export is a list to be read. Client and Kind are required.
type Export struct {
	Client *client.Client
	Kind   Kind
	// Columns are the names of the columns; none are those of DefaultColumns.
	Columns []string
	// Filter is the filter of the list in the graph; nil selects all.
	Filter map[string]any
	// Providers limits the export to these; none are all.
	Providers []string
	// Now is time.Now when nil.
	Now func() time.Time
	// Observe is called after rows were passed on; may be nil.
	Observe func(Progress)
}

// InvalidError is an invalid export: an unknown column or provider, or an invalid filter.
type InvalidError struct{ message string }

// Error implements error.
func (e *InvalidError) Error() string { return e.message }

func invalid(format string, args ...any) error {
	return &InvalidError{fmt.Sprintf(format, args...)}
}

// Progress is how far an export is.
type Progress struct {
	// Rows is the number of rows that were passed on.
	Rows int
	// Provider is the provider of the last rows, the Index-th of Providers, from 1.
	Provider string
	// ProviderRows are its rows so far, of Total in all as far as that is known; 0 if not.
	ProviderRows, Total int
	// IsEstimate is set if Total is estimated from the tenants that were begun.
	IsEstimate       bool
	Index, Providers int
}

// bufferedPages is how many pages of a provider are held while the rows of those before it
// are passed on.
const bufferedPages = 8

// provider is one to be read.
type provider struct {
	Name   string `json:"name"`
	Vendor string `json:"vendor"`
}

// Run reads the list and passes on its rows, those of one provider after the other, in the
// order of the configuration. What could not be read is in the report. The error is why
// there is no report: write failed, the export is invalid, ctx ended, or the server does not
// answer at all.
func (e *Export) Run(ctx context.Context, write func(table.Row) error) (*Report, error) {
	if e.Now == nil {
		e.Now = time.Now
	}
	columns, err := e.Kind.columns(e.Columns)
	if err != nil {
		return nil, err
	}
	report := &Report{Version: 1, Kind: e.Kind.Name, Filter: e.Filter, Columns: columnNames(columns), StartedAt: e.Now().UTC()}
	filter, all, err := e.parts(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sources := make([]*source, len(all))
	for i, p := range all {
		s := &source{
			export: e, session: e.Client.Session(), columns: columns, filter: filter,
			provider: p, state: &ProviderState{Name: p.Name, Vendor: p.Vendor, Part: Part{Complete: true}},
			pages: make(chan []table.Row, bufferedPages),
		}
		sources[i] = s
		go func() {
			defer close(s.pages)
			if err := e.Kind.read(ctx, s); err != nil {
				cancel(err)
			}
		}()
	}
	for i, s := range sources {
		if err := e.pass(ctx, s, report, i, len(sources), write); err != nil {
			cancel(err)
			for _, rest := range sources { // the readers end
				for range rest.pages {
				}
			}
			return nil, context.Cause(ctx)
		}
		report.Providers = append(report.Providers, s.state)
	}
	report.finish(e.Now())
	return report, nil
}

// pass passes on the rows of a provider.
func (e *Export) pass(ctx context.Context, s *source, report *Report, index, providers int, write func(table.Row) error) error {
	rows := 0
	for page := range s.pages {
		for _, row := range page {
			if err := write(row); err != nil {
				return err
			}
		}
		rows += len(page)
		report.Rows += len(page)
		if e.Observe != nil {
			e.Observe(Progress{
				Rows: report.Rows, Provider: s.provider.Name, ProviderRows: rows, Total: int(s.total.Load()), IsEstimate: s.isEstimate.Load(),
				Index: index + 1, Providers: providers,
			})
		}
	}
	return context.Cause(ctx)
}

// parts returns the filter, and the providers that are read one by one.
func (e *Export) parts(ctx context.Context) (map[string]any, []provider, error) {
	if !e.Kind.whole {
		filter, names, err := splitFilter(e.Filter, e.Providers)
		if err != nil {
			return nil, nil, err
		}
		all, err := e.providers(ctx, names)
		return filter, all, err
	}
	filter := e.Filter
	if len(e.Providers) > 0 {
		if e.Filter["providers"] != nil {
			return nil, nil, invalid("the providers are both in the filter and beside it")
		}
		filter = map[string]any{"providers": e.Providers}
		maps.Copy(filter, e.Filter)
	}
	return filter, []provider{{Name: wholeList}}, nil
}

// providers returns those with these names, or all.
func (e *Export) providers(ctx context.Context, names []string) ([]provider, error) {
	response, err := e.Client.Session().Do(ctx, client.Operation{Query: providersDocument})
	if err != nil {
		return nil, err
	}
	var data struct{ Providers []provider }
	if err := json.Unmarshal(response.Data, &data); err != nil {
		return nil, fmt.Errorf("the list of providers cannot be read: %w", err)
	}
	if names == nil {
		return data.Providers, nil
	}
	var known []string
	for _, p := range data.Providers {
		known = append(known, p.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, invalid("there is no provider %q; known providers: %s", name, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(data.Providers, func(p provider) bool { return !slices.Contains(names, p.Name) }), nil
}

// splitFilter returns a filter without its providers, and these, as far as they are among
// the given ones.
func splitFilter(filter map[string]any, given []string) (rest map[string]any, names []string, err error) {
	if len(given) > 0 {
		names = given
	}
	value, found := filter["providers"]
	if !found || value == nil {
		return filter, names, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, nil, invalid("filter: providers must be a list of names")
	}
	filtered := []string{}
	for _, element := range list {
		name, ok := element.(string)
		if !ok {
			return nil, nil, invalid("filter: providers must be a list of names")
		}
		if names == nil || slices.Contains(names, name) {
			filtered = append(filtered, name)
		}
	}
	rest = map[string]any{}
	for key, value := range filter {
		if key != "providers" {
			rest[key] = value
		}
	}
	return rest, filtered, nil
}
