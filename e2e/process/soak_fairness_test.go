//go:build soak

package process_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
)

// politeQueries is the number of different queries of the polite caller.
const politeQueries = 20

// share is what a caller gets.
type share struct {
	p50, p99 time.Duration
	// hits is the part of its pages and objects that the cache had.
	hits         float64
	sent, failed int
}

// polite sends one query after the other for a phase, fifty milliseconds apart.
func (p *process) polite(credential string) (s share) {
	c, end := loadClient(), time.Now().Add(*phase)
	var times []time.Duration
	var rows, hits int
	for n := 0; time.Now().Before(end); n++ {
		body := fmt.Sprintf(`{"query": "{ users(first: %d, filter: {providers: [\"softwareone\"]}) { nodes { id name } } fresh: user(id: \"activeplatform:User:%d\") { id } }"}`, 81+n%politeQueries, 7_000_000+time.Now().UnixNano()%1_000_000_000)
		began := time.Now()
		status, a, err := post(c, p.address, body, credential, "accountgraph-trace: 1")
		s.sent++
		if err != nil || status != http.StatusOK || a.value("users.nodes.0.id") == nil {
			s.failed++
			continue
		}
		times = append(times, time.Since(began))
		var trace []struct{ Provider, Source string }
		text, _ := json.Marshal(a.Extensions["upstream"])
		_ = json.Unmarshal(text, &trace)
		for _, row := range trace {
			if row.Provider != "softwareone" {
				continue
			}
			rows++
			if row.Source != "VENDOR" {
				hits++
			}
		}
		<-time.After(50 * time.Millisecond)
	}
	s.p99 = p99(times)
	if len(times) > 0 {
		s.p50 = times[len(times)/2]
	}
	s.hits = float64(hits) / float64(max(1, rows))
	return s
}

// greedy sends expensive queries over many connections, each with fifty calls for objects that
// nobody has asked for and a hundred users that it has not read before. It ends with ctx.
func (p *process) greedy(ctx context.Context, connections int, credential string) (sent *atomic.Int64, wait func()) {
	var wg sync.WaitGroup
	sent = new(atomic.Int64)
	c := loadClient()
	for n := range connections {
		wg.Go(func() {
			for after := ""; ctx.Err() == nil; {
				var query strings.Builder
				fmt.Fprintf(&query, `users(first: 100, after: \"%s\") { pageInfo { endCursor } nodes { id name email } }`, after)
				for i := range 49 {
					fmt.Fprintf(&query, ` a%d: user(id: \"activeplatform:User:%d\") { id }`, i, 9_000_000_000+(sent.Load()*128+int64(n))*50+int64(i))
				}
				_, a, _ := post(c, p.address, `{"query": "{`+strings.ReplaceAll(query.String(), `, after: \"\"`, "")+`}"}`, credential)
				after, _ = a.value("users.pageInfo.endCursor").(string)
				sent.Add(1)
			}
		})
	}
	return sent, wg.Wait
}

// TestSoak_GreedyCaller: a caller with 128 connections and expensive queries does not slow one
// that sends few, nor evicts what that has cached. If both have the same credential, the server
// cannot tell them apart, and it must fail the same comparison.
func TestSoak_GreedyCaller(t *testing.T) {
	i := newIssuer(t)
	gateway, token := "Router-Authorization: "+gatewaySecret, i.token(t, "personal:read")
	for _, c := range []struct{ name, greedy string }{{"two callers", token}, {"one credential", gateway}} {
		t.Run(c.name, func(t *testing.T) {
			v, err := demo.StartSized(0, 5000)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(v.Stop)
			v.StopRecording()
			v.Delay(40 * time.Millisecond)
			p := startServer(t, gatewayEnv, "--config", writeFile(t, "a.yaml", i.serverConfig("")+
				"cache: {fresh: 5m}\nlimits: {pageCacheBytes: 8388608}\n"+v.Config()))
			for range 2 {
				p.polite(gateway)
			}
			alone := p.polite(gateway)
			ctx, cancel := context.WithCancel(t.Context())
			sent, wait := p.greedy(ctx, 128, c.greedy)
			<-time.After(time.Second)
			beside := p.polite(gateway)
			cancel()
			wait()
			t.Logf("alone %+v; beside %d expensive queries %+v", alone, sent.Load(), beside)
			var problems []string
			if beside.p99 > alone.p99*3/2 {
				problems = append(problems, fmt.Sprintf("p99 is %.2f times that of the caller alone", beside.p99.Seconds()/alone.p99.Seconds()))
			}
			if beside.hits < alone.hits-0.05 {
				problems = append(problems, fmt.Sprintf("hit rate %.0f %%, alone %.0f %%", 100*beside.hits, 100*alone.hits))
			}
			if beside.failed > alone.failed {
				problems = append(problems, fmt.Sprintf("%d of %d failed", beside.failed, beside.sent))
			}
			if failed := len(problems) > 0; failed != (c.greedy == gateway) {
				t.Errorf("problems: %s", strings.Join(problems, "; "))
			}
		})
	}
}
