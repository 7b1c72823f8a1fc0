package process_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// rawConn is a connection that a test writes requests to.
type rawConn struct {
	net.Conn
	in *bufio.Reader
}

// dialRaw opens a connection whose reads and writes fail after waitTimeout.
func dialRaw(t *testing.T, address string) *rawConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(waitTimeout))
	return &rawConn{conn, bufio.NewReader(conn)}
}

// exchange sends a text and returns the next response, whose body has been read.
func (c *rawConn) exchange(t *testing.T, text string) *http.Response {
	t.Helper()
	_, _ = io.WriteString(c, text) // the server may have closed the connection
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatalf("no response to %.200q: %v", text, err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Error(err)
	}
	return res
}

// closes reports that the server has closed the connection.
func (c *rawConn) closes() bool {
	_, err := c.in.ReadByte()
	return err == io.EOF || err != nil && strings.Contains(err.Error(), "reset by peer")
}

// A response does not wait for a body that is announced and not needed. Without the body, it
// closes the connection; if the body is there, the connection stays open.
func TestServe_ResponseBeforeBody(t *testing.T) {
	t.Parallel()
	// A server that waits for bodies responds after the test's timeout.
	config := "server: {listen: 127.0.0.1:0, admin: 127.0.0.1:0, auth: {router: {secrets: [\"${ROUTER_SECRET}\"]}}}\nmcp: {enabled: true}\nlimits: {readTime: 60s}\n"
	p := startServer(t, gatewayEnv, "--config", writeFile(t, "a.yaml", config+startVendors(t).Config()))
	admin := p.waitStderr(`health and metrics","address":"([^"]+)"`)[1]
	const json, secret = "Content-Type: application/json\r\n", "Router-Authorization: " + gatewaySecret + "\r\n"
	for name, c := range map[string]struct {
		address, line, header string
		status                int
	}{
		"method":                 {p.address, "DELETE /graphql", json + secret, 405},
		"path":                   {p.address, "POST /unknown", json, 404},
		"method of another path": {p.address, "POST /healthz", json, 405},
		"content type":           {p.address, "POST /graphql", "Content-Type: text/plain\r\n" + secret, 415},
		"Accept":                 {p.address, "POST /graphql", json + secret + "Accept: text/html\r\n", 406},
		"credentials":            {p.address, "POST /graphql", json, 401},
		"cross-origin":           {p.address, "POST /graphql", json + secret + "Sec-Fetch-Site: cross-site\r\n", 400},
		"MCP":                    {p.address, "POST /mcp", json, 401},
		"the second listener":    {admin, "POST /metrics", "", 405},
		"preflight":              {p.address, "OPTIONS /graphql", "", 204},
		"GET":                    {p.address, "GET /healthz", "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := c.line + " HTTP/1.1\r\nHost: localhost\r\n" + c.header
			for _, announced := range []string{"Content-Length: 1000\r\n\r\n", "Content-Length: 1000\r\n\r\n{", "Content-Length: 1000000000\r\n\r\n{", "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"} {
				conn := dialRaw(t, c.address)
				if res := conn.exchange(t, header+announced); res.StatusCode != c.status || !res.Close {
					t.Errorf("%q: HTTP %d, closes the connection: %v", announced, res.StatusCode, res.Close)
				}
				if !conn.closes() {
					t.Errorf("%q: the connection is open", announced)
				}
			}
			conn := dialRaw(t, c.address)
			for range 2 {
				if res := conn.exchange(t, header+"Content-Length: 10\r\n\r\n0123456789"); res.StatusCode != c.status || res.Close {
					t.Errorf("with the body: HTTP %d, closes the connection: %v", res.StatusCode, res.Close)
				}
			}
		})
	}
	for _, path := range []string{"/graphql", "/mcp"} {
		conn := dialRaw(t, p.address)
		if res := conn.exchange(t, "POST "+path+" HTTP/1.1\r\nHost: localhost\r\n"+json+secret+"Content-Length: 1000000000\r\n\r\n{"); res.StatusCode != 413 || !res.Close {
			t.Errorf("%s: an announced length beyond the limit: HTTP %d, closes the connection: %v", path, res.StatusCode, res.Close)
		}
	}
}

// A client that sends a body while it is refused gets the response: the server does not reset the
// connection at once.
func TestServe_RefusalOfSentBody(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+startVendors(t).Config()))
	for _, length := range []int{100, 100_000, 10_000_000} {
		res, err := client().Post("http://"+p.address+"/graphql", "text/plain", strings.NewReader(strings.Repeat("x", length)))
		if err != nil {
			t.Errorf("%d bytes: %v", length, err)
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%d bytes: HTTP %d", length, res.StatusCode)
		}
	}
}

// A request whose length two servers may read differently is the last of its connection: what
// follows may be the rest of its body to the other one.
func TestServe_AmbiguousLength(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+startVendors(t).Config()))
	body := `{"query": "{ __typename }"}`
	chunks := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	const smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for name, c := range map[string]struct {
		version, header string
		status          int
	}{
		"both lengths":           {"1.1", fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n", len(chunks)+len(smuggled)), 200},
		"both in another order":  {"1.1", fmt.Sprintf("Transfer-Encoding: chunked\r\nContent-Length: %d\r\n", len(body)), 200},
		"HTTP/1.0":               {"1.0", fmt.Sprintf("Connection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: %d\r\n", len(chunks)), 400},
		"an encoding that is no": {"1.1", fmt.Sprintf("Transfer-Encoding: xchunked\r\nContent-Length: %d\r\n", len(chunks)), 501},
		"two lengths":            {"1.1", "Content-Length: 5\r\nContent-Length: 6\r\n", 400},
	} {
		conn := dialRaw(t, p.address)
		res := conn.exchange(t, "POST /graphql HTTP/"+c.version+"\r\nHost: localhost\r\nContent-Type: application/json\r\n"+c.header+"\r\n"+chunks+smuggled)
		if res.StatusCode != c.status || !res.Close || !conn.closes() {
			t.Errorf("%s: HTTP %d, closes the connection: %v, or answers what follows", name, res.StatusCode, res.Close)
		}
	}
}
