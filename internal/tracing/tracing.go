// Package tracing starts OpenTelemetry spans below the span of an operation, and describes
// its conventions.
//
// No span has a variable, an id, a personal value, a path or a query of a URL. Unless the
// operation is sampled, nothing is recorded, and nothing is allocated.
package tracing

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Scope is the name of the instrumentation scope of all spans.
const Scope = "github.com/accountgraph/accountgraph"

// The attributes of spans, besides those of OpenTelemetry's semantic conventions.
const (
	// OperationName and OperationType are those of the semantic conventions for GraphQL.
	OperationName = attribute.Key("graphql.operation.name")
	OperationType = attribute.Key("graphql.operation.type")
	// DocumentHash is the SHA-256 of the document, in hexadecimal.
	DocumentHash = attribute.Key("accountgraph.document.hash")
	// ErrorCodes are the distinct codes of the response's errors.
	ErrorCodes = attribute.Key("accountgraph.error.codes")
	// From is where a response came from: one of the values of responsecache.Source.
	From = attribute.Key("accountgraph.response.from")
	// Provider is the configured name of a provider.
	Provider = attribute.Key("accountgraph.provider")
	// Source is where a page or an object came from, as in extensions.upstream.
	Source = attribute.Key("accountgraph.source")
	// Level is the number of a level of the prefetch, from 1.
	Level = attribute.Key("accountgraph.level")
	// Attempt is the number of an attempt of a vendor call, from 1.
	Attempt = attribute.Key("accountgraph.attempt")
	// Method, Status and ErrorType are those of the semantic conventions for HTTP.
	Method    = attribute.Key("http.request.method")
	Status    = attribute.Key("http.response.status_code")
	ErrorType = attribute.Key("error.type")
)

// Start starts a span below that of ctx. If that one is not recorded, it returns ctx and a
// span that records nothing.
func Start(ctx context.Context, name string, kind trace.SpanKind) (context.Context, trace.Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, noSpan
	}
	return parent.TracerProvider().Tracer(Scope).Start(ctx, name, trace.WithSpanKind(kind))
}

// Untraced returns a context below which nothing is recorded.
func Untraced(ctx context.Context) context.Context { return trace.ContextWithSpan(ctx, noSpan) }

// noSpan records nothing.
var noSpan = trace.SpanFromContext(context.Background())

// StartOperation starts the span of a request. It is a child of the span that the headers
// name (W3C Trace Context) if the client is trusted, and else the root of another trace, with
// a link to that span: clients decide neither which traces exist nor which are recorded. The
// header tracestate is free text and is dropped. A nil tracer records nothing.
func StartOperation(ctx context.Context, tracer trace.Tracer, header http.Header, trusted bool) (context.Context, trace.Span) {
	if tracer == nil {
		return ctx, noSpan
	}
	remote := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(header))).WithTraceState(trace.TraceState{})
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer)}
	switch {
	case remote.IsValid() && trusted:
		ctx = trace.ContextWithRemoteSpanContext(ctx, remote)
	case remote.IsValid():
		options = append(options, trace.WithNewRoot(), trace.WithLinks(trace.Link{SpanContext: remote}))
	}
	return tracer.Start(ctx, "GraphQL Operation", options...)
}

// Propagate sets the headers of W3C Trace Context in a request to the span of ctx, if it is
// recorded.
func Propagate(ctx context.Context, header http.Header) {
	if trace.SpanFromContext(ctx).IsRecording() {
		propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(header))
	}
}

// ID returns the trace id of the span of ctx, "" if it is not recorded.
func ID(ctx context.Context) string {
	if span := trace.SpanContextFromContext(ctx); span.IsSampled() {
		return span.TraceID().String()
	}
	return ""
}

// Fail marks a span as failed. reason is a code or a kind of errors.
func Fail(span trace.Span, reason string) {
	span.SetStatus(codes.Error, reason)
	span.SetAttributes(ErrorType.String(reason))
}
