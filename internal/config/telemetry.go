package config

import (
	"net/url"
	"strings"

	"github.com/accountgraph/accountgraph/providers"
)

// Telemetry is what the server exports about itself, besides its metrics.
type Telemetry struct {
	// Traces in OpenTelemetry's protocol (OTLP).
	Traces Traces `key:"traces"`
	// The log of the process: JSON lines on standard error.
	Log Log `key:"log"`
}

// Traces is the export of spans, of operations, levels of the prefetch and vendor calls, to a
// collector by OTLP. Without an endpoint, here or in `OTEL_EXPORTER_OTLP_ENDPOINT` or
// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, nothing is recorded. A key that is set here wins over
// its variable; the other `OTEL_*` variables of the OTLP exporter, the batch span processor and
// the resource apply, too. `OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none` disables
// traces.
type Traces struct {
	// URL of the collector, without the path of the signal: `http://collector:4318`, or
	// `http://collector:4317` for `grpc`. With `header`, it must be `https` unless it is on
	// loopback; so must the variables, with `OTEL_EXPORTER_OTLP_HEADERS`. Default:
	// `OTEL_EXPORTER_OTLP_ENDPOINT`.
	Endpoint string `key:"endpoint"`
	// Protocol of the collector. Default: `OTEL_EXPORTER_OTLP_PROTOCOL`, else
	// `http/protobuf`.
	Protocol string `key:"protocol" oneof:"http/protobuf grpc"`
	// Header of each export with a credential of the collector, such as
	// `authorization=Bearer ${OTLP_TOKEN}`. Default: `OTEL_EXPORTER_OTLP_HEADERS`.
	Header providers.Secret `key:"header"`
	// Part of the operations that are recorded, from `0` to `1`, by their trace id. An
	// operation of a gateway that the gateway records is recorded in any case, and one that
	// it does not record is not. Default: `OTEL_TRACES_SAMPLER_ARG`, else `0.1`.
	Sampling Ratio `key:"sampling"`
	// Name of the service in traces (`service.name`). Default: `OTEL_SERVICE_NAME`, else
	// `accountgraph`.
	Service string `key:"service"`
}

// Log is the log of the process.
type Log struct {
	// Least level of lines. The signal `SIGUSR1` switches between this level and `debug`.
	Level string `key:"level" default:"info" oneof:"debug info warn error"`
	// Part of the requests that have a line in the log, from `0` to `1`: operation, hash of
	// the document, hash of the caller, status, codes, duration, vendor calls and sources.
	Requests Ratio `key:"requests" default:"1"`
}

func (d *decoder) checkTelemetry(t Telemetry) {
	if t.Traces.Endpoint != "" {
		u, err := url.Parse(t.Traces.Endpoint)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			d.add("telemetry.traces.endpoint", "must be a URL such as http://127.0.0.1:4318, without user, query and fragment")
		} else if u.Scheme == "http" && !isLoopback(u.Hostname()) && !t.Traces.Header.Empty() {
			d.add("telemetry.traces.endpoint", "plain http sends the credential in telemetry.traces.header unencrypted: use https")
		}
	}
	if !t.Traces.Header.Empty() {
		name, value, ok := strings.Cut(t.Traces.Header.Reveal(), "=")
		if !ok || name == "" || value == "" || strings.ContainsFunc(name, isNotPrintableASCII) {
			d.add("telemetry.traces.header", "must be a name and a value such as authorization=Bearer ${OTLP_TOKEN}")
		}
	}
}
