//go:build soak

package process_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// phase is how long each phase of a measurement lasts.
var phase = flag.Duration("phase", 20*time.Second, "duration of a phase")

// soakQuery is served from the page cache. A traced request is neither cached nor
// coalesced.
const soakQuery = `{"query": "{ users(first: 100) { nodes { id name email status memberships { nodes { role status tenant { id name } } } } } }"}`

// loadClient keeps connections for many concurrent requests.
func loadClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4096}, Timeout: 11 * time.Second}
}

// ask sends the query and reports whether it was answered with data.
func ask(c *http.Client, address string) bool {
	status, a, err := post(c, address, soakQuery, "accountgraph-trace: 1")
	return err == nil && status == http.StatusOK && a.Data["users"] != nil
}

// load is what a phase has measured.
type load struct {
	sent, answered int64
	// times are those of answered requests, health those of /healthz.
	times, health []time.Duration
	rss           int
}

func (l load) String() string {
	return fmt.Sprintf("sent %d, answered %d, p99 %v, health p99 %v, RSS %d MB", l.sent, l.answered, p99(l.times), p99(l.health), l.rss)
}

func p99(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[len(times)*99/100]
}

// rss returns the resident memory of the process in MB.
func (p *process) rss() int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	match := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(text)
	if match == nil {
		return 0
	}
	kB, _ := strconv.Atoi(string(match[1]))
	return kB / 1024
}

// capacity is the number of requests per second that 8 connections get answered.
func (p *process) capacity() float64 {
	c, end := loadClient(), time.Now().Add(*phase)
	var answered atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for time.Now().Before(end) {
				if ask(c, p.address) {
					answered.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return float64(answered.Load()) / phase.Seconds()
}

// offer sends requests at a rate, whether or not earlier ones have been answered.
func (p *process) offer(rate float64) (l load) {
	c, health := loadClient(), loadClient()
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := time.Now()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for n := 0; time.Since(start) < *phase; n++ {
		<-tick.C
		for due := int64(time.Since(start).Seconds() * rate); l.sent < due; l.sent++ {
			wg.Go(func() {
				began := time.Now()
				if ask(c, p.address) {
					mu.Lock()
					defer mu.Unlock()
					l.answered++
					l.times = append(l.times, time.Since(began))
				}
			})
		}
		if n%10 == 0 {
			l.rss = max(l.rss, p.rss())
			wg.Go(func() {
				began := time.Now()
				if res, err := health.Get("http://" + p.address + "/healthz"); err == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					_ = res.Body.Close()
				}
				mu.Lock()
				defer mu.Unlock()
				l.health = append(l.health, time.Since(began))
			})
		}
	}
	wg.Wait()
	return l
}

// recovery is the time until ten requests in a row are answered, each within 250 ms.
func (p *process) recovery() time.Duration {
	c, start := loadClient(), time.Now()
	for row := 0; row < 10 && time.Since(start) < time.Minute; row++ {
		if began := time.Now(); !ask(c, p.address) || time.Since(began) > 250*time.Millisecond {
			row = -1
		}
	}
	return time.Since(start)
}

// problems compares a phase with the goals.
func (l load) problems(capacity, goodput float64, recovery time.Duration) (problems []string) {
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	part := float64(l.answered) / phase.Seconds() / capacity
	check(part >= goodput, "goodput is %.0f %% of the capacity, want %.0f %%", 100*part, 100*goodput)
	check(p99(l.times) <= 250*time.Millisecond, "p99 is %v", p99(l.times))
	check(p99(l.health) <= 50*time.Millisecond, "the p99 of /healthz is %v", p99(l.health))
	check(l.rss <= 512, "RSS is %d MB", l.rss)
	check(recovery <= 5*time.Second, "recovery took %v", recovery)
	return problems
}

// TestSoak_Overload offers three and ten times the capacity. Without limits, the server must
// fail the same comparison.
func TestSoak_Overload(t *testing.T) {
	for _, c := range []struct{ name, limits string }{
		{"default limits", ""},
		{"without limits", "limits: {concurrentOperations: 10000, runningOperations: 1000, queuedOperations: 10000, queueWait: 10s, connections: 65536}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := startVendors(t)
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"cache: {fresh: 5m}\n"+c.limits+v.Config()))
			capacity := p.capacity()
			t.Logf("capacity %.0f requests per second", capacity)
			var problems []string
			for factor, goodput := range map[float64]float64{3: 0.6, 10: 0.4} {
				l := p.offer(factor * capacity)
				recovery := p.recovery()
				t.Logf("%v times the capacity: %v, recovery %v", factor, l, recovery)
				problems = append(problems, l.problems(capacity, goodput, recovery)...)
			}
			if failed := len(problems) > 0; failed != (c.limits != "") {
				t.Errorf("problems: %s", strings.Join(problems, "; "))
			}
		})
	}
}
