package transport

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

const (
	// traceHeader with the value 1 requests `extensions.upstream`.
	traceHeader = "Accountgraph-Trace"
	// cacheTagsHeader with the value 1 requests `extensions.apolloCacheTags`.
	cacheTagsHeader = "Accountgraph-Cache-Tags"
)

// interceptor wraps the execution of operations.
type interceptor struct {
	timeout  time.Duration
	prefetch func(context.Context, *loaders.Loaders, loaders.Selection)
}

// interceptResponse sets the deadline, prefetches what a query selects, and adds
// the response extensions. It is a graphql.ResponseMiddleware.
func (i interceptor) interceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	ctx, cancel := context.WithTimeout(ctx, i.timeout)
	defer cancel()
	oc, op := graphql.GetOperationContext(ctx), operation.From(ctx)
	if oc.Operation.Operation == ast.Query {
		i.prefetch(ctx, op.Loaders, op.Selection)
	}
	response := next(ctx)
	if response == nil || ctx.Err() == context.Canceled {
		return nil
	}
	if oc.Operation.Operation == ast.Query {
		for name, tags := range op.CacheTags(ctx, header(oc.Headers, cacheTagsHeader) == "1") {
			setExtension(response, name, tags)
		}
	}
	if header(oc.Headers, traceHeader) == "1" {
		setExtension(response, "upstream", traceRows(op.Trace))
	}
	return response
}

func setExtension(response *graphql.Response, name string, value any) {
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions[name] = value
}

// traceRow is a call in `extensions.upstream`. Start is the time since the beginning of the
// operation, and MS how long the call took, both in milliseconds.
type traceRow struct {
	Provider string           `json:"provider"`
	Method   string           `json:"method"`
	Path     string           `json:"path"`
	Source   pagecache.Source `json:"source"`
	Status   int              `json:"status"`
	Start    float64          `json:"start"`
	MS       float64          `json:"ms"`
}

func traceRows(t *operation.Trace) []traceRow {
	rows := []traceRow{}
	for _, c := range t.Calls() {
		rows = append(rows, traceRow{c.Provider, c.Method, c.Path, c.Source, c.Status, milliseconds(c.Start), milliseconds(c.Elapsed)})
	}
	return rows
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
