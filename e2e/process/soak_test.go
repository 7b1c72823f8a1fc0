//go:build soak

package process_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
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

// generated is what the load generator has measured.
type generated struct {
	Sent, Answered, Refused, Failed, Unsent int
	P50, P99, Late, CPU                     time.Duration
}

func (g generated) String() string {
	return fmt.Sprintf("sent %d, answered %d, refused %d, failed %d, p50 %v, p99 %v; the generator used %v of processor time and was late by %v (p99)",
		g.Sent, g.Answered, g.Refused, g.Failed, g.P50.Round(time.Millisecond), g.P99.Round(time.Millisecond), g.CPU.Round(10*time.Millisecond), g.Late.Round(time.Millisecond))
}

// generator builds the load generator once and returns its path.
var generator = sync.OnceValues(func() (string, error) {
	path := filepath.Join(buildDir(), "loadgen")
	out, err := exec.Command("go", "build", "-o", path, "./loadgen").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, err
})

// generate runs the load generator for a phase.
func (p *process) generate(address string, args ...string) (g generated) {
	p.t.Helper()
	path, err := generator()
	if err != nil {
		p.t.Error(err)
		return g
	}
	command := exec.Command(path, append(args, "-address", address, "-duration", phase.String())...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err == nil {
		err = json.Unmarshal(out, &g)
	}
	if err != nil {
		p.t.Error(err)
	}
	return g
}

// queries are the arguments for queries that are neither cached nor coalesced.
func queries(body string) []string {
	return []string{"-body", body, "-header", "Accountgraph-Trace: 1", "-answer", `{"data":{`}
}

// probe are the arguments for health checks.
func probe() []string { return []string{"-path", "/healthz", "-answer", "alive", "-rate", "50"} }

// load is what a phase has measured.
type load struct {
	generated
	// health and admin are health checks on the two listeners.
	health, admin generated
	// rss is the largest resident memory in MB, and cpu the processor time of the server.
	rss int
	cpu time.Duration
}

func (l load) String() string {
	return fmt.Sprintf("%v; the server used %v; health p99 %v, on the second listener %v, late by %v; RSS %d MB",
		l.generated, l.cpu, l.health.P99.Round(100*time.Microsecond), l.admin.P99.Round(100*time.Microsecond), max(l.health.Late, l.admin.Late).Round(100*time.Microsecond), l.rss)
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

// capacity is the number of requests per second that some connections get answered.
func (p *process) capacity(body string, connections int) float64 {
	g := p.generate(p.address, append(queries(body), "-connections", strconv.Itoa(connections))...)
	return float64(g.Answered) / phase.Seconds()
}

// offer sends requests at a rate, whether or not earlier ones have been answered, and health
// checks.
func (p *process) offer(admin, body string, rate float64) (l load) {
	var probes sync.WaitGroup
	cpu := p.cpu()
	probes.Go(func() { l.health = p.generate(p.address, probe()...) })
	probes.Go(func() { l.admin = p.generate(admin, probe()...) })
	done := make(chan struct{})
	probes.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			l.rss = max(l.rss, p.rss())
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
	l.generated = p.generate(p.address, append(queries(body), "-rate", fmt.Sprint(rate))...)
	close(done)
	probes.Wait()
	l.cpu = p.cpu() - cpu
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
	part := float64(l.Answered) / phase.Seconds() / capacity
	check(part >= goodput, "goodput is %.0f %% of the capacity, want %.0f %%", 100*part, 100*goodput)
	check(l.P99 <= 250*time.Millisecond, "p99 is %v", l.P99)
	for i, probe := range []generated{l.health, l.admin} {
		check(probe.P99 <= 50*time.Millisecond && probe.Failed == 0, "listener %d: the p99 of /healthz is %v, and %d checks failed", i+1, probe.P99, probe.Failed)
	}
	check(l.rss <= 512, "RSS is %d MB", l.rss)
	check(recovery <= 5*time.Second, "recovery took %v", recovery)
	return problems
}

// listenTwice configures a server to listen on two free ports.
const listenTwice = "server: {listen: 127.0.0.1:0, admin: 127.0.0.1:0}\n"

// admin returns the address of the second listener.
func (p *process) admin() string { return p.waitStderr(`health and metrics","address":"([^"]+)"`)[1] }

// TestSoak_Overload offers three and ten times the capacity. Without limits, the server must
// fail the same comparison.
func TestSoak_Overload(t *testing.T) {
	for _, c := range []struct{ name, limits string }{
		{"default limits", ""},
		{"without limits", "limits: {concurrentOperations: 10000, runningOperations: 1000, queuedOperations: 10000, queueWait: 10s, connections: 65536}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := startVendors(t)
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenTwice+"cache: {fresh: 5m}\n"+c.limits+v.Config()))
			admin := p.admin()
			if !ask(client(), p.address) {
				t.Fatal("no answer")
			}
			capacity := p.capacity(soakQuery, 8)
			t.Logf("capacity %.0f requests per second", capacity)
			var problems []string
			for _, o := range []struct{ factor, goodput float64 }{{3, 0.6}, {10, 0.4}} {
				l := p.offer(admin, soakQuery, o.factor*capacity)
				recovery := p.recovery()
				t.Logf("%v times the capacity: goodput %.0f %%, %v, recovery %v", o.factor, 100*float64(l.Answered)/phase.Seconds()/capacity, l, recovery)
				problems = append(problems, l.problems(capacity, o.goodput, recovery)...)
			}
			if failed := len(problems) > 0; failed != (c.limits != "") {
				t.Errorf("problems: %s", strings.Join(problems, "; "))
			}
		})
	}
}
