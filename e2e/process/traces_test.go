package process_test

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// contexts are the values of the header traceparent that a vendor received.
type contexts struct {
	mu   sync.Mutex
	seen []string
}

// startContextProxy forwards to a vendor and records the trace contexts of its calls.
func startContextProxy(t *testing.T, vendor demo.Vendor) (baseURL string, c *contexts) {
	t.Helper()
	c = &contexts{}
	return forwardTo(t, vendor, func(r *httputil.ProxyRequest) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen = append(c.seen, r.In.Header.Get("Traceparent"))
	}), c
}

// The trace of a gateway: its span, the operation, the levels of the prefetch, the vendor calls
// and what the vendor receives are one tree.
func TestTraces_OneTree(t *testing.T) {
	t.Parallel()
	const gatewayTrace, gatewaySpan = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	c, v, i := startCollector(t), startVendors(t), newIssuer(t)
	propagating, contextsIn := startContextProxy(t, v.Vendor("softwareone"))
	silent, noContexts := startContextProxy(t, v.Vendor("blendvision"))
	config := v.Config()
	config = strings.Replace(config, v.Vendor("softwareone").BaseURL, propagating+"\n    propagate: true", 1)
	config = strings.Replace(config, v.Vendor("blendvision").BaseURL, silent, 1)
	config = i.serverConfig("") + "telemetry: {traces: {endpoint: '" + c.url + "', sampling: 0}}\n" + config
	p := startServer(t, gatewayEnv, "serve", "--config", writeFile(t, "a.yaml", config))
	v.Vendor("softwareone").Control.Add(fakevendor.Fault{Status: 503, Path: "/", Times: 1})

	send := func(query string, headers ...string) {
		t.Helper()
		status, a, err := post(client(), p.address, query, headers...)
		if err != nil || status != http.StatusOK || len(a.Errors) > 0 {
			t.Fatalf("%d %v %s", status, err, a.text)
		}
	}
	parent := "Traceparent: 00-" + gatewayTrace + "-" + gatewaySpan + "-01"
	gateway := []string{"Router-Authorization: " + gatewaySecret, i.token(t, "personal:read"), parent}
	const rest, second = `{ nodes { name memberships(first: 2) { nodes { account { name } } } } }`, `second: users(first: 2, filter: {providers: [\"blendvision\"]}) `
	const nested = `users(first: 2, filter: {providers: [\"softwareone\"]}) ` + rest
	send(`{"query": "query Nested { `+nested+second+rest+` }"}`, gateway...)
	// From the cache of pages.
	send(`{"query": "query Again { again: `+nested+` }"}`, gateway...)
	// From the cache of responses.
	send(`{"query": "query Again { again: `+nested+` }"}`, gateway...)
	// A client cannot have its operation recorded.
	send(`{"query": "query OfClient { users(first: 1) { nodes { id } } }"}`, i.token(t, "personal:read"), parent)
	p.signal(syscall.SIGTERM)
	p.exit()

	spans, text := c.received()
	byName := map[string][]*tracepb.Span{}
	for _, s := range spans {
		if traceID(s) != gatewayTrace {
			t.Errorf("%s is in another trace: %s", s.Name, traceID(s))
		}
		byName[s.Name] = append(byName[s.Name], s)
	}
	operations := map[string]*tracepb.Span{}
	for _, s := range byName["query"] {
		if parentID(s) != gatewaySpan || s.Kind != tracepb.Span_SPAN_KIND_SERVER {
			t.Errorf("an operation is a %v below %s", s.Kind, parentID(s))
		}
		if hash := attributeOf(s.Attributes, "accountgraph.document.hash"); !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(hash) {
			t.Errorf("hash of the document: %q", hash)
		}
		name, from := attributeOf(s.Attributes, "graphql.operation.name"), attributeOf(s.Attributes, "accountgraph.response.from")
		operations[name+" "+from] = s
	}
	if len(operations) != 3 || operations["Nested executed"] == nil || operations["Again executed"] == nil || operations["Again remembered"] == nil {
		t.Fatalf("operations: %v\n%s", operations, text)
	}
	levels := map[string]*tracepb.Span{}
	for _, s := range byName["prefetch level"] {
		levels[spanID(s)] = s
		if parent := parentID(s); parent != spanID(operations["Nested executed"]) && parent != spanID(operations["Again executed"]) {
			t.Errorf("a level is below %s", parent)
		}
	}
	checkVendorSpans(t, byName[http.MethodGet], levels, contextsIn)
	if len(levels) < 4 || !strings.Contains(text, `"MEMORY"`) {
		t.Errorf("%d levels; reads from memory: %v", len(levels), strings.Contains(text, `"MEMORY"`))
	}
	if slices.ContainsFunc(noContexts.seen, func(s string) bool { return s != "" }) || len(noContexts.seen) == 0 {
		t.Errorf("a vendor without `propagate` received %q", noContexts.seen)
	}
	if !strings.Contains(text, `"service.name"`) || !strings.Contains(text, `"accountgraph"`) {
		t.Error("no name of the service")
	}
}

