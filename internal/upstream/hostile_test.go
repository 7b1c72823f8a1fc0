package upstream_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// serveRaw starts a vendor that answers every request with these bytes, and counts requests.
func serveRaw(t *testing.T, response string) (*model.Provider, *atomic.Int32) {
	t.Helper()
	var requests atomic.Int32
	return serveConnections(t, func(c net.Conn) {
		in := bufio.NewReader(c)
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			requests.Add(1)
			// The client may have disconnected.
			_, _ = io.WriteString(c, strings.ReplaceAll(response, "{url}", r.URL.String()))
		}
	}), &requests
}

// serveConnections starts a vendor that passes each connection to serve, and then closes it.
func serveConnections(t *testing.T, serve func(net.Conn)) *model.Provider {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return &model.Provider{Name: "acme", BaseURL: "http://" + listener.Addr().String()}
}

// TestRoundTrip_InvalidHTTP reads responses that are no valid JSON over HTTP: the request is
// not retried.
func TestRoundTrip_InvalidHTTP(t *testing.T) {
	body := func(head, body string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body)
	}
	const json200 = "200 OK\r\nContent-Type: application/json"
	for name, response := range map[string]string{
		"204 with a body":          body("204 No Content\r\nContent-Type: application/json", `{"url":"{url}"}`),
		"304 with a body":          body("304 Not Modified\r\nContent-Type: application/json", `{"url":"{url}"}`),
		"205 with a body":          body("205 Reset Content\r\nContent-Type: application/json", `{"url":"{url}"}`),
		"switching protocols":      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n{url}",
		"endless interim":          strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: <{url}>\r\n\r\n", 5000),
		"headers of 70 kB":         body(json200+"\r\nX-Url: {url}"+strings.Repeat("x", 70<<10), `{}`),
		"70 kB of small headers":   body(json200+strings.Repeat("\r\nX-Header: 0123456789", 4000), `{}`),
		"no HTTP":                  "220 {url} ESMTP ready\r\n",
		"HTTP/0.9":                 `{"url":"{url}"}` + "\r\n",
		"a status that is no word": "HTTP/1.1 2xx {url}\r\n\r\n",
		"a header without a colon": "HTTP/1.1 200 OK\r\n{url}\r\n\r\n",
		"two lengths":              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}{url}",
		"a negative length":        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{url}",
		"deflate":                  body(json200+"\r\nContent-Encoding: deflate", `{"url":"{url}"}`),
		"brotli":                   body(json200+"\r\nContent-Encoding: br", `{"url":"{url}"}`),
		"an unknown encoding":      body(json200+"\r\nContent-Encoding: identity, x-{url}", `{"url":"{url}"}`),
		"two encodings":            body(json200+"\r\nContent-Encoding: identity\r\nContent-Encoding: br", `{"url":"{url}"}`),
		"a part":                   body("206 Partial Content\r\nContent-Type: application/json\r\nContent-Range: bytes 0-1/2", "{}"),
		"202":                      body("202 Accepted\r\nContent-Type: application/json", "{}"),
		"UTF-16":                   body(json200+"; charset=utf-16", "\x00{\x00}"),
		"UTF-16 by its mark":       body(json200, "\xff\xfe{\x00}\x00"),
		"Latin-1":                  body(json200+"; charset=ISO-8859-1", "{\"name\":\"Andr\xe9\"}"),
		"Latin-1 without a name":   body(json200, "{\"name\":\"Andr\xe9\"}"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider, requests := serveRaw(t, response)
			c := connect(t, upstream.Config{Provider: provider})
			got, err := read(t.Context(), c, "/p")
			if e := wantKind(t, err, providers.BadResponse); got != "" || strings.Contains(fmt.Sprintf("%v %#v", err, e), "/p") {
				t.Errorf("read %q; the error is %#v", got, e)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			if c.Status() == model.ProviderUp {
				t.Error("the status is UP")
			}
		})
	}
}

