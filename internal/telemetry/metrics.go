package telemetry

import (
	"net/http"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/accountgraph/accountgraph/internal/buildinfo"
	"github.com/accountgraph/accountgraph/internal/fair"
	"github.com/accountgraph/accountgraph/internal/invalidation"
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

	providers map[string]bool
	// requestsByCode has the series of each code, answersBySource that of each source.
	requestsByCode  map[string]prometheus.Counter
	answersBySource map[responsecache.Source]prometheus.Counter
	// operationSeries has an *operationSeries for each label, clientSeries an outcomeSeries.
	operationSeries, clientSeries sync.Map
	operationNames, clientNames   *names

	requests       *prometheus.CounterVec
	requestSeconds prometheus.Histogram
	responses      *prometheus.CounterVec
	calls          *prometheus.CounterVec
	callSeconds    *prometheus.HistogramVec
	circuitOpen    *prometheus.GaugeVec
	rejected       prometheus.Counter
	cacheEvents    *prometheus.CounterVec
	cacheBytes     *prometheus.CounterVec
	spans          *prometheus.CounterVec
	invalidations  *prometheus.CounterVec

	operations, operationSeconds *prometheus.CounterVec
	clients                      *prometheus.CounterVec
	reads                        *prometheus.CounterVec
}

const (
	// maxOperationNames and maxClientNames bound the labels that clients choose: those of
	// trusted documents are besides.
	maxOperationNames = 100
	maxClientNames    = 30
)

// NewMetrics returns metrics with their own registry, which includes the process and
// Go runtime collectors. names are the provider names; calls of any other provider
// count as "other". operations are the names of operations that are known.
func NewMetrics(names, operations []string) *Metrics {
	m := &Metrics{
		registry:       prometheus.NewRegistry(),
		providers:      setOf(names),
		requestsByCode: map[string]prometheus.Counter{}, answersBySource: map[responsecache.Source]prometheus.Counter{},
		operationNames: newNames(maxOperationNames, operations), clientNames: newNames(maxClientNames, nil),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_requests_total",
			Help: "GraphQL requests by error code, ok without one, or canceled if the client disconnected first. A request with several codes counts once for each.",
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
		operations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_operation_requests_total",
			Help: "Requests by operation name (of trusted documents, and the first 100 others) and outcome: ok, error, or canceled if the client disconnected first.",
		}, []string{"operation", "outcome"}),
		operationSeconds: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_operation_seconds_total",
			Help: "Total duration of requests by operation name, in seconds.",
		}, []string{"operation"}),
		clients: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_client_requests_total",
			Help: "Requests by the name that the client sends (the first 30) and outcome: ok, error, or canceled if the client disconnected first.",
		}, []string{"client", "outcome"}),
		reads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_reads_total",
			Help: "Pages and objects that operations read, by provider and source: vendor, memory, redis, stale, coalesced or index.",
		}, []string{"provider", "source"}),
		invalidations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_invalidations_total",
			Help: "Cache tags for the router by result: sent, or dropped because it did not accept them.",
		}, []string{"result"}),
		spans: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_spans_total",
			Help: "Spans by result: exported to the collector, or lost because it did not accept them.",
		}, []string{"result"}),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
		m.requests, m.requestSeconds, m.responses, m.calls, m.callSeconds, m.circuitOpen, m.rejected, m.cacheEvents, m.cacheBytes, m.spans, m.invalidations,
		m.operations, m.operationSeconds, m.clients, m.reads,
	)
	build := buildinfo.Read()
	m.gauge("accountgraph_build_info", "1, with the version and the commit of the build.",
		func() float64 { return 1 }, "version", build.Version, "commit", build.Commit)
	m.initialize(names, operations)
	return m
}

// initialize exports all known series as 0, so that rate() and increase() see their first
// event.
func (m *Metrics) initialize(names, operations []string) {
	for _, code := range append([]string{labelOK, labelCanceled}, codes...) {
		m.requestsByCode[code] = m.requests.WithLabelValues(code)
	}
	m.Spans(0, true)
	m.Spans(0, false)
	m.Invalidations(0, invalidation.Sent)
	m.Invalidations(0, invalidation.Dropped)
	for _, from := range []responsecache.Source{responsecache.Miss, responsecache.Coalesced, responsecache.Hit} {
		m.answersBySource[from] = m.responses.WithLabelValues(string(from))
	}
	for _, kind := range pagecache.EventKinds {
		m.cacheEvents.WithLabelValues(string(kind))
	}
	for _, kind := range []pagecache.EventKind{pagecache.HitMemory, pagecache.HitRedis, pagecache.Evicted} {
		m.cacheBytes.WithLabelValues(string(kind))
	}
	for _, name := range operations {
		m.operation(m.operationNames.label(name))
	}
	m.client(labelNone)
	for _, name := range names {
		for _, outcome := range outcomeLabels {
			m.calls.WithLabelValues(name, outcome)
		}
		for _, source := range sources {
			m.reads.WithLabelValues(name, strings.ToLower(string(source)))
		}
		m.callSeconds.WithLabelValues(name)
		m.circuitOpen.WithLabelValues(name)
	}
}

