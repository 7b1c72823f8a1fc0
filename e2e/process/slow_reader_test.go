package process_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// A client that sends many requests and reads no response is disconnected after
// limits.responseTime: the kernel's buffer does not take all responses.
func TestServe_ClientReadsNothing(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"limits: {responseTime: 100ms}\n"+startVendors(t).Config()))
	const body = `{"query": "{ users(first: 100) { nodes { id name email status memberships { nodes { role tenant { id name } } } } } }"}`
	if status, a, err := post(client(), p.address, body); err != nil || status != 200 || len(a.text) < 20_000 {
		t.Fatalf("%d %v %.300s", status, err, a.text)
	}
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	requests := strings.Repeat(fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body), 60)
	if _, err := conn.Write([]byte(requests)); err != nil {
		t.Fatal(err)
	}
	answered := func() float64 {
		n, _ := p.metric(`accountgraph_requests_total{code="ok"}`)
		return n
	}
	waitFor(t, "the first responses are written", func() bool { return answered() > 2 })
	waitFor(t, "the connection is closed", func() bool {
		n, _ := p.metric("accountgraph_connections")
		return n == 1 // that of this request
	})
	if n := answered(); n >= 61 {
		t.Errorf("all responses, %v, were written to a client that reads none", n)
	}
}
