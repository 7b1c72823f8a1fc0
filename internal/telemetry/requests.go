package telemetry

import (
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/accountgraph/accountgraph/internal/operation"
)

// outcomes are the outcomes of requests.
var outcomes = []string{labelOK, labelError, labelCanceled}

// outcome returns the outcome of a request.
func outcome(r operation.Request) string {
	switch {
	case r.Canceled:
		return labelCanceled
	case len(r.Codes) > 0:
		return labelError
	default:
		return labelOK
	}
}

// outcomeSeries are the series of a label, by outcome. They are immutable.
type outcomeSeries map[string]prometheus.Counter

// seriesOf returns the series of a label, which begin with 0.
func seriesOf(counters *prometheus.CounterVec, label string) outcomeSeries {
	s := outcomeSeries{}
	for _, outcome := range outcomes {
		s[outcome] = counters.WithLabelValues(label, outcome)
	}
	return s
}

// operationSeries are the series of an operation. They are immutable.
type operationSeries struct {
	requests outcomeSeries
	seconds  prometheus.Counter
}

// operation returns the series of an operation.
func (m *Metrics) operation(label string) *operationSeries {
	if known, ok := m.operationSeries.Load(label); ok {
		return known.(*operationSeries)
	}
	s := &operationSeries{seriesOf(m.operations, label), m.operationSeconds.WithLabelValues(label)}
	m.operationSeries.Store(label, s)
	return s
}

// client returns the series of a client.
func (m *Metrics) client(label string) outcomeSeries {
	if known, ok := m.clientSeries.Load(label); ok {
		return known.(outcomeSeries)
	}
	s := seriesOf(m.clients, label)
	m.clientSeries.Store(label, s)
	return s
}

// Request counts a request by its error codes; no code means success. A code that is given
// twice counts once. A recorded trace is the exemplar of its duration.
func (m *Metrics) Request(r operation.Request) {
	if observer, ok := m.requestSeconds.(prometheus.ExemplarObserver); ok && r.TraceID != "" {
		observer.ObserveWithExemplar(r.Took.Seconds(), prometheus.Labels{"trace_id": r.TraceID})
	} else {
		m.requestSeconds.Observe(r.Took.Seconds())
	}
	if r.Type != "" {
		label := m.operationNames.labelOfKnown(r.Name)
		if !slices.Contains(r.Codes, validationFailed) {
			label = m.operationNames.label(r.Name)
		}
		series := m.operation(label)
		series.requests[outcome(r)].Inc()
		series.seconds.Add(r.Took.Seconds())
	}
	if r.CallerID != "" {
		m.client(m.clientNames.label(r.Client))[outcome(r)].Inc()
	}
	for read, n := range r.Reads {
		m.reads.WithLabelValues(labelIn(m.providers, read.Provider), strings.ToLower(string(read.Source))).Add(float64(n))
	}
	codes := r.Codes
	if len(codes) == 0 {
		m.requestsByCode[outcome(r)].Inc()
		return
	}
	counted := make(map[string]bool, len(codes))
	for _, code := range codes {
		if m.requestsByCode[code] == nil {
			code = labelOther
		}
		if !counted[code] {
			m.requests.WithLabelValues(code).Inc()
			counted[code] = true
		}
	}
}
