package telemetry_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/providers"
)

// scrape returns the samples with this prefix, except for buckets.
func scrape(t *testing.T, m *telemetry.Metrics, prefix string) []string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("HTTP %d", w.Code)
	}
	var samples []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, prefix) && !strings.Contains(line, "_bucket{") {
			samples = append(samples, strings.TrimSpace(line))
		}
	}
	return samples
}

// counted returns the samples of scrape that are not 0.
func counted(t *testing.T, m *telemetry.Metrics, prefix string) []string {
	t.Helper()
	return slices.DeleteFunc(scrape(t, m, prefix), func(sample string) bool { return strings.HasSuffix(sample, " 0") })
}

// Every series of a fixed set of labels is 0 before its first event.
func TestMetrics_Initial(t *testing.T) {
	m := telemetry.NewMetrics([]string{"softwareone"}, []string{"Everywhere"})
	for _, series := range []string{
		`accountgraph_requests_total{code="INTERNAL_SERVER_ERROR"}`, `accountgraph_requests_total{code="OVERLOADED"}`,
		`accountgraph_answers_total{from="remembered"}`, `accountgraph_cache_events_total{event="redis_down"}`, `accountgraph_cache_bytes_total{event="evicted"}`,
		`accountgraph_vendor_calls_total{outcome="unauthenticated",provider="softwareone"}`, `accountgraph_reads_total{provider="softwareone",source="index"}`,
		`accountgraph_operation_requests_total{operation="Everywhere",outcome="error"}`, `accountgraph_operation_seconds_total{operation="Everywhere"}`,
	} {
		if got := scrape(t, m, series); len(got) != 1 || got[0] != series+" 0" {
			t.Errorf("%s: %v", series, got)
		}
	}
}

// Names that clients choose are labels as long as there is room; those of trusted documents
// always.
func TestMetrics_Names(t *testing.T) {
	m := telemetry.NewMetrics([]string{"softwareone"}, []string{"Trusted"})
	request := func(name, client string, codes ...string) {
		m.Request(operation.Request{Type: "query", Name: name, Client: client, CallerID: "c", Codes: codes, Took: 500 * time.Millisecond,
			Reads: map[operation.Read]int{{Provider: "softwareone", Source: pagecache.FromRedis}: 2}})
	}
	for n := range 200 {
		request(fmt.Sprint("Invalid", n), "", "GRAPHQL_VALIDATION_FAILED") // takes no room
	}
	for n := range 200 {
		request(fmt.Sprint("Client", n), fmt.Sprint("app", n))
	}
	request("Trusted", "app1", "FORBIDDEN")
	request("", "")
	for _, want := range []string{
		`accountgraph_operation_requests_total{operation="Trusted",outcome="error"} 1`, `accountgraph_operation_requests_total{operation="Client99",outcome="ok"} 1`,
		`accountgraph_operation_requests_total{operation="other",outcome="ok"} 100`, `accountgraph_operation_requests_total{operation="other",outcome="error"} 200`,
		`accountgraph_operation_requests_total{operation="none",outcome="ok"} 1`,
		`accountgraph_operation_seconds_total{operation="other"} 150`, `accountgraph_client_requests_total{client="app1",outcome="error"} 1`,
		`accountgraph_client_requests_total{client="other",outcome="ok"} 170`, `accountgraph_client_requests_total{client="none",outcome="ok"} 1`,
		`accountgraph_reads_total{provider="softwareone",source="redis"} 804`,
	} {
		if got := scrape(t, m, want); len(got) != 1 {
			t.Errorf("not counted: %s", want)
		}
	}
}

// A scrape in the format of OpenMetrics has the traces of requests as exemplars.
func TestMetrics_Exemplars(t *testing.T) {
	m := telemetry.NewMetrics(nil, nil)
	m.Request(operation.Request{Took: 20 * time.Millisecond, TraceID: "4bf92f3577b34da6a3ce929d0e0e4736"})
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", "application/openmetrics-text;version=1.0.0")
	m.Handler().ServeHTTP(w, r)
	if want := `accountgraph_request_seconds_bucket{le="0.025"} 1 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.02`; !strings.Contains(w.Body.String(), want) {
		t.Errorf("no %s in\n%s", want, w.Body)
	}
}

