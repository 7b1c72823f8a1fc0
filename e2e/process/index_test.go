package process_test

import (
	"fmt"
	"strings"
	"testing"
)

// Every provider has the metrics of its index before and after a query needs one, also a
// provider whose indexes are disabled.
func TestMetrics_Index(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	c := v.Config()
	for name, index := range map[string]string{"blendvision": "{minRows: 0}", "activityinfo": "{enabled: false}"} {
		row := "    vendor: " + name + "\n"
		if !strings.Contains(c, row) {
			t.Fatalf("no %s in %s", name, c)
		}
		c = strings.Replace(c, row, row+"    index: "+index+"\n", 1)
	}
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+c))
	expect := func(when, metric, labels string, holds func(float64) bool) {
		t.Helper()
		if value, ok := p.metric(fmt.Sprintf("accountgraph_index_%s{%s}", metric, labels)); !ok || !holds(value) {
			t.Errorf("%s: %s of %s is %v, exported %t", when, metric, labels, value, ok)
		}
	}
	positive, zero := func(n float64) bool { return n > 0 }, func(n float64) bool { return n == 0 }
	one := func(n float64) bool { return n == 1 }
	gauges := []string{"rows", "bytes", "age_seconds", "build_seconds"}
	for _, vendor := range v.All {
		for _, gauge := range gauges {
			expect("at the start", gauge, `provider="`+vendor.Name+`"`, zero)
		}
	}
	expect("at the start", "state", `provider="blendvision",state="none"`, one)
	expect("disabled", "state", `provider="activityinfo",state="none"`, zero)
	p.query(`{ users(first: 1, filter: {providers: ["blendvision"], name: "a"}) { totalCount } }`)
	for _, gauge := range gauges {
		expect("after a query", gauge, `provider="blendvision"`, positive)
		expect("after a query", gauge, `provider="activityinfo"`, zero)
	}
	expect("after a query", "state", `provider="blendvision",state="ready"`, one)
	expect("after a query", "state", `provider="blendvision",state="none"`, zero)
	if calls, _ := p.metric(`accountgraph_vendor_calls_total{outcome="ok",provider="blendvision"}`); calls == 0 {
		t.Error("the calls of a reading are not counted")
	}
}
