package telemetry

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/responsecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// Buckets reach from an answer out of memory to the longest that may happen: the
// deadline of a request, 10 s, and the longest configurable timeout, 60 s.
var (
	requestBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	vendorBuckets  = []float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
)

// Metrics counts requests and calls. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	codes, providers map[string]bool

	requests       *prometheus.CounterVec
	requestSeconds prometheus.Histogram
	responses      *prometheus.CounterVec
	calls          *prometheus.CounterVec
	callSeconds    *prometheus.HistogramVec
	cacheEvents    *prometheus.CounterVec
	cacheBytes     *prometheus.CounterVec
}

// NewMetrics has its own registry, with the process and the Go runtime in it.
// Its names are the providers'; calls of others count together, as "other".
func NewMetrics(names []string) *Metrics {
	m := &Metrics{
		registry:  prometheus.NewRegistry(),
		codes:     setOf(append([]string{labelOK}, codes...)),
		providers: setOf(names),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_requests_total",
			Help: "GraphQL requests by error code; one with errors of several codes counts once under each.",
		}, []string{"code"}),
		requestSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "accountgraph_request_seconds",
			Help:    "How long GraphQL requests took.",
			Buckets: requestBuckets,
		}),
		responses: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_answers_total",
			Help: "Answers to operations, by whether they were executed, shared or remembered.",
		}, []string{"from"}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_vendor_calls_total",
			Help: "Calls to vendors by provider and outcome.",
		}, []string{"provider", "outcome"}),
		callSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "accountgraph_vendor_call_seconds",
			Help:    "How long calls to vendors took.",
			Buckets: vendorBuckets,
		}, []string{"provider"}),
		cacheEvents: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_cache_events_total",
			Help: "What happened to remembered pages and objects, by kind.",
		}, []string{"event"}),
		cacheBytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accountgraph_cache_bytes_total",
			Help: "How many bytes of vendors' answers the events were about, by kind.",
		}, []string{"event"}),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
		m.requests, m.requestSeconds, m.responses, m.calls, m.callSeconds, m.cacheEvents, m.cacheBytes,
	)
	// What has not happened yet is there as 0, so that its first time is seen.
	m.requests.WithLabelValues(labelOK)
	for _, name := range names {
		m.calls.WithLabelValues(name, labelOK)
		m.callSeconds.WithLabelValues(name)
	}
	return m
}

// Request counts a request that took d and was answered with errors of these
// codes; none is a good answer.
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

// Response counts where the answer to an operation came from.
func (m *Metrics) Response(from responsecache.Source) {
	m.responses.WithLabelValues(string(from)).Inc()
}

// VendorCall counts a call, and measures it where the vendor was asked. What was
// answered from elsewhere is not counted.
func (m *Metrics) VendorCall(c upstream.Call) {
	if c.Source != upstream.Vendor {
		return
	}
	name := labelIn(m.providers, c.Provider)
	m.calls.WithLabelValues(name, outcomeLabel(c.Kind)).Inc()
	if c.Kind != providers.CircuitOpen && c.Kind != providers.BudgetExceeded {
		m.callSeconds.WithLabelValues(name).Observe(c.Elapsed.Seconds())
	}
}

// CacheEvent counts what happened in the cache.
func (m *Metrics) CacheEvent(e pagecache.Event) {
	m.cacheEvents.WithLabelValues(string(e.Kind)).Add(float64(e.N))
	if e.Bytes > 0 {
		m.cacheBytes.WithLabelValues(string(e.Kind)).Add(float64(e.Bytes))
	}
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		// A scrape is cheap, but not free; a handful of scrapers is plenty.
		MaxRequestsInFlight: 4,
	})
}
