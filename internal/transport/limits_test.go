package transport_test

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/transport"
)

func TestLimits_AreConfigurable(t *testing.T) {
	const users = "{ users(first: 20) { nodes { memberships(first: 20) { nodes { id } } } } }"
	documents := func(set func(*complexity.Limits)) transport.Limits {
		l := complexity.DefaultLimits()
		set(&l)
		return transport.Limits{Documents: l}
	}
	for name, test := range map[string]struct {
		limits transport.Limits
		query  string
		want   string
	}{
		"body":          {documents(func(l *complexity.Limits) { l.Body = 100 }), "{ __typename } #" + strings.Repeat("x", 100), "413 QUERY_TOO_LARGE"},
		"document":      {documents(func(l *complexity.Limits) { l.Bytes = 100 }), "{ __typename } #" + strings.Repeat("x", 100), "413 QUERY_TOO_LARGE"},
		"depth":         {documents(func(l *complexity.Limits) { l.Depth = 4 }), users, "400 QUERY_TOO_COMPLEX"},
		"cost":          {documents(func(l *complexity.Limits) { l.Cost = 400 }), users, "400 QUERY_TOO_COMPLEX"},
		"larger":        {documents(func(l *complexity.Limits) { l.Body, l.Bytes, l.Depth, l.Cost = 1000, 500, 5, 500 }), users, "200 data"},
		"operationTime": {transport.Limits{OperationTime: time.Nanosecond}, "{ users(first: 1) { nodes { id } } }", "200 UPSTREAM_TIMEOUT UPSTREAM_TIMEOUT UPSTREAM_TIMEOUT UPSTREAM_TIMEOUT data"},
	} {
		t.Run(name, func(t *testing.T) {
			options := transport.Options{Authenticator: auth.AllowAll(), Introspection: true, Limits: test.limits}
			if name == "operationTime" {
				options.Directory = newDirectory(t, nil)
			}
			s := newTestServer(t, options)
			res, members := s.send(t, testRequest{body: `{"query": "` + test.query + `"}`})
			if got := outcome(t, res, members); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// TestLimits_ResponseTime: the connection of a client that sends requests and reads no response
// is closed.
func TestLimits_ResponseTime(t *testing.T) {
	handler := newHandler(transport.Options{
		Authenticator: auth.AllowAll(), Introspection: true, Log: slog.New(slog.DiscardHandler), Limits: transport.Limits{ResponseTime: 50 * time.Millisecond},
	})
	closed := make(chan struct{}, 1)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	server.Start()
	defer server.Close()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const body = `{"query": "{ __schema { types { name description fields { name description args { name description } } } } }"}`
	request := fmt.Sprintf("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	go func() {
		for err := error(nil); err == nil; _, err = io.WriteString(c, request) {
		}
	}()
	select {
	case <-closed:
	case <-time.After(20 * time.Second):
		t.Fatal("the connection is open after 20 s")
	}
}
