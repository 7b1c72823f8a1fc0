package process_test

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

// collector receives spans by OTLP over HTTP.
type collector struct {
	url  string
	more chan struct{} // has an item after an export

	mu sync.Mutex
	// spans are all that have arrived, and text is all of their exports.
	spans []*tracepb.Span
	text  strings.Builder
}

func startCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{more: make(chan struct{}, 1)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request collectorpb.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &request)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("an export to %s: %v", r.URL.Path, err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.text.WriteString(prototext.Format(&request))
		for _, resource := range request.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				c.spans = append(c.spans, scope.Spans...)
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
		select {
		case c.more <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// received returns the spans and the text of all exports.
func (c *collector) received() ([]*tracepb.Span, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.spans), c.text.String()
}

// wait waits until spans with this text have arrived, and those that were recorded before.
func (c *collector) wait(t *testing.T, text string) {
	t.Helper()
	deadline := time.After(waitTimeout)
	for {
		if _, all := c.received(); strings.Contains(all, text) {
			return
		}
		select {
		case <-c.more:
		case <-deadline:
			t.Fatalf("no span has %q", text)
		}
	}
}

// spanID returns the id of a span, parentID that of its parent.
func spanID(s *tracepb.Span) string   { return hex.EncodeToString(s.SpanId) }
func parentID(s *tracepb.Span) string { return hex.EncodeToString(s.ParentSpanId) }
func traceID(s *tracepb.Span) string  { return hex.EncodeToString(s.TraceId) }

// attributeOf returns the text of an attribute, "" if there is none.
func attributeOf(all []*commonpb.KeyValue, key string) string {
	for _, a := range all {
		if a.Key == key {
			if text, ok := a.Value.Value.(*commonpb.AnyValue_StringValue); ok {
				return text.StringValue
			}
			return strings.TrimSpace(prototext.MarshalOptions{}.Format(a.Value))
		}
	}
	return ""
}