func TestMetrics_Request(t *testing.T) {
	m := telemetry.NewMetrics(nil, nil)
	m.Request(operation.Request{Took: 250 * time.Millisecond})
	m.Request(operation.Request{Codes: []string{"UPSTREAM_TIMEOUT", "UPSTREAM_TIMEOUT", "FORBIDDEN"}, Took: 500 * time.Millisecond})
	m.Request(operation.Request{Codes: []string{"anna@example.com", "x"}, Took: 250 * time.Millisecond})
	m.Request(operation.Request{Canceled: true})
	want := []string{
		`accountgraph_request_seconds_sum 1`,
		`accountgraph_request_seconds_count 4`,
		`accountgraph_requests_total{code="FORBIDDEN"} 1`,
		`accountgraph_requests_total{code="UPSTREAM_TIMEOUT"} 1`,
		`accountgraph_requests_total{code="canceled"} 1`,
		`accountgraph_requests_total{code="ok"} 1`,
		`accountgraph_requests_total{code="other"} 1`,
	}
	if diff := cmp.Diff(want, counted(t, m, "accountgraph_request")); diff != "" {
		t.Error(diff)
	}
}

func TestMetrics_VendorCall(t *testing.T) {
	m := telemetry.NewMetrics([]string{"blendvision", "softwareone"}, nil)
	call := operation.Call{Provider: "softwareone", Source: pagecache.FromVendor, Path: "/users/1", Elapsed: 250 * time.Millisecond}
	m.VendorCall(call)
	call.Kind = providers.Unauthenticated
	m.VendorCall(call)
	call.Kind = providers.Kind(99)
	m.VendorCall(call)
	call.Kind = providers.CircuitOpen
	m.VendorCall(call)
	call.Kind, call.Source = 0, "MEMORY"
	m.VendorCall(call)
	m.VendorCall(operation.Call{Provider: "anna@example.com", Source: pagecache.FromVendor})
	want := []string{
		`accountgraph_vendor_call_seconds_count{provider="other"} 1`,
		`accountgraph_vendor_call_seconds_sum{provider="softwareone"} 0.75`,
		`accountgraph_vendor_call_seconds_count{provider="softwareone"} 3`,
		`accountgraph_vendor_calls_total{outcome="circuit_open",provider="softwareone"} 1`,
		`accountgraph_vendor_calls_total{outcome="ok",provider="other"} 1`,
		`accountgraph_vendor_calls_total{outcome="ok",provider="softwareone"} 1`,
		`accountgraph_vendor_calls_total{outcome="other",provider="softwareone"} 1`,
		`accountgraph_vendor_calls_total{outcome="unauthenticated",provider="softwareone"} 1`,
	}
	if diff := cmp.Diff(want, counted(t, m, "accountgraph_vendor")); diff != "" {
		t.Error(diff)
	}
}

// TestMetrics_EveryKindHasOutcome fails if outcomeLabels lacks a kind of providers.
func TestMetrics_EveryKindHasOutcome(t *testing.T) {
	m := telemetry.NewMetrics([]string{"p"}, nil)
	// An unknown kind formats as "failed".
	for k := providers.Kind(1); k.String() != "failed"; k++ {
		m.VendorCall(operation.Call{Provider: "p", Source: pagecache.FromVendor, Kind: k})
	}
	for _, sample := range scrape(t, m, "accountgraph_vendor_calls_total") {
		if strings.Contains(sample, `"other"`) {
			t.Error(sample)
		}
	}
}

