package transport_test

import (
	"net/http"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// Only a gateway that has sent its secret has more recorded than the sampling allows.
func TestTraces_WhoHasOperationsRecorded(t *testing.T) {
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	secret := headers("Content-Type", "application/json", "Traceparent", parent, "Router-Authorization", gatewaySecret)
	client := headers("Content-Type", "application/json", "Traceparent", parent)
	for name, test := range map[string]struct {
		authenticator *auth.Authenticator
		header        http.Header
		recorded      int
	}{
		"the gateway":            {newAuthenticator(t), secret, 1},
		"without authentication": {auth.AllowAll(), client, 0},
	} {
		recorder := tracetest.NewSpanRecorder()
		provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0))))
		s := newTestServer(t, transport.Options{Authenticator: test.authenticator, Tracer: provider.Tracer("test")})
		if res, members := s.send(t, testRequest{body: typenameQuery, header: test.header}); outcome(t, res, members) != "200 data" {
			t.Errorf("%s: %v", name, members)
		}
		if got := len(recorder.Started()); got != test.recorded {
			t.Errorf("%s: %d spans, want %d", name, got, test.recorded)
		}
	}
}
