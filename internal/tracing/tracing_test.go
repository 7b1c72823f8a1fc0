package tracing_test

import (
	"net/http"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
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

// A client writes what it likes in tracestate: it is neither in a span, nor sent to vendors.
func TestStartOperation_DropsTraceState(t *testing.T) {
	header := http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, "Tracestate": {"user=person123@acme.example"}}
	for _, trusted := range []bool{true, false} {
		recorder := tracetest.NewSpanRecorder()
		tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)).Tracer("test")
		ctx, span := tracing.StartOperation(t.Context(), tracer, header, trusted)
		sent := http.Header{}
		tracing.Propagate(ctx, sent)
		span.End()
		if sent.Get("Traceparent") == "" || sent.Get("Tracestate") != "" {
			t.Errorf("trusted %t: sent %v", trusted, sent)
		}
		for _, s := range recorder.Ended() {
			states := []trace.TraceState{s.SpanContext().TraceState(), s.Parent().TraceState()}
			for _, link := range s.Links() {
				states = append(states, link.SpanContext.TraceState())
			}
			for _, state := range states {
				if state.Len() != 0 {
					t.Errorf("trusted %t: recorded %q", trusted, state)
				}
			}
		}
	}
}
