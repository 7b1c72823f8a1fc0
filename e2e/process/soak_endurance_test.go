//go:build soak

package process_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

// length is how long TestSoak_Endurance sends requests, and rate how many in a second.
var (
	length = flag.Duration("length", time.Minute, "duration of TestSoak_Endurance")
	rate   = flag.Int("rate", 200, "requests a second in TestSoak_Endurance")
)

// allowedDrift is how many goroutines and descriptors more a server may have at the end.
const allowedDrift = 5

// tenants are callers with a vendor token of their own.
var tenants = []string{"anna", "bert"}

// tenantHeader tells the proxy whose response it gets.
const tenantHeader = "X-Tenant"

// startMarkingProxy runs a proxy before a vendor, which accepts the name of a tenant as the
// token and marks each first name with it.
func startMarkingProxy(t *testing.T, vendor demo.Vendor) (baseURL string) {
	t.Helper()
	target, err := url.Parse(vendor.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
			r.Out.Header.Del("Accept-Encoding")
			if tenant := strings.TrimPrefix(r.In.Header.Get("Authorization"), "Bearer "); slices.Contains(tenants, tenant) {
				r.Out.Header.Set("Authorization", "Bearer "+demo.Token)
				r.Out.Header.Set(tenantHeader, tenant)
			}
		},
		ModifyResponse: func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			body = bytes.ReplaceAll(body, []byte(`"firstName":"`), []byte(`"firstName":"`+r.Request.Header.Get(tenantHeader)+`-`))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	})
	t.Cleanup(server.Close)
	return server.URL + target.Path
}

// sample is the state of a server at a moment.
type sample struct {
	at                           time.Time
	rss, goroutines, descriptors int
	heap                         float64 // bytes in use
}

func (s sample) String() string {
	return fmt.Sprintf("RSS %d MB, heap in use %.1f MB, %d goroutines, %d descriptors", s.rss, s.heap/(1<<20), s.goroutines, s.descriptors)
}

// sample reads the state of the server from the second listener and from /proc.
func (p *process) sample(admin string) (s sample) {
	s.at, s.rss = time.Now(), p.rss()
	entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd/", p.command.Process.Pid))
	s.descriptors = len(entries)
	res, err := client().Get("http://" + admin + "/metrics")
	if err != nil {
		p.t.Errorf("metrics: %v", err)
		return s
	}
	defer func() { _ = res.Body.Close() }()
	text, _ := io.ReadAll(res.Body)
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		number, _ := strconv.ParseFloat(value, 64)
		switch name {
		case "go_goroutines":
			s.goroutines = int(number)
		case "go_memstats_heap_inuse_bytes":
			s.heap = number
		}
	}
	return s
}

// endurance is the load of TestSoak_Endurance, and what came back.
type endurance struct {
	*process
	client *http.Client

	mu       sync.Mutex
	statuses map[string]int
	codes    map[string]int
	// rows is the number of rows of tenants, foreign those of another tenant.
	rows, foreign, left int
	unexpected          []string
}

// allowedCodes are the errors that the faults of vendors and of requests cause.
var allowedCodes = []string{
	"UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_CIRCUIT_OPEN", "UPSTREAM_RATE_LIMITED", "UPSTREAM_BAD_RESPONSE", "UPSTREAM_TRUNCATED",
	"UPSTREAM_FORBIDDEN", "UPSTREAM_UNAUTHENTICATED", "UPSTREAM_INDEXING", "OVERLOADED", "TIMEOUT", "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "BUDGET_EXCEEDED",
}