// Every code of the documentation is counted under its name.
func TestMetrics_EveryCodeHasLabel(t *testing.T) {
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Errors\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var documented []string
	for line := range strings.Lines(section) {
		if row := strings.Split(line, "|"); len(row) > 2 {
			documented = append(documented, regexp.MustCompile("[A-Z_]{5,}").FindAllString(row[1], -1)...)
		}
	}
	if len(documented) < 20 {
		t.Fatalf("only %v are documented", documented)
	}
	m := telemetry.NewMetrics(nil, nil)
	m.Request(operation.Request{Codes: documented, Took: time.Second})
	for _, code := range documented {
		if sample := scrape(t, m, `accountgraph_requests_total{code="`+code+`"} 1`); len(sample) != 1 {
			t.Errorf("%s is not counted", code)
		}
	}
}

func TestMetrics_RuntimeAndBuild(t *testing.T) {
	m := telemetry.NewMetrics(nil, nil)
	for _, name := range []string{"go_goroutines ", "go_build_info{", "process_start_time_seconds "} {
		if len(scrape(t, m, name)) != 1 {
			t.Errorf("no %s", name)
		}
	}
}

// TestMetrics_LimitsSeries: hostile label values create at most 700 series for four
// providers.
func TestMetrics_LimitsSeries(t *testing.T) {
	m := telemetry.NewMetrics([]string{"a", "b", "c", "d"}, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 500 {
				word := strings.Repeat("x", i) + strings.Repeat("y", n)
				m.Request(operation.Request{Type: "query", Name: word, Client: word, CallerID: word, Codes: []string{word}, Took: time.Second})
				for k := range 20 {
					m.VendorCall(operation.Call{Provider: string(rune('a' + n%30)), Source: pagecache.FromVendor, Kind: providers.Kind(k), Path: word})
				}
			}
		})
	}
	wg.Wait()
	if n := len(scrape(t, m, "accountgraph_")); n > 700 {
		t.Errorf("%d series", n)
	}
}

// A provider without an index has the series of the others, all 0.
func TestMetrics_Indexes(t *testing.T) {
	m := telemetry.NewMetrics([]string{"blendvision", "softwareone"}, nil)
	stats := telemetry.IndexStats{}
	m.ObserveIndexes(func(provider string) telemetry.IndexStats {
		if provider == "blendvision" {
			return telemetry.IndexStats{}
		}
		return stats
	})
	samples := func(rows, bytes, age, build string, states map[string]bool) (all []string) {
		for name, value := range map[string]string{"rows": rows, "bytes": bytes, "age_seconds": age, "build_seconds": build} {
			all = append(all, "accountgraph_index_"+name+`{provider="blendvision"} 0`, "accountgraph_index_"+name+`{provider="softwareone"} `+value)
		}
		for _, state := range []string{"none", "building", "ready", "stale", "failed"} {
			value := map[bool]string{false: "0", true: "1"}[states[state]]
			all = append(all, `accountgraph_index_state{provider="blendvision",state="`+state+`"} 0`, `accountgraph_index_state{provider="softwareone",state="`+state+`"} `+value)
		}
		slices.Sort(all)
		return all
	}
	scraped := func() []string { return slices.Sorted(slices.Values(scrape(t, m, "accountgraph_index_"))) }
	if diff := cmp.Diff(samples("0", "0", "0", "0", nil), scraped()); diff != "" {
		t.Error(diff)
	}
	stats = telemetry.IndexStats{State: model.IndexStale, Rows: 3, Bytes: 500, Age: 2 * time.Second, Build: 250 * time.Millisecond}
	if diff := cmp.Diff(samples("3", "500", "2", "0.25", map[string]bool{"stale": true}), scraped()); diff != "" {
		t.Error(diff)
	}
}

func TestMetrics_Breaker(t *testing.T) {
	m := telemetry.NewMetrics([]string{"blendvision", "softwareone"}, nil)
	m.Breaker("softwareone", true)
	m.Breaker("blendvision", true)
	m.Breaker("blendvision", false)
	want := []string{`accountgraph_circuit_open{provider="blendvision"} 0`, `accountgraph_circuit_open{provider="softwareone"} 1`}
	if diff := cmp.Diff(want, scrape(t, m, "accountgraph_circuit")); diff != "" {
		t.Error(diff)
	}
}
