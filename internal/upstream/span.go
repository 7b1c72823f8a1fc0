package upstream

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/tracing"
	"github.com/accountgraph/accountgraph/providers"
)

// describeCall adds the result of a vendor call to its span. A path has ids, so that no span
// has one.
func describeCall(span trace.Span, c operation.Call) {
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(tracing.Provider.String(c.Provider), tracing.Method.String(c.Method), tracing.Source.String(string(c.Source)))
	if c.Status != 0 {
		span.SetAttributes(tracing.Status.Int(c.Status))
	}
	if c.Kind != 0 && c.Kind != providers.NotFound {
		tracing.Fail(span, c.Kind.String())
	}
}

// recordAttempt adds the end of an attempt to the span of its vendor call.
func recordAttempt(span trace.Span, number int, res result) {
	if !span.IsRecording() {
		return
	}
	attributes := append(make([]attribute.KeyValue, 0, 3), tracing.Attempt.Int(number))
	if res.status != 0 {
		attributes = append(attributes, tracing.Status.Int(res.status))
	}
	if kind := res.kind(); kind != 0 {
		attributes = append(attributes, tracing.ErrorType.String(kind.String()))
	}
	span.AddEvent("attempt", trace.WithAttributes(attributes...))
}
