package telemetry_test

import (
	"context"
	"log/slog"
	"net"
	"testing"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"

	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/providers"
)

// collector receives spans by OTLP over gRPC.
type collector struct {
	collectorpb.UnimplementedTraceServiceServer
	names chan string
}

func (c *collector) Export(_ context.Context, r *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	for _, resource := range r.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				c.names <- span.Name
			}
		}
	}
	return &collectorpb.ExportTraceServiceResponse{}, nil
}

func TestTraces_GRPC(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, server := &collector{names: make(chan string, 10)}, grpc.NewServer()
	collectorpb.RegisterTraceServiceServer(server, c)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	all, exported := 1.0, 0
	traces, err := telemetry.OpenTraces(telemetry.TracesConfig{
		Endpoint: "http://" + listener.Addr().String(), Protocol: "grpc", Sampling: &all, Header: providers.NewSecret("authorization=Bearer s3cr3t"),
	}, slog.New(slog.DiscardHandler), func(n int, ok bool) {
		if ok {
			exported += n
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	_, span := traces.Tracer().Start(t.Context(), "query")
	span.End()
	traces.Close()
	if got := <-c.names; got != "query" || exported != 1 {
		t.Errorf("span %q, %d counted", got, exported)
	}
}

// Variables decide where the configuration does not.
func TestTraces_Environment(t *testing.T) {
	const endpoint, headers = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS"
	for name, test := range map[string]struct {
		config telemetry.TracesConfig
		env    map[string]string
		// want is off, on, sampled or an error.
		want string
	}{
		"nothing":                  {want: "off"},
		"an endpoint":              {env: map[string]string{endpoint: "http://127.0.0.1:1", "OTEL_TRACES_SAMPLER_ARG": "0"}, want: "on"},
		"every operation":          {env: map[string]string{endpoint: "http://127.0.0.1:1", "OTEL_TRACES_SAMPLER": "always_on"}, want: "sampled"},
		"disabled":                 {env: map[string]string{endpoint: "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}, want: "off"},
		"no exporter":              {config: telemetry.TracesConfig{Endpoint: "http://127.0.0.1:1"}, env: map[string]string{"OTEL_TRACES_EXPORTER": "none"}, want: "off"},
		"the configuration wins":   {config: telemetry.TracesConfig{Endpoint: "http://127.0.0.1:1", Sampling: new(float64)}, env: map[string]string{"OTEL_TRACES_SAMPLER": "always_on"}, want: "on"},
		"an unknown sampler":       {env: map[string]string{endpoint: "http://127.0.0.1:1", "OTEL_TRACES_SAMPLER": "s3cr3t"}, want: "OTEL_TRACES_SAMPLER: unknown sampler"},
		"a ratio that is no ratio": {env: map[string]string{endpoint: "http://127.0.0.1:1", "OTEL_TRACES_SAMPLER_ARG": "s3cr3t"}, want: "OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1"},
		"an unknown protocol":      {env: map[string]string{endpoint: "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "s3cr3t"}, want: "OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf or grpc"},
		"a credential over plain http": {
			env:  map[string]string{endpoint: "http://collector.example:4318", headers: "authorization=s3cr3t"},
			want: "OTEL_EXPORTER_OTLP_ENDPOINT: the credential in OTEL_EXPORTER_OTLP_HEADERS would be sent unencrypted: use https",
		},
		"a credential for traces over plain http": {
			env:  map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": " HTTP://collector.example", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "a=s3cr3t"},
			want: "OTEL_EXPORTER_OTLP_ENDPOINT: the credential in OTEL_EXPORTER_OTLP_HEADERS would be sent unencrypted: use https",
		},
		"a credential of the configuration over plain http": {
			config: telemetry.TracesConfig{Header: providers.NewSecret("authorization=s3cr3t")}, env: map[string]string{endpoint: "http://collector.example:4318"},
			want: "OTEL_EXPORTER_OTLP_ENDPOINT: the credential in telemetry.traces.header would be sent unencrypted: use https",
		},
		"a credential to an endpoint of the configuration": {
			config: telemetry.TracesConfig{Endpoint: "http://collector.example:4318"}, env: map[string]string{headers: "authorization=s3cr3t"},
			want: "telemetry.traces.endpoint: the credential in OTEL_EXPORTER_OTLP_HEADERS would be sent unencrypted: use https",
		},
		"a credential without encryption over gRPC": {
			env:  map[string]string{endpoint: "collector.example:4317", headers: "authorization=s3cr3t", "OTEL_EXPORTER_OTLP_INSECURE": "true", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
			want: "OTEL_EXPORTER_OTLP_ENDPOINT: the credential in OTEL_EXPORTER_OTLP_HEADERS would be sent unencrypted: use https",
		},
		"a credential to an endpoint that is no URL": {
			env:  map[string]string{endpoint: "http://s3cr3t%:4318", headers: "authorization=s3cr3t"},
			want: "OTEL_EXPORTER_OTLP_ENDPOINT: must be a URL such as http://127.0.0.1:4318",
		},
		"a credential over https":     {env: map[string]string{endpoint: "https://collector.example:4318", headers: "authorization=s3cr3t", "OTEL_TRACES_SAMPLER_ARG": "0"}, want: "on"},
		"a credential to this host":   {env: map[string]string{endpoint: "http://localhost:4318", headers: "authorization=s3cr3t", "OTEL_TRACES_SAMPLER_ARG": "0"}, want: "on"},
		"a credential that is unused": {env: map[string]string{endpoint: "http://collector.example", headers: "a=s3cr3t", "OTEL_SDK_DISABLED": "true"}, want: "off"},
	} {
		t.Run(name, func(t *testing.T) {
			test.config.LookupEnv = func(name string) (string, bool) { value, ok := test.env[name]; return value, ok }
			traces, err := telemetry.OpenTraces(test.config, slog.New(slog.DiscardHandler), func(int, bool) {})
			got := "off"
			switch {
			case err != nil:
				got = err.Error()
			case traces.Tracer() != nil:
				got = "on"
				if _, span := traces.Tracer().Start(t.Context(), "query"); span.IsRecording() {
					got = "sampled"
				}
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}
