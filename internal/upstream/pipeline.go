package upstream

import (
	"context"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/tracing"
	"github.com/accountgraph/accountgraph/providers"
)

// fetch makes one vendor call through the steps behind the cache and returns the
// body. request is what newRequest returns for r. callerDeadline is the deadline of the operation that started the call; zero
// means none. A dry run makes no call: each has the kind BudgetExceeded, which no other operation
// shares.
func (c *Client) fetch(ctx context.Context, r Request, request *http.Request, callerDeadline time.Time) ([]byte, *providers.Error) {
	op, start := operation.From(ctx), time.Now()
	name := c.config.Provider.Name
	if op.DryRun != nil {
		op.DryRun.Add(name, strings.Join(r.keyParts(), "\n"))
		return nil, c.newError(providers.BudgetExceeded)
	}
	if !op.Budget.Take(name) {
		return nil, c.budgetExceeded(op.Budget.Limit())
	}
	call := operation.Call{Provider: name, Method: http.MethodGet, Path: r.Path, Source: Vendor}
	row := op.Trace.Begin(call)
	ctx, span := tracing.Start(ctx, http.MethodGet, trace.SpanKindClient)
	defer span.End()
	res := c.execute(ctx, r, request, callerDeadline)
	if !res.sent {
		op.Budget.Refund(name)
	}
	call.Status, call.Kind, call.Elapsed = res.status, res.kind(), time.Since(start)
	op.Trace.End(row, call)
	describeCall(span, call)
	return res.body, res.err
}

// recordCacheHit adds a read that needed no call of this operation to its trace.
func (c *Client) recordCacheHit(ctx context.Context, path string, source Source, start time.Time) {
	if source == Vendor || source == "" {
		return
	}
	operation.From(ctx).Trace.Add(operation.Call{
		Provider: c.config.Provider.Name, Method: http.MethodGet, Path: path, Source: source,
		Status: http.StatusOK, Elapsed: time.Since(start),
	})
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.AddEvent("read", trace.WithAttributes(
			tracing.Provider.String(c.config.Provider.Name), tracing.Source.String(string(source))))
	}
}
