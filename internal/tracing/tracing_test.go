package tracing_test

import (
	"net/http"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/accountgraph/accountgraph/internal/tracing"
)

// BenchmarkStart_Off is what a level or a vendor call costs without traces.
func BenchmarkStart_Off(b *testing.B) {
	header := http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}
	b.ReportAllocs()
	for b.Loop() {
		ctx, operation := tracing.StartOperation(b.Context(), nil, header, true)
		_, span := tracing.Start(ctx, "GET", trace.SpanKindClient)
		span.End()
		operation.End()
	}
}

func TestStart_OffAllocatesNothing(t *testing.T) {
	ctx := t.Context()
	n := testing.AllocsPerRun(100, func() {
		_, span := tracing.Start(ctx, "GET", trace.SpanKindClient)
		tracing.Propagate(ctx, nil)
		span.End()
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
