package mcp_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/resolvers"
)

// lockedBuffer is a bytes.Buffer that is safe for concurrent use.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.b.String()
	l.b.Reset()
	return text
}

// What is refused at /mcp has a line in the log, with the id of the response, and is counted.
func TestHandler_RefusalsAreLogged(t *testing.T) {
	var log lockedBuffer
	c, err := config.Parse("test", []byte("server: {auth: {router: {secrets: ["+secret+"]}}}\n"+enabled+
		"\nproviders: [{name: softwareone, vendor: softwareone, baseURL: 'https://127.0.0.1:1', token: x}]"), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{Config: c, Schema: resolvers.New(), Log: slog.New(slog.NewJSONHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	message := func(text string) func(*http.Request) {
		return func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(text))
		}
	}
	const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":`
	for _, test := range []struct {
		name   string
		change func(*http.Request)
		status int
		codes  []string
	}{
		{"without credentials", func(r *http.Request) { r.Header.Del("Router-Authorization") }, 401, []string{"UNAUTHENTICATED"}},
		{"GET", func(r *http.Request) { r.Method = http.MethodGet }, 405, []string{"BAD_REQUEST"}},
		{"no JSON", message("{"), 400, []string{"BAD_REQUEST"}},
		{"a batch", message("[]"), 400, []string{"BATCHING_DISABLED"}},
		{"a media type", func(r *http.Request) { r.Header.Set("Accept", "text/html") }, 400, []string{"BAD_REQUEST"}},
		{"an unknown tool", message(call + `{"name":"purge"}}`), 200, []string{"BAD_USER_INPUT"}},
		{"an unknown argument", message(call + `{"name":"find_tenants","arguments":{"query":"x"}}}`), 200, []string{"BAD_USER_INPUT"}},
		// The endpoint reports it: there is one line.
		{"an invalid argument", message(call + `{"name":"person_everywhere","arguments":{"email":5}}}`), 200, []string{"BAD_USER_INPUT"}},
	} {
		r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
		r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}, "Router-Authorization": {secret}}
		test.change(r)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		id := w.Header().Get("X-Request-Id")
		var found []string
		for line := range strings.Lines(log.take()) {
			var entry struct {
				Message   string `json:"msg"`
				RequestID string
				Codes     []string
			}
			if json.Unmarshal([]byte(line), &entry) != nil || entry.Message != "request" {
				continue
			}
			found = append(found, entry.Codes...)
			if entry.RequestID != id || id == "" {
				t.Errorf("%s: the response has the id %q, the log %q", test.name, id, entry.RequestID)
			}
		}
		if w.Code != test.status || !slices.Equal(found, test.codes) {
			t.Errorf("%s: HTTP %d, codes in the log %q, want %q; %s", test.name, w.Code, found, test.codes, w.Body)
		}
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if text := w.Body.String(); !strings.Contains(text, `accountgraph_operation_requests_total{operation="Leavers",outcome="ok"} 0`) {
		t.Error("the series of a tool do not begin with 0")
	} else if !strings.Contains(text, `accountgraph_requests_total{code="UNAUTHENTICATED"} 1`) || !strings.Contains(text, `accountgraph_requests_total{code="BATCHING_DISABLED"} 1`) {
		t.Error("the refusals are not counted")
	}
}
