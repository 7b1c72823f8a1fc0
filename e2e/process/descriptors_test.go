package process_test

import (
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// A server without free file descriptors says so: the vendor, which it cannot call, is not
// blamed, neither by an address nor by a name that has to be resolved.
func TestServe_DescriptorsExhausted(t *testing.T) {
	t.Parallel()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	for name, host := range map[string]string{"address": "127.0.0.1", "name": "localhost"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vendors := strings.ReplaceAll(startVendors(t).Config(), "http://127.0.0.1", "http://"+host)
			config := writeFile(t, "a.yaml", listenAnywhere+vendors)
			p := startCommand(t, nil, exec.Command("sh", "-c", `ulimit -n 48 && exec "$0" "$@"`, path, "--config", config))
			p.address = p.waitStdout(`http://(127\.0\.0\.1:\d+)`)[1]

			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			c := &http.Client{Transport: transport, Timeout: waitTimeout}
			res, err := c.Get("http://" + p.address + "/healthz")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, res.Body) // so that the connection is used again
			_ = res.Body.Close()

			var idle []net.Conn
			closeIdle := func() {
				for _, conn := range idle {
					_ = conn.Close()
				}
			}
			defer closeIdle()
			for range 500 {
				conn, err := net.Dial("tcp", p.address)
				if err != nil {
					t.Fatal(err)
				}
				idle = append(idle, conn)
			}
			p.waitStderr("too many open files")
			_, a, err := post(c, p.address, oneUser)
			if err != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "OVERLOADED" {
				t.Errorf("%v %s", err, a.text)
			}
			closeIdle()
			waitFor(t, "the vendor is called again", func() bool {
				_, a, err := post(c, p.address, oneUser)
				return err == nil && a.value("users.nodes.0.id") != nil
			})
			if a := p.query(`{ provider(name: "softwareone") { status } }`); a.value("provider.status") != "UP" {
				t.Errorf("the status is not UP: %s", a.text)
			}
		})
	}
}
