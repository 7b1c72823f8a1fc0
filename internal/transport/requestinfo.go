package transport

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/tracing"
)

// requestIDHeader has the id of a request, in the request and in the response.
const requestIDHeader = apierror.RequestIDHeader

// header returns the first value of a header, "" without one. key has the canonical form, which
// http.Header.Get computes each time.
func header(h http.Header, key string) string {
	if values := h[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// startSpan starts the span of the request of an authenticated caller. Only a gateway that has
// sent its secret decides which of its operations are recorded.
func (t *transport) startSpan(ctx context.Context, res *response, r *http.Request, caller *auth.Caller) context.Context {
	ctx, res.span = tracing.StartOperation(ctx, t.options.Tracer, r.Header, caller.ViaGateway)
	res.request.TraceID = tracing.ID(ctx)
	return ctx
}

// endSpan describes a finished request in its span.
func endSpan(res *response) {
	if res.span == nil {
		return
	}
	defer res.span.End()
	if !res.span.IsRecording() {
		return
	}
	r := res.request
	attributes := []attribute.KeyValue{tracing.Status.Int(r.Status)}
	if r.Type != "" {
		res.span.SetName(r.Type)
		attributes = append(attributes, tracing.OperationType.String(r.Type), tracing.DocumentHash.String(r.Hash()))
	}
	if r.Name != "" {
		attributes = append(attributes, tracing.OperationName.String(r.Name))
	}
	if r.From != "" {
		attributes = append(attributes, tracing.From.String(r.From))
	}
	if len(r.Codes) > 0 {
		attributes = append(attributes, tracing.ErrorCodes.StringSlice(r.Codes))
		tracing.Fail(res.span, r.Codes[0])
	}
	res.span.SetAttributes(attributes...)
}