func TestRoundTrip_UTF8(t *testing.T) {
	for _, contentType := range []string{"application/json; charset=UTF-8", "application/json; charset=utf8", "application/json;charset=us-ascii"} {
		c := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
			return reply(200, `{"name":"André 中"}`, "Content-Type: "+contentType), nil
		})})
		if _, err := read(t.Context(), c, "/p"); err != nil {
			t.Errorf("%s: %v", contentType, err)
		}
	}
	for name, body := range map[string]string{
		"Latin-1": "{\"name\":\"Andr\xe9\"}", "half a rune": "\"\xe4\xb8", "a surrogate": "\"\xed\xa0\x80\"", "an overlong slash": "\"\xc0\xaf\"",
	} {
		c := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
			return reply(200, body, "Content-Type: application/json; charset=UTF-8"), nil
		})})
		got, err := read(t.Context(), c, "/p")
		if e := wantKind(t, err, providers.BadResponse); e.Detail != "response is not UTF-8" || got != "" {
			t.Errorf("%s: read %q; the detail is %q", name, got, e.Detail)
		}
	}
}

// TestRoundTrip_LateBody lets the body of a response that must have none arrive with the next
// request on its connection: it is not taken for the response to that request.
func TestRoundTrip_LateBody(t *testing.T) {
	const foreign, own = `{"of":"another"}`, `{"of":"this"}`
	respond := func(w io.Writer, body string) {
		// The client may have disconnected.
		_, _ = fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	for _, status := range []string{"204 No Content", "304 Not Modified"} {
		t.Run(status, func(t *testing.T) {
			provider := serveConnections(t, func(c net.Conn) {
				in, late := bufio.NewReader(c), false
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					if late {
						respond(c, foreign)
						late = false
					}
					if r.URL.Path == "/first" {
						_, _ = io.WriteString(c, "HTTP/1.1 "+status+"\r\n\r\n")
						late = true
						continue
					}
					respond(c, own)
				}
			})
			client := connect(t, upstream.Config{Provider: provider})
			_, err := read(t.Context(), client, "/first")
			wantKind(t, err, providers.BadResponse)
			if got, err := read(t.Context(), client, "/second"); err != nil || got != own {
				t.Errorf("read %q, %v; want %q", got, err, own)
			}
		})
	}
}

// TestRoundTrip_ProcessExhausted lets connections fail because of this process: this is no
// failure of the vendor.
func TestRoundTrip_ProcessExhausted(t *testing.T) {
	for name, reason := range map[string]error{
		"files of the process": syscall.EMFILE, "files of the host": syscall.ENFILE, "memory": syscall.ENOMEM,
		"buffers": syscall.ENOBUFS, "ports": syscall.EADDRNOTAVAIL,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var calls int
				exhausted := true
				c := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
					calls++
					if exhausted {
						return nil, &net.OpError{Op: "dial", Net: "tcp", Err: reason}
					}
					return reply(200, "{}"), nil
				})})
				for i := range 30 {
					_, err := read(t.Context(), c, fmt.Sprint("/", i))
					wantKind(t, err, providers.Overloaded)
				}
				if calls != 30 || c.Status() != model.ProviderUnknown {
					t.Errorf("%d calls, status %s; want 30 and UNKNOWN", calls, c.Status())
				}
				exhausted = false
				if _, err := read(t.Context(), c, "/p"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestBreaker_ProbeOfExhaustedProcess: a probe that could not be sent does not keep the circuit
// open for ever.
func TestBreaker_ProbeOfExhaustedProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := errors.New("reset")
		c := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
			if err != nil {
				return nil, err
			}
			return reply(200, "{}"), nil
		})})
		for i := range 20 {
			_, _ = read(context.Background(), c, fmt.Sprint("/", i))
		}
		_, failed := read(t.Context(), c, "/open")
		wantKind(t, failed, providers.CircuitOpen)
		err = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.EMFILE}
		delay := wantKind(t, failed, providers.CircuitOpen).RetryAfter
		pass(delay)
		_, failed = read(t.Context(), c, "/probe")
		wantKind(t, failed, providers.Overloaded)
		err = nil
		pass(delay)
		if _, failed = read(t.Context(), c, "/closed"); failed != nil {
			t.Error(failed)
		}
	})
}
