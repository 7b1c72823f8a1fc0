package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	grpccodes "google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/accountgraph/accountgraph/internal/buildinfo"
	"github.com/accountgraph/accountgraph/internal/network"
	"github.com/accountgraph/accountgraph/internal/tracing"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	// grpcProtocol is the value of TracesConfig.Protocol for OTLP over gRPC.
	grpcProtocol = "grpc"
	// httpProtocol is that for OTLP over HTTP.
	httpProtocol = "http/protobuf"
	// defaultSampling is the part of the operations that are recorded.
	defaultSampling = 0.1
	// serviceName is the name of the service in traces.
	serviceName = "accountgraph"
	// closeTimeout bounds the export of the last spans.
	closeTimeout = 3 * time.Second
)

// TracesConfig says whether and where spans are exported. A zero field has the value of its
// variable, or else its default.
type TracesConfig struct {
	// Endpoint is the URL of the collector, without the path of the signal.
	Endpoint string
	// Protocol is http/protobuf or grpc.
	Protocol string
	// Header is a header of each export, as name=value.
	Header providers.Secret
	// Sampling is the part of the operations that are recorded; nil is not set.
	Sampling *float64
	// Service is the name of the service.
	Service string
	// LookupEnv finds the OTEL_* variables that decide on these; nil finds none. The
	// exporter reads the other variables from the environment of the process.
	LookupEnv func(name string) (value string, ok bool)
}

// env returns the first of these variables that is set and not empty.
func (c TracesConfig) env(names ...string) string {
	for _, name := range names {
		if c.LookupEnv == nil {
			return ""
		}
		if value, _ := c.LookupEnv(name); value != "" {
			return value
		}
	}
	return ""
}

// enabled reports whether there is a collector.
func (c TracesConfig) enabled() bool {
	if strings.EqualFold(c.env("OTEL_SDK_DISABLED"), "true") || c.env("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return c.Endpoint != "" || c.env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT") != ""
}

// sampling returns the part of the operations that are recorded.
func (c TracesConfig) sampling() (float64, error) {
	if c.Sampling != nil {
		return *c.Sampling, nil
	}
	switch sampler := c.env("OTEL_TRACES_SAMPLER"); sampler {
	case "", "traceidratio", "parentbased_traceidratio":
	case "always_on", "parentbased_always_on":
		return 1, nil
	case "always_off", "parentbased_always_off":
		return 0, nil
	default:
		return 0, fmt.Errorf("OTEL_TRACES_SAMPLER: unknown sampler")
	}
	text := c.env("OTEL_TRACES_SAMPLER_ARG")
	if text == "" {
		return defaultSampling, nil
	}
	ratio, err := strconv.ParseFloat(text, 64)
	if err != nil || !(ratio >= 0 && ratio <= 1) {
		return 0, fmt.Errorf("OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1")
	}
	return ratio, nil
}

// Traces records spans and exports them.
type Traces struct {
	provider *sdktrace.TracerProvider
}

// OpenTraces starts the export of spans; without a collector it records none. It connects to
// nobody: a collector that does not respond costs spans, and one line in the log, and nothing
// else. count receives how many spans were exported, or were lost.
func OpenTraces(c TracesConfig, log *slog.Logger, count func(spans int, exported bool)) (*Traces, error) {
	if !c.enabled() {
		return &Traces{}, nil
	}
	ratio, err := c.sampling()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if err := c.checkEncryption(); err != nil {
		return nil, err
	}
	next, err := c.exporter(ctx)
	if err != nil {
		return nil, err
	}
	described, err := c.resource(ctx)
	if err != nil {
		return nil, err
	}
	return &Traces{sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(&exporter{SpanExporter: next, log: log, count: count}),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(ratio))),
		sdktrace.WithResource(described),
	)}, nil
}

