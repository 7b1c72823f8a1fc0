package upstream_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// An interim response that no response follows is a bad response after a quarter of the timeout,
// and the call does not wait for the rest of it.
func TestRoundTrip_InterimResponse(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]string{
		"nothing":                     "",
		"a body without an end":       `{"url":"/p"}`,
		"an interim one now and then": "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider, requests := serveRaw(t, "HTTP/1.1 100 Continue\r\n\r\n"+after)
			_, err := read(t.Context(), connect(t, upstream.Config{Provider: provider, Timeout: 4 * time.Second}), "/p")
			wantKind(t, err, providers.BadResponse)
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// A response that follows an interim one is read, however long its body takes.
func TestRoundTrip_ResponseAfterInterim(t *testing.T) {
	t.Parallel()
	provider := serveConnections(t, func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		for i, part := range []string{
			"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8202\r\n\r\n",
			`{"a":"` + strings.Repeat("x", 8192), `"}`, "  ",
		} {
			if i > 1 {
				<-time.After(1200 * time.Millisecond)
			}
			_, _ = io.WriteString(c, part) // the client reads it all
		}
	})
	got, err := read(t.Context(), connect(t, upstream.Config{Provider: provider, Timeout: 8 * time.Second}), "/p")
	if err != nil || len(got) < 8000 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
