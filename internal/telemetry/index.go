package telemetry

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/accountgraph/accountgraph/graph/model"
)

// IndexStats describes the index of a provider. It is zero for a provider that has none.
type IndexStats struct {
	State model.IndexState
	// Rows and Bytes are those of the index that is served, or else of the one that is being
	// built.
	Rows, Bytes int
	// Age is the time since the reading began of the index that is served, Build how long
	// the reading took. Both are 0 if none is served.
	Age, Build time.Duration
}

// indexStates are the values of the label "state".
var indexStates = []model.IndexState{model.IndexNone, model.IndexBuilding, model.IndexReady, model.IndexStale, model.IndexFailed}

// ObserveIndexes exports the state of every provider's index. It is called once; stats is
// called for each provider of each scrape.
func (m *Metrics) ObserveIndexes(stats func(provider string) IndexStats) {
	m.registry.MustRegister(indexes{m.providers, stats})
}

// indexes collects the metrics of indexes.
type indexes struct {
	providers map[string]bool
	stats     func(provider string) IndexStats
}

func describeIndex(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("accountgraph_index_"+name, help, append([]string{"provider"}, labels...), nil)
}

var (
	indexState = describeIndex("state", "1 for the state of a provider's index, else 0; 0 for every state if the provider has no index.", "state")
	indexRows  = describeIndex("rows", "Rows of the index of a provider, or of the one that is being built.")
	indexBytes = describeIndex("bytes", "Memory of the index of a provider, or of the one that is being built, in bytes.")
	indexAge   = describeIndex("age_seconds", "Time since the reading of the index that is served began, in seconds.")
	indexBuild = describeIndex("build_seconds", "Duration of the reading of the index that is served, in seconds.")
)

// Describe implements prometheus.Collector.
func (indexes) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{indexState, indexRows, indexBytes, indexAge, indexBuild} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (i indexes) Collect(to chan<- prometheus.Metric) {
	for name := range i.providers {
		s := i.stats(name)
		gauge := func(d *prometheus.Desc, value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, append([]string{name}, labels...)...)
		}
		gauge(indexRows, float64(s.Rows))
		gauge(indexBytes, float64(s.Bytes))
		gauge(indexAge, s.Age.Seconds())
		gauge(indexBuild, s.Build.Seconds())
		for _, state := range indexStates {
			value := 0.0
			if s.State == state {
				value = 1
			}
			gauge(indexState, value, strings.ToLower(string(state)))
		}
	}
}
