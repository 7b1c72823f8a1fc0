package process_test

import (
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/redistest"
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

// Two replicas share indexes through Redis. The second makes no call for the list, and `purge`
// at one ends the index of the other. If the replica that reads is killed, the other one
// reads.
func TestIndex_Replicas(t *testing.T) {
	t.Parallel()
	v, redis := startVendors(t), redistest.Run(t)
	c := v.Config()
	for _, name := range []string{"blendvision", "activityinfo"} {
		row := "    vendor: " + name + "\n"
		c = strings.Replace(c, row, row+"    index: {minRows: 0}\n", 1)
	}
	config := writeFile(t, "a.yaml", fmt.Sprintf("%slimits: {redisTime: 1s}\ncache: {redis: %s}\n%s", listenAnywhere, redis.URL(), c))
	one, two := startServer(t, nil, "--config", config), startServer(t, nil, "--config", config)
	const query = `{ users(first: 5, filter: {providers: ["blendvision", "activityinfo"], name: "a"}) { totalCount nodes { id memberships { totalCount } } } }`
	calls := func(p *process) (n float64) {
		for _, name := range []string{"blendvision", "activityinfo"} {
			ok, _ := p.metric(fmt.Sprintf(`accountgraph_vendor_calls_total{outcome="ok",provider=%q}`, name))
			n += ok
		}
		return n
	}
	events := func(p *process, event string) float64 {
		n, _ := p.metric(fmt.Sprintf("accountgraph_cache_events_total{event=%q}", event))
		return n
	}
	first := one.query(query)
	waitFor(t, "both indexes are stored", func() bool { return events(one, "snapshot_kept") == 2 })
	second := two.query(query)
	if fmt.Sprint(first.value("users")) != fmt.Sprint(second.value("users")) || first.value("users.totalCount") == nil {
		t.Errorf("%s\n%s", first.text, second.text)
	}
	if n := calls(two); n != 0 || events(two, "snapshot_read") != 2 {
		t.Errorf("the second replica made %v calls", n)
	}

	one.query(`mutation { purge(provider: "blendvision") }`)
	waitFor(t, "the second replica has dropped the index", func() bool {
		n, _ := two.metric(`accountgraph_index_rows{provider="blendvision"}`)
		return n == 0
	})
	if two.query(query); calls(two) == 0 {
		t.Error("the second replica served an index that was purged")
	}

	waitFor(t, "the index is stored", func() bool { return events(two, "snapshot_kept") == 1 })
	two.query(`mutation { purge(provider: "blendvision") }`)
	v.Delay(time.Second)
	var killed sync.WaitGroup
	killed.Go(func() { _, _, _ = post(client(), one.address, fmt.Sprintf(`{"query": %q}`, query)) })
	waitFor(t, "the first replica reads", func() bool {
		n, _ := one.metric(`accountgraph_index_state{provider="blendvision",state="building"}`)
		return n == 1
	})
	one.signal(syscall.SIGKILL)
	killed.Wait()
	v.Delay(0)
	if got := two.query(query); fmt.Sprint(got.value("users")) != fmt.Sprint(second.value("users")) {
		t.Errorf("after a crash: %s", got.text)
	}
}