// sources are where operations read from.
var sources = []pagecache.Source{
	pagecache.FromVendor, pagecache.FromMemory, pagecache.FromRedis, pagecache.FromStale, pagecache.FromInFlight, sourceIndex,
}

// sourceIndex is the source of what an index answers.
const sourceIndex = pagecache.Source("INDEX")

// Response counts a GraphQL response by its source.
func (m *Metrics) Response(from responsecache.Source) {
	m.answersBySource[from].Inc()
}

// VendorCall counts a call with source Vendor, and records its latency if a request
// was sent. It ignores other sources.
func (m *Metrics) VendorCall(c operation.Call) {
	if c.Source != pagecache.FromVendor {
		return
	}
	name := labelIn(m.providers, c.Provider)
	m.calls.WithLabelValues(name, Outcome(c.Kind)).Inc()
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
	m.gauge("accountgraph_connections", "Open client connections.", func() float64 { return float64(number()) })
}

// ObserveOperations exports the number of operations by state. It is called once.
func (m *Metrics) ObserveOperations(stats func() fair.Stats) {
	for state, number := range map[string]func(fair.Stats) int{
		"in_flight": func(s fair.Stats) int { return s.Used },
		"running":   func(s fair.Stats) int { return s.Active },
		"queued":    func(s fair.Stats) int { return s.Waiting },
	} {
		m.gauge("accountgraph_operations", "Operations in flight, those of them that do not wait for a vendor or Redis, and those that wait to be executed.",
			func() float64 { return float64(number(stats())) }, "state", state)
	}
}

// ObserveProvider exports the numbers of the calls of a provider. It is called once for each.
func (m *Metrics) ObserveProvider(provider string, stats func() fair.Stats) {
	for state, number := range map[string]func(fair.Stats) int{
		"in_flight": func(s fair.Stats) int { return s.Used },
		"waiting":   func(s fair.Stats) int { return s.Waiting },
	} {
		m.gauge("accountgraph_vendor_calls", "Vendor calls by state: in_flight, or waiting for a place (maxConcurrent).",
			func() float64 { return float64(number(stats())) }, "provider", provider, "state", state)
	}
}

// ObserveCaches exports the memory of the caches of pages and of responses, and, unless redis is
// nil, whether Redis is used. It is called once.
func (m *Metrics) ObserveCaches(pages, responses func() int64, redis func() bool) {
	for cache, size := range map[string]func() int64{"pages": pages, "responses": responses} {
		m.gauge("accountgraph_cache_memory_bytes", "Memory that is counted for the cache of pages and objects, and for that of responses, in bytes.",
			func() float64 { return float64(size()) }, "cache", cache)
	}
	if redis != nil {
		m.gauge("accountgraph_redis_up", "1 while Redis is used, 0 while it is not because it fails. Absent without Redis.", func() float64 {
			if redis() {
				return 1
			}
			return 0
		})
	}
}

// gauge exports a gauge with these pairs of labels and values.
func (m *Metrics) gauge(name, help string, value func() float64, labels ...string) {
	pairs := prometheus.Labels{}
	for i := 0; i+1 < len(labels); i += 2 {
		pairs[labels[i]] = labels[i+1]
	}
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: pairs}, value))
}

// CacheEvent counts a page cache event and its bytes.
func (m *Metrics) CacheEvent(e pagecache.Event) {
	m.cacheEvents.WithLabelValues(string(e.Kind)).Add(float64(e.N))
	if e.Bytes > 0 {
		m.cacheBytes.WithLabelValues(string(e.Kind)).Add(float64(e.Bytes))
	}
}

// Invalidations counts cache tags for the router.
func (m *Metrics) Invalidations(n int, r invalidation.Result) {
	m.invalidations.WithLabelValues(string(r)).Add(float64(n))
}

// Spans counts spans that were exported, or that were lost because they could not be.
func (m *Metrics) Spans(n int, exported bool) {
	result := "lost"
	if exported {
		result = "exported"
	}
	m.spans.WithLabelValues(result).Add(float64(n))
}

// Handler serves the metrics in the Prometheus text format or, with exemplars, in that of
// OpenMetrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true,
		// Limit the cost of concurrent scrapes.
		MaxRequestsInFlight: 4,
	})
}