// checkEncryption returns an error if a header, which may be a credential, is sent unencrypted to
// another host. The exporter takes each variable for traces before the one for all signals, and
// the variable that allows no encryption before the scheme of an endpoint.
func (c TracesConfig) checkEncryption() error {
	header := "telemetry.traces.header"
	if c.Header.Empty() {
		if header = "OTEL_EXPORTER_OTLP_HEADERS"; c.env("OTEL_EXPORTER_OTLP_TRACES_HEADERS", header) == "" {
			return nil
		}
	}
	endpoint, text, insecure := "telemetry.traces.endpoint", c.Endpoint, false
	if text == "" {
		endpoint, text = "OTEL_EXPORTER_OTLP_ENDPOINT", c.env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
		insecure = strings.EqualFold(c.env("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "OTEL_EXPORTER_OTLP_INSECURE"), "true")
	}
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: must be a URL such as http://127.0.0.1:4318", endpoint)
	}
	host := u.Hostname()
	if host == "" {
		host, _, _ = net.SplitHostPort(text) // gRPC allows endpoints without a scheme
	}
	if (insecure || strings.EqualFold(u.Scheme, "http")) && !network.IsLoopback(host) {
		return fmt.Errorf("%s: the credential in %s would be sent unencrypted: use https", endpoint, header)
	}
	return nil
}

// resource describes this process. OTEL_RESOURCE_ATTRIBUTES adds to it.
func (c TracesConfig) resource(ctx context.Context) (*resource.Resource, error) {
	service := c.Service
	if service == "" {
		service = c.env("OTEL_SERVICE_NAME")
	}
	if service == "" {
		service = serviceName
	}
	r, err := resource.New(ctx, resource.WithFromEnv(), resource.WithTelemetrySDK(), resource.WithAttributes(
		attribute.String("service.name", service), attribute.String("service.version", buildinfo.Read().Version)))
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: must be a list of name=value")
	}
	return r, nil
}

// exporter returns the exporter of the protocol.
func (c TracesConfig) exporter(ctx context.Context) (sdktrace.SpanExporter, error) {
	protocol := c.Protocol
	if protocol == "" {
		protocol = c.env("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	}
	headers := map[string]string{}
	if name, value, ok := strings.Cut(c.Header.Reveal(), "="); ok {
		headers[name] = value
	}
	switch protocol {
	case "", httpProtocol:
		var options []otlptracehttp.Option
		if c.Endpoint != "" {
			options = append(options, otlptracehttp.WithEndpointURL(strings.TrimRight(c.Endpoint, "/")+"/v1/traces"))
		}
		if len(headers) > 0 {
			options = append(options, otlptracehttp.WithHeaders(headers))
		}
		return otlptracehttp.New(ctx, options...)
	case grpcProtocol:
		var options []otlptracegrpc.Option
		if c.Endpoint != "" {
			options = append(options, otlptracegrpc.WithEndpointURL(c.Endpoint))
		}
		if len(headers) > 0 {
			options = append(options, otlptracegrpc.WithHeaders(headers))
		}
		return otlptracegrpc.New(ctx, options...)
	}
	return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL: must be %s or %s", httpProtocol, grpcProtocol)
}

// Tracer starts the spans of operations. It is nil if nothing is recorded.
func (t *Traces) Tracer() trace.Tracer {
	if t.provider == nil {
		return nil
	}
	return t.provider.Tracer(tracing.Scope)
}

// Close exports what has been recorded, for a few seconds at most.
func (t *Traces) Close() {
	if t.provider == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // the exporter has logged why it fails
}

// exportFailure describes why an export failed, without a byte of the collector.
func exportFailure(err error) string {
	if reason := network.Reason(err); reason != "" {
		return reason
	}
	if code, ok := status.FromError(err); ok && code.Code() != grpccodes.OK {
		return "the collector responds with " + code.Code().String()
	}
	if found := httpStatus.FindStringSubmatch(err.Error()); found != nil {
		return "the collector responds with HTTP status " + found[1]
	}
	return "the collector does not accept them"
}

// httpStatus finds the status in an error of the exporter, which has no other place for it.
var httpStatus = regexp.MustCompile(`failed to send to \S+: (\d{3}) `)

// exporter writes a line when exports begin to fail, and when they succeed again. The batch
// processor calls it from one goroutine.
type exporter struct {
	sdktrace.SpanExporter
	log     *slog.Logger
	count   func(spans int, exported bool)
	failing bool
}

// ExportSpans implements sdktrace.SpanExporter. It never fails: the error has been logged. It
// does not quote the response of the collector.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	e.count(len(spans), err == nil)
	switch {
	case err != nil && !e.failing:
		e.log.Warn("spans cannot be exported; those of the meantime are lost", "reason", exportFailure(err))
	case err == nil && e.failing:
		e.log.Info("spans are exported again")
	}
	e.failing = err != nil
	return nil
}
