//go:build soak

package process_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestSoak_VendorPlaces offers three and ten times as many operations as the places at a slow
// vendor allow (`maxConcurrent`, at its default), each with ten calls. Most places are used for
// operations that get all of their data, and the others are refused long before their deadline.
func TestSoak_VendorPlaces(t *testing.T) {
	const latency, places, calls = 300 * time.Millisecond, 8, 10
	v := startVendors(t)
	v.Delay(latency)
	v.StopRecording()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenTwice+uncached+v.Config()))
	admin := p.admin()
	var fields strings.Builder
	for i := range calls {
		// Nobody else asks for this object.
		fmt.Fprintf(&fields, ` a%d: user(id: \"activeplatform:User:%d#\") { id }`, i, i+1)
	}
	query := `{"query": "{` + fields.String() + `}"}`
	capacity := places / (latency.Seconds() * calls)
	for _, o := range []struct{ factor, goodput float64 }{{1, 0.9}, {3, 0.6}, {10, 0.4}} {
		l := p.offer(admin, query, o.factor*capacity)
		part := float64(l.Answered) / phase.Seconds() / capacity
		t.Logf("%v times the capacity of %.2f operations per second: goodput %.0f %%, %v", o.factor, capacity, 100*part, l)
		if part < o.goodput || l.P99 > 8*time.Second || l.health.P99 > 50*time.Millisecond {
			t.Errorf("want a goodput of %.0f %% with a p99 of 8 s, and of 50 ms for /healthz", 100*o.goodput)
		}
		for _, took := range p.times(3, strings.ReplaceAll(query, "#", fmt.Sprint(time.Now().UnixNano())), "a0") {
			if took > time.Second {
				t.Errorf("after the overload, an operation took %v", took)
			}
		}
	}
}