// checkVendorSpans checks the spans of vendor calls: each is below a level, has its attempts as
// events, and is the parent that the vendor receives.
func checkVendorSpans(t *testing.T, calls []*tracepb.Span, levels map[string]*tracepb.Span, vendor *contexts) {
	t.Helper()
	attempts, sent := map[string]int{}, map[string]bool{}
	for _, s := range calls {
		provider := attributeOf(s.Attributes, "accountgraph.provider")
		if levels[parentID(s)] == nil || s.Kind != tracepb.Span_SPAN_KIND_CLIENT {
			t.Errorf("a call of %s is a %v below %s", provider, s.Kind, parentID(s))
		}
		if len(s.Events) == 0 || s.Events[0].Name != "attempt" {
			t.Errorf("events of a call of %s: %v", provider, s.Events)
		}
		attempts[provider] = max(attempts[provider], len(s.Events))
		if provider == "softwareone" {
			sent[fmt.Sprintf("00-%s-%s-01", traceID(s), spanID(s))] = true
		}
	}
	if attempts["softwareone"] != 2 || attempts["blendvision"] != 1 {
		t.Errorf("attempts: %v", attempts)
	}
	vendor.mu.Lock()
	defer vendor.mu.Unlock()
	received := map[string]bool{}
	for _, header := range vendor.seen {
		received[header] = true
		if header != "" && !sent[header] {
			t.Errorf("the vendor received %q, which is no span of a call", header)
		}
	}
	if len(received) < 2 {
		t.Errorf("the vendor received %v", received)
	}
}

// A collector that is down costs one line in the log, whatever the number of requests.
func TestTraces_CollectorDown(t *testing.T) {
	t.Parallel()
	env := []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_TRACES_SAMPLER=always_on", "OTEL_BSP_SCHEDULE_DELAY=10", "OTEL_EXPORTER_OTLP_TIMEOUT=100"}
	p := startServer(t, env, "--config", writeFile(t, "a.yaml", listenAnywhere+startVendors(t).Config()))
	if a := p.query(`{ users(first: 1) { nodes { id } } }`); len(a.Errors) > 0 {
		t.Error(a.text)
	}
	p.waitStderr(`"level":"WARN","msg":"spans cannot be exported; those of the meantime are lost","reason":"connection refused"`)
	for range 5 {
		p.query(`{ users(first: 2) { nodes { id } } }`)
	}
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if n := strings.Count(p.stderr.String(), "spans cannot be exported"); n != 1 {
		t.Errorf("%d lines:\n%s", n, &p.stderr)
	}
}

// A server does not start if it would send a credential of its environment unencrypted.
func TestTraces_UnencryptedCredential(t *testing.T) {
	t.Parallel()
	env := []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.example:4318", "OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer s3cr3t"}
	p := start(t, env, "--config", writeFile(t, "a.yaml", listenAnywhere+startVendors(t).Config()))
	const want = "accountgraph: OTEL_EXPORTER_OTLP_ENDPOINT: the credential in OTEL_EXPORTER_OTLP_HEADERS would be sent unencrypted: use https\n"
	if code := p.exit(); code != 2 || p.stderr.String() != want {
		t.Errorf("exit %d: %s", code, &p.stderr)
	}
}