// send sends a random request, and checks its response.
func (e *endurance) send(random *rand.Rand) {
	tenant := tenants[random.IntN(len(tenants))]
	query, headers := "", []string{}
	switch n := random.IntN(100); {
	case n < 40:
		query = fmt.Sprintf(`{ users(first: %d, filter: {providers: ["tenants"]}) { nodes { id firstName } } }`, 1+random.IntN(60))
		headers = append(headers, "X-Tenant-Token: "+tenant)
	case n < 60:
		query = fmt.Sprintf(`{ users(first: %d, filter: {providers: ["softwareone", "activeplatform"]}) { nodes { id name memberships { nodes { role } } } } }`, 1+random.IntN(100))
	case n < 75:
		query = fmt.Sprintf(`{ user(id: "activeplatform:User:%d") { id name } accounts(first: %d) { nodes { name } } }`, random.IntN(100_000), 1+random.IntN(20))
	case n < 85:
		query = `{ providers { name status users(first: 3) { nodes { id email } } } }`
		headers = append(headers, "Accountgraph-Trace: 1")
	case n < 90:
		query = fmt.Sprintf(`{ users(first: 1) { nodes { unknown%d } } }`, random.IntN(1000))
	case n < 95:
		query = fmt.Sprintf(`{ people(first: %d) { nodes { email } } }`, 1+random.IntN(20))
	case n < 97:
		query = `mutation { purge(provider: "softwareone") { __typename } }`
	default:
		query = `{ node(id: "x") { id } }`
	}
	ctx := context.Background()
	if random.IntN(20) == 0 { // the client leaves
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(random.IntN(int(100*time.Millisecond))))
		defer cancel()
	}
	body, _ := json.Marshal(map[string]string{"query": query})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+e.address+"/graphql", bytes.NewReader(body))
	if err != nil {
		e.t.Error(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	res, err := e.client.Do(r)
	if err != nil {
		e.note(ctx, query, 0, "", tenant, err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	e.note(ctx, query, res.StatusCode, string(text), tenant, err)
}

// note records a response.
func (e *endurance) note(ctx context.Context, query string, status int, text, tenant string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	unexpected := func(what string) {
		if len(e.unexpected) < 10 {
			e.unexpected = append(e.unexpected, fmt.Sprintf("%s: %s: %.500s", query, what, text))
		}
	}
	if err != nil {
		if e.left++; ctx.Err() == nil {
			unexpected(err.Error())
		}
		return
	}
	e.statuses[strconv.Itoa(status)]++
	if status >= 500 && status != http.StatusServiceUnavailable {
		unexpected(strconv.Itoa(status))
	}
	var a response
	if json.Unmarshal([]byte(text), &a) != nil {
		unexpected("no JSON")
	}
	for _, err := range a.Errors {
		code := fmt.Sprint(err.Extensions["code"])
		if e.codes[code]++; !slices.Contains(allowedCodes, code) {
			unexpected(code)
		}
	}
	for _, other := range tenants {
		n := strings.Count(text, `"firstName":"`+other+`-`)
		if e.rows += n; other != tenant && n > 0 {
			e.foreign += n
			unexpected("rows of " + other + " for " + tenant)
		}
	}
}

// slope is the growth of the heap in bytes an hour, by the least of each ten samples, in the second half.
func slope(all []sample) float64 {
	var least []sample
	for chunk := range slices.Chunk(all[len(all)/2:], 10) {
		least = append(least, slices.MinFunc(chunk, func(a, b sample) int { return int(a.heap - b.heap) }))
	}
	var n, x, y, xx, xy float64
	for _, s := range least {
		at := s.at.Sub(all[0].at).Hours()
		n, x, y, xx, xy = n+1, x+at, y+s.heap, xx+at*at, xy+at*s.heap
	}
	if d := n*xx - x*x; d != 0 {
		return (n*xy - x*y) / d
	}
	return 0
}

// TestSoak_Endurance sends requests for a long time, while vendors fail at random, clients
// leave, and Redis crashes. Afterwards the server has as many goroutines and descriptors as
// before, its heap has not grown, and no caller has got a row of another one.
func TestSoak_Endurance(t *testing.T) {
	redis := redistest.Run(t)
	v, err := demo.StartSized(0, 2000)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Stop)
	v.StopRecording()
	base := startMarkingProxy(t, v.Vendor("softwareone"))
	config := "server: {listen: '127.0.0.1:0', admin: '127.0.0.1:0'}\n" +
		// Parsed documents take memory until their cache is full: let that be soon.
		"limits: {documentCacheBytes: 65536}\n" +
		fmt.Sprintf("cache: {redis: '%s', fresh: 2s, stale: 5s}\n", redis.URL()) + v.Config() +
		"  - {name: tenants, vendor: softwareone, baseURL: '" + base + "', credentials: caller, credentialHeader: X-Tenant-Token}\n"
	e := &endurance{
		process: startServer(t, nil, "--config", writeFile(t, "a.yaml", config)), client: loadClient(),
		statuses: map[string]int{}, codes: map[string]int{},
	}
	admin := e.admin()
	random := rand.New(rand.NewPCG(1, 2))
	var requests sync.WaitGroup
	run := func(until time.Time, fault func()) (all []sample) {
		tick, second := time.NewTicker(time.Second/time.Duration(*rate)), time.NewTicker(time.Second)
		defer tick.Stop()
		defer second.Stop()
		for time.Now().Before(until) {
			select {
			case <-tick.C:
				seed := random.Uint64()
				requests.Go(func() { e.send(rand.New(rand.NewPCG(seed, 0))) })
			case <-second.C:
				all = append(all, e.sample(admin))
				fault()
			}
		}
		return all
	}
	// settled waits until the state is at most that of before, and idle connections have ended.
	settled := func(before *sample) sample {
		requests.Wait()
		e.client.CloseIdleConnections()
		deadline := time.Now().Add(2 * time.Minute)
		for {
			<-time.After(time.Second)
			s := e.sample(admin)
			if time.Now().After(deadline) || before != nil && s.goroutines <= before.goroutines+allowedDrift && s.descriptors <= before.descriptors+allowedDrift {
				return s
			}
			if before == nil && time.Until(deadline) < 80*time.Second {
				return s
			}
		}
	}
	run(time.Now().Add(10*time.Second), func() {}) // indexes, connections
	before := settled(nil)
	seconds := 0
	all := run(time.Now().Add(*length), func() {
		seconds++
		if seconds%2 == 0 {
			vendor := v.All[random.IntN(len(v.All))].Control
			vendor.Reset()
			vendor.StopRecording()
			if random.IntN(3) > 0 {
				vendor.Add([]fakevendor.Fault{
					{Path: "/", Times: 50, Status: 503}, {Path: "/", Times: 20, Status: 429, RetryAfter: "1"}, {Path: "/", Times: 30, Hangup: true},
					{Path: "/", Times: 20, Cut: 100}, {Path: "/", Times: 8, Delay: 20 * time.Second}, {Path: "/", Times: 20, Status: 200, ContentType: "text/html", Body: "<html>"},
					{Path: "/", Times: 10, Status: 403, Body: "{}"},
				}[random.IntN(7)])
			}
		}
		switch seconds % 20 {
		case 10:
			redis.Kill()
		case 12:
			redis.Start()
		}
	})
	for _, vendor := range v.All {
		vendor.Control.Reset()
		vendor.Control.StopRecording()
	}
	after := settled(&before)
	growth := slope(all) / 6 / (1 << 20)
	t.Logf("%v at %d requests a second: responses %v, errors %v, %d clients left; %d rows of tenants, %d foreign", *length, *rate, e.statuses, e.codes, e.left, e.rows, e.foreign)
	t.Logf("before: %v; largest RSS under load %d MB; after: %v; the heap grows by %.2f MB in 10 minutes",
		before, slices.MaxFunc(all, func(a, b sample) int { return a.rss - b.rss }).rss, after, growth)
	for _, u := range e.unexpected {
		t.Error(u)
	}
	if len(e.unexpected) == 0 && e.rows == 0 || len(slices.Collect(maps.Keys(e.codes))) < 4 {
		t.Error("too little has happened")
	}
	if d := after.goroutines - before.goroutines; d > allowedDrift {
		t.Errorf("%d goroutines more", d)
	}
	if d := after.descriptors - before.descriptors; d > allowedDrift {
		t.Errorf("%d descriptors more", d)
	}
	if *length >= 10*time.Minute && growth > 1 {
		t.Errorf("the heap grows by %.2f MB in 10 minutes", growth)
	}
}
