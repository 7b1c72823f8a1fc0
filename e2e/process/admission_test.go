package process_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// A server at its limit refuses operations, and answers health checks, metrics and cached
// queries as ever.
func TestServe_Overload(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"limits: {concurrentOperations: 2, queuedOperations: 1, queueWait: 10s}\n"+v.Config()))
	cached := `{ groups(first: 1) { nodes { id } } }`
	p.query(cached)
	v.Vendor("blendvision").Control.Add(fakevendor.Fault{Path: "/", Delay: 2 * time.Second})
	var wg sync.WaitGroup
	var mu sync.Mutex
	codes := map[string]int{}
	for i := range 8 {
		wg.Go(func() {
			body := fmt.Sprintf(`{"query": "{ users(first: %d, filter: {providers: [\"blendvision\"]}) { nodes { id } } }"}`, i+1)
			status, a, err := post(client(), p.address, body)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			code := fmt.Sprint(status)
			if len(a.Errors) > 0 {
				code += fmt.Sprint(" ", a.Errors[0].Extensions["code"], " ", a.Errors[0].Extensions["retryAfter"])
			}
			codes[code]++
		})
	}
	waitFor(t, "an operation waits", func() bool {
		_, _, metrics := p.get("/metrics")
		return strings.Contains(metrics, `accountgraph_operations{state="queued"} 1`)
	})
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, _, text := p.get(path); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	p.query(cached)
	wg.Wait()
	if codes["200"] != 3 || codes["503 OVERLOADED 1"] != 5 || len(codes) != 2 {
		t.Errorf("the responses are %v, want 3 with data and 5 OVERLOADED", codes)
	}
	p.query(`{ users(first: 1) { nodes { id } } }`)
}

// A caller that needs more of one provider than that can serve keeps places for its operations
// at the others: of those that wait for a call, the oldest fail.
func TestServe_OneProviderIsOverloaded(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	limits := "limits: {concurrentOperations: 32, queueWait: 10s, operationTime: 60s, placeWait: 60s}\n"
	config := strings.Replace(v.Config(), "vendor: softwareone\n", "vendor: softwareone\n    timeout: 60s\n", 1)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+limits+config))
	v.Vendor("softwareone").Control.Add(fakevendor.Fault{Path: "/", Delay: time.Minute})
	var overloaded atomic.Int32
	const places, waiting, more = 8, 16, 16
	for i := range places + waiting + more {
		go func() {
			body := fmt.Sprintf(`{"query": "{ user(id: \"softwareone:User:USR-1000-%04d\") { id } }"}`, i)
			status, a, err := post(client(), p.address, body)
			if err == nil && status == http.StatusOK && len(a.Errors) > 0 && a.Errors[0].Extensions["code"] == "OVERLOADED" {
				overloaded.Add(1)
			}
		}()
	}
	waitFor(t, "the operations that are too many fail", func() bool { return overloaded.Load() == more })
	p.query(`{ users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } } }`)
}

// A second listener serves health and metrics.
func TestServe_AdminListener(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", strings.Replace(listenAnywhere, "server: {", "server: {admin: '127.0.0.1:0', ", 1)+v.Config()))
	admin := &process{t: t, address: p.waitStderr(`health and metrics","address":"([^"]+)"`)[1]}
	for path, want := range map[string][2]int{
		"/healthz": {200, 200}, "/readyz": {200, 200}, "/metrics": {404, 200}, "/graphql": {400, 404},
	} {
		public, _, _ := p.get(path)
		second, _, _ := admin.get(path)
		if public != want[0] || second != want[1] {
			t.Errorf("%s: %d, and %d on the second listener; want %v", path, public, second, want)
		}
	}
}

// Idle connections beyond the limit make room for new ones.
func TestServe_Connections(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"limits: {connections: 16, readHeaderTime: 1s, readTime: 3s}\n"+v.Config()))
	open := func() net.Conn {
		c, err := net.Dial("tcp", p.address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	for range 16 {
		c := open()
		if _, err := c.Write([]byte("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		if status, _, _ := p.get("/healthz"); status != http.StatusOK {
			t.Fatalf("HTTP %d", status)
		}
	}
	// A connection with a request in progress is kept, and new ones are closed.
	unfinished := "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
	waitFor(t, "a connection is rejected", func() bool {
		// One whose header has not been read yet may have made room for the connection before.
		_, _ = open().Write([]byte(unfinished))
		res, err := client().Get("http://" + p.address + "/healthz")
		if err == nil {
			_ = res.Body.Close()
		}
		return err != nil
	})
	// They end when their request does not arrive in time.
	waitFor(t, "connections are accepted again", func() bool {
		res, err := client().Get("http://" + p.address + "/metrics")
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil
	})
}

// Connections that send nothing, or a part of a header, lock nobody out: they make room for new
// ones as idle connections do. The one that waits longest is closed first.
func TestServe_SilentConnections(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]string{"nothing": "", "a part of a header": "GET /healthz HTTP/1.1\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"limits: {connections: 16, readHeaderTime: 60s, readTime: 60s}\n"+startVendors(t).Config()))
			var silent []net.Conn
			for range 48 {
				c, err := net.Dial("tcp", p.address)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				_, _ = c.Write([]byte(sent)) // fails if the server has closed the connection
				silent = append(silent, c)
			}
			for range 8 {
				res, err := client().Get("http://" + p.address + "/healthz")
				if err != nil {
					t.Fatalf("a client is locked out: %v", err)
				}
				_ = res.Body.Close()
			}
			if n, _ := p.metric("accountgraph_connections_rejected_total"); n != 0 {
				t.Errorf("%v new connections were closed", n)
			}
			newest := silent[len(silent)-1]
			if _, err := newest.Write([]byte("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"[len(sent):])); err != nil {
				t.Fatal(err)
			}
			if n, err := newest.Read(make([]byte, 1000)); n == 0 {
				t.Errorf("the newest connection was closed before older ones: %v", err)
			}
		})
	}
}
