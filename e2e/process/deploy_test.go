package process_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/redistest"
)

// selector matches the name of a metric of the server with its labels.
var selector = regexp.MustCompile(`\b((?:accountgraph|go|process)_\w+)(?:\{([^}]*)\})?`)

// grouping matches the labels that a query groups by.
var grouping = regexp.MustCompile(`by \(([^)]*)\)`)

// Every metric, label and value that an alert or a panel of the dashboard names is in a scrape
// of a server that has just started.
func TestDeploy_QueriesMatchMetrics(t *testing.T) {
	t.Parallel()
	redis := redistest.Run(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", fmt.Sprintf("%scache: {redis: 'redis://127.0.0.1:%s'}\n%s", listenAnywhere, redis.Port, startVendors(t).Config())))
	p.query(`query Once { users(first: 1) { nodes { id } } }`)
	_, _, metrics := p.get("/metrics")
	queries := append(panelQueries(t), alertQueries(t)...)
	if len(queries) < 30 {
		t.Errorf("only %d queries", len(queries))
	}
	// Prometheus adds these.
	added := []string{"instance", "job"}
	for _, query := range queries {
		found := selector.FindAllStringSubmatch(query, -1)
		if len(found) == 0 && !strings.HasPrefix(query, "up{") { // Prometheus' own metric of a scrape
			t.Errorf("no metric in %s", query)
		}
		var labels []string
		for _, match := range found {
			series := seriesOf(metrics, match[1])
			if len(series) == 0 {
				t.Errorf("%s is in no scrape: %s", match[1], query)
				continue
			}
			for _, condition := range regexp.MustCompile(`(\w+)(=~?)"([^"]*)"`).FindAllStringSubmatch(match[2], -1) {
				exact := condition[1] + `="` + condition[3] + `"`
				if !slices.Contains(added, condition[1]) && !strings.Contains(strings.Join(series, "\n"), exact) {
					t.Errorf("no series of %s has %s: %s", match[1], exact, query)
				}
			}
			labels = append(labels, series...)
		}
		for _, group := range grouping.FindAllStringSubmatch(query, -1) {
			for label := range strings.SplitSeq(group[1], ", ") {
				if !slices.Contains(added, label) && !strings.Contains(strings.Join(labels, "\n"), label+`="`) {
					t.Errorf("no series has the label %s: %s", label, query)
				}
			}
		}
	}
}

// seriesOf returns the series of a metric.
func seriesOf(metrics, name string) (series []string) {
	for line := range strings.Lines(metrics) {
		if strings.HasPrefix(line, name+"{") || strings.HasPrefix(line, name+" ") {
			series = append(series, line)
		}
	}
	return series
}

// panelQueries returns the queries of the dashboard.
func panelQueries(t *testing.T) (queries []string) {
	t.Helper()
	text, err := os.ReadFile(root + "/deploy/grafana/accountgraph.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		if len(panel.Targets) == 0 {
			t.Errorf("the panel %s has no query", panel.Title)
		}
		for _, target := range panel.Targets {
			queries = append(queries, target.Expr)
		}
	}
	return queries
}

// alertQueries returns the queries of the alerts.
func alertQueries(t *testing.T) (queries []string) {
	t.Helper()
	text, err := os.ReadFile(root + "/deploy/prometheus/rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile(`(?m)^ +expr: (.*)$`).FindAllStringSubmatch(string(text), -1) {
		queries = append(queries, match[1])
	}
	return queries
}
