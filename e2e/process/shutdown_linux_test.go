package process_test

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
)

// Requests that have reached this host when a server stops get responses: on connections that
// the server has not accepted, and on idle ones.
func TestShutdown_RequestsOnTheWay(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "a.yaml", listenAnywhere+"limits: {shutdownDelay: 0s}\n"+startVendors(t).Config())
	const request = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
	query := fmt.Sprintf(request, len(oneUser), oneUser)
	for name, idle := range map[string]bool{"new connections": false, "idle connections": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startServer(t, nil, "--config", config)
			var conns []*rawConn
			open := func() {
				for range 200 {
					conns = append(conns, dialRaw(t, p.address))
				}
			}
			if idle {
				open()
				for _, c := range conns {
					if res := c.exchange(t, query); res.StatusCode != http.StatusOK || res.Close {
						t.Fatalf("HTTP %d", res.StatusCode)
					}
				}
			}
			p.signal(syscall.SIGSTOP)
			if !idle {
				open()
			}
			for _, c := range conns {
				if _, err := c.Write([]byte(query)); err != nil {
					t.Fatal(err)
				}
			}
			p.signal(syscall.SIGTERM)
			p.signal(syscall.SIGCONT)
			lost := 0
			for _, c := range conns {
				if _, err := http.ReadResponse(c.in, nil); err != nil {
					lost++
				}
			}
			if lost > 0 {
				t.Errorf("%d of %d requests got no response", lost, len(conns))
			}
			if code := p.exit(); code != 0 {
				t.Errorf("exit %d:\n%s", code, &p.stderr)
			}
		})
	}
}
