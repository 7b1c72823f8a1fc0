//go:build soak

package process_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// uncached makes every query call the vendors.
const uncached = "cache: {fresh: 0s, stale: 0s}\n"

// usersOf is a query for the users of one provider.
func usersOf(provider string) string {
	return fmt.Sprintf(`{"query": "{ users(first: 5, filter: {providers: [\"%s\"]}) { nodes { id name } } }"}`, provider)
}

// times sends a query n times and returns how long the responses took that have the value.
func (p *process) times(n int, body, value string) (times []time.Duration) {
	p.t.Helper()
	c := loadClient()
	for range n {
		began := time.Now()
		status, a, err := post(c, p.address, body)
		if err != nil || status != http.StatusOK || a.value(value) == nil {
			p.t.Errorf("%s: %d %v %.300s", body, status, err, a.text)
			continue
		}
		times = append(times, time.Since(began))
	}
	return times
}

// TestSoak_HangingVendor: at the defaults, a vendor that accepts calls and never responds
// does not slow the data of the others, once it is known to hang, and gets few calls.
func TestSoak_HangingVendor(t *testing.T) {
	v := startVendors(t)
	v.Delay(50 * time.Millisecond)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+uncached+v.Config()))
	// A healthy list over all providers would begin with the users of the one that hangs: what
	// its rows would take is compared, those of the others.
	list, others := `{"query": "{ users(first: 20) { nodes { id name } } }"}`, `{"query": "{ users(first: 20, filter: {providers: [\"activityinfo\", \"activeplatform\", \"blendvision\"]}) { nodes { id name } } }"}`
	// Its healthy rows come from all providers, also from the one that hangs.
	ordered := `{"query": "{ users(first: 20, orderBy: {field: LAST_LOGIN_AT, direction: DESC}) { nodes { id lastLoginAt } } }"}`
	each := `{"query": "{ providers { name users(first: 5) { nodes { id name } } } }"}`
	queries := []struct{ name, healthy, body, value string }{
		{"list over the providers", others, list, "users.nodes.0.id"},
		{"ordered list over the providers", ordered, ordered, "users.nodes.0.id"},
		{"each provider", each, each, "providers.0.name"},
		{"one provider", usersOf("blendvision"), usersOf("blendvision"), "users.nodes.0.id"},
	}
	healthy := make([]time.Duration, len(queries))
	for i, q := range queries {
		p.times(5, q.healthy, q.value)
		healthy[i] = p99(p.times(100, q.healthy, q.value))
	}

	vendor := v.Vendor("softwareone").Control
	vendor.Add(fakevendor.Fault{Path: "/", Delay: time.Hour})
	stop := make(chan struct{})
	var callers sync.WaitGroup
	for range 2 {
		callers.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(20 * time.Millisecond):
					_, _, _ = post(loadClient(), p.address, queries[0].body)
				}
			}
		})
	}
	<-time.After(15 * time.Second)
	close(stop)
	callers.Wait()
	vendor.TakeCalls()
	start := time.Now()
	for i, q := range queries {
		slowest := p99(p.times(100, q.body, q.value))
		t.Logf("%s: p99 %v healthy, %v with a hanging vendor", q.name, healthy[i], slowest)
		if slowest > healthy[i]*13/10 {
			t.Errorf("%s: %.2f times the healthy time", q.name, slowest.Seconds()/healthy[i].Seconds())
		}
	}
	for time.Since(start) < *phase {
		p.times(1, queries[0].body, queries[0].value)
	}
	calls, seconds := len(vendor.TakeCalls()), time.Since(start).Seconds()
	t.Logf("%d calls of the hanging vendor in %.0f s", calls, seconds)
	if float64(calls) > seconds/5+1 {
		t.Errorf("%.2f calls a second, want 0.2", float64(calls)/seconds)
	}
}

// TestSoak_FlappingVendor: of a vendor that answers every second call with 503, nearly all
// operations get their data.
func TestSoak_FlappingVendor(t *testing.T) {
	v := startVendors(t)
	base, err := url.Parse(v.Vendor("softwareone").BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int64
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: base.Scheme, Host: base.Host})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1)%2 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+uncached+fmt.Sprintf(
		"providers: [{name: softwareone, vendor: softwareone, baseURL: '%s%s', token: %s}]\n", server.URL, base.Path, demo.Token)))
	for _, connections := range []int{1, 8} {
		var sent, answered atomic.Int64
		var wg sync.WaitGroup
		end := time.Now().Add(*phase)
		for n := range connections {
			wg.Go(func() {
				c := loadClient()
				for i := 0; time.Now().Before(end); i++ {
					// Different queries are not coalesced.
					body := fmt.Sprintf(`{"query": "{ users(first: %d, filter: {providers: [\"softwareone\"]}) { nodes { id } } }"}`, 1+n+connections*(i%10))
					sent.Add(1)
					if status, a, err := post(c, p.address, body); err == nil && status == http.StatusOK && a.value("users.nodes.0.id") != nil {
						answered.Add(1)
					}
				}
			})
		}
		wg.Wait()
		t.Logf("%d connections: %d of %d answered", connections, answered.Load(), sent.Load())
		if part := float64(answered.Load()) / float64(sent.Load()); part < 0.95 {
			t.Errorf("%d connections: %.0f %% answered, want 95 %%", connections, 100*part)
		}
	}
}

// TestSoak_SlowVendors: while operations wait for vendors, more are executed, until the vendors
// get as many calls as they may. A limit for all executions that suits two processors (four)
// leaves both idle, and the server must fail the same comparison.
func TestSoak_SlowVendors(t *testing.T) {
	const latency, places = 300 * time.Millisecond, 64
	for _, c := range []struct{ name, limits string }{
		{"default limits", ""},
		{"four executions", "limits: {concurrentOperations: 4}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := startVendors(t)
			v.Delay(latency)
			v.StopRecording()
			providers := strings.ReplaceAll(v.Config(), "    token:", fmt.Sprintf("    maxConcurrent: %d\n    token:", places))
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenTwice+uncached+c.limits+providers))
			admin := p.admin()
			// One call of a vendor for an object that no other request asks for.
			query := `{"query": "{ user(id: \"activeplatform:User:#\") { id } }"}`
			most := places / latency.Seconds()
			cpu := p.cpu()
			capacity := p.capacity(query, 2*places)
			t.Logf("%.0f of %.0f operations per second, %v of processor time in %v", capacity, most, p.cpu()-cpu, *phase)
			l := p.offer(admin, query, 3*most)
			t.Logf("3 times that: %v", l)
			goodput := float64(l.Answered) / phase.Seconds()
			if low := capacity < 0.8*most || goodput < 0.6*most; low != (c.limits != "") {
				t.Errorf("%.0f operations per second, under overload %.0f, of %.0f", capacity, goodput, most)
			}
		})
	}
}
