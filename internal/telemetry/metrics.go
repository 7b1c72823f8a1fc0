package telemetry

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/accountgraph/accountgraph/internal/buildinfo"
	"github.com/accountgraph/accountgraph/internal/fair"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/responsecache"
	"github.com/accountgraph/accountgraph/providers"
)

// The buckets range from a cache hit to the maximum duration: the deadline of a
// request, 10 s, and the longest configurable timeout, 60 s.
var (
	requestBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	vendorBuckets  = []float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
)

// Metrics are the server's Prometheus metrics. They are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	codes, providers map[string]bool

	requests       *prometheus.CounterVec
	requestSeconds prometheus.Histogram
	responses      *prometheus.CounterVec
	calls          *prometheus.CounterVec
	callSeconds    *prometheus.HistogramVec
	circuitOpen    *prometheus.GaugeVec
	rejected       prometheus.Counter
	cacheEvents    *prometheus.CounterVec
	cacheBytes     *prometheus.CounterVec
}

// NewMetrics returns metrics with their own registry, which includes the process and
// Go runtime collectors. names are the provider names; calls of any other provider
// count as "other".
func NewMetrics(names []string) *Metrics {
	m := &Metrics{
		registry:  prometheus.NewRegistry(),
		codes:     setOf(append([]string{labelOK}, codes...)),
		providers: setOf(names),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_requests_total",
			Help: "GraphQL requests by error code. A request with several codes counts once for each.",
		}, []string{"code"}),
		requestSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "accountgraph_request_seconds",
			Help:    "Latency of GraphQL requests in seconds.",
			Buckets: requestBuckets,
		}),
		responses: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_answers_total",
			Help: "GraphQL responses by source: executed, shared (coalesced with an identical request in flight) or remembered (response cache).",
		}, []string{"from"}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_vendor_calls_total",
			Help: "Vendor calls by provider and outcome.",
		}, []string{"provider", "outcome"}),
		callSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "accountgraph_vendor_call_seconds",
			Help:    "Latency of vendor calls in seconds, including retries.",
			Buckets: vendorBuckets,
		}, []string{"provider"}),
		circuitOpen: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "accountgraph_circuit_open",
			Help: "1 while the circuit breaker of a provider is open, else 0.",
		}, []string{"provider"}),
		rejected: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "accountgraph_connections_rejected_total",
			Help: "Connections that were closed at once because there were too many.",
		}),
		cacheEvents: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_cache_events_total",
			Help: "Page cache events (hits, misses, invalidations, Redis failures) by kind.",
		}, []string{"event"}),
		cacheBytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_cache_bytes_total",
			Help: "Bytes of vendor responses in page cache events, by kind.",
		}, []string{"event"}),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
		m.requests, m.requestSeconds, m.responses, m.calls, m.callSeconds, m.circuitOpen, m.rejected, m.cacheEvents, m.cacheBytes,
	)
	build := buildinfo.Read()
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "accountgraph_build_info",
		Help:        "1, with the version and the commit of the build.",
		ConstLabels: prometheus.Labels{"version": build.Version, "commit": build.Commit},
	}, func() float64 { return 1 }))
	// Export known series as 0, so that rate() sees their first event.
	m.requests.WithLabelValues(labelOK)
	for _, name := range names {
		m.calls.WithLabelValues(name, labelOK)
		m.callSeconds.WithLabelValues(name)
		m.circuitOpen.WithLabelValues(name)
	}
	return m
}

// Request counts a request that took d and returned errors with these codes; no code
// means success. A code that is given twice counts once.
func (m *Metrics) Request(codes []string, d time.Duration) {
	m.requestSeconds.Observe(d.Seconds())
	if len(codes) == 0 {
		codes = []string{labelOK}
	}
	counted := make(map[string]bool, len(codes))
	for _, code := range codes {
		code = labelIn(m.codes, code)
		if !counted[code] {
			m.requests.WithLabelValues(code).Inc()
			counted[code] = true
		}
	}
}

// Response counts a GraphQL response by its source.
func (m *Metrics) Response(from responsecache.Source) {
	m.responses.WithLabelValues(string(from)).Inc()
}

// VendorCall counts a call with source Vendor, and records its latency if a request
// was sent. It ignores other sources.
func (m *Metrics) VendorCall(c operation.Call) {
	if c.Source != pagecache.FromVendor {
		return
	}
	name := labelIn(m.providers, c.Provider)
	m.calls.WithLabelValues(name, outcomeLabel(c.Kind)).Inc()
	if c.Kind != providers.CircuitOpen && c.Kind != providers.BudgetExceeded {
		m.callSeconds.WithLabelValues(name).Observe(c.Elapsed.Seconds())
	}
}

// Breaker records whether the circuit breaker of a provider is open.
func (m *Metrics) Breaker(provider string, open bool) {
	value := 0.0
	if open {
		value = 1
	}
	m.circuitOpen.WithLabelValues(labelIn(m.providers, provider)).Set(value)
}

// ConnectionRejected counts a connection that was closed because there were too many.
func (m *Metrics) ConnectionRejected() { m.rejected.Inc() }

// ObserveConnections exports the number of open connections. It is called once.
func (m *Metrics) ObserveConnections(number func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "accountgraph_connections",
		Help: "Open client connections.",
	}, func() float64 { return float64(number()) }))
}

// ObserveOperations exports the number of operations by state. It is called once.
func (m *Metrics) ObserveOperations(stats func() fair.Stats) {
	for state, number := range map[string]func(fair.Stats) int{
		"in_flight": func(s fair.Stats) int { return s.Used },
		"running":   func(s fair.Stats) int { return s.Active },
		"queued":    func(s fair.Stats) int { return s.Waiting },
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name:        "accountgraph_operations",
			Help:        "Operations in flight, those of them that do not wait for a vendor or Redis, and those that wait to be executed.",
			ConstLabels: prometheus.Labels{"state": state},
		}, func() float64 { return float64(number(stats())) }))
	}
}

// CacheEvent counts a page cache event and its bytes.
func (m *Metrics) CacheEvent(e pagecache.Event) {
	m.cacheEvents.WithLabelValues(string(e.Kind)).Add(float64(e.N))
	if e.Bytes > 0 {
		m.cacheBytes.WithLabelValues(string(e.Kind)).Add(float64(e.Bytes))
	}
}

// Handler serves the metrics in the Prometheus text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		// Limit the cost of concurrent scrapes.
		MaxRequestsInFlight: 4,
	})
}
