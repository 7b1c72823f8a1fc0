package mcp_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/mcp"
	"github.com/accountgraph/accountgraph/resolvers"
)

// callText is a call of a tool that reads from vendors.
const callText = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"person_everywhere","arguments":{"email":"person123@acme.example"}}}`

func newRequest(t *testing.T, ctx context.Context, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	return r
}

// send sends a request, and returns the response and its body.
func send(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s %d: Cache-Control %q", r.Method, res.StatusCode, got)
	}
	return res, string(body)
}

// vendorCalls returns the number of calls since the last time.
func vendorCalls(vendors *demo.Vendors) (n int) {
	for _, v := range vendors.All {
		n += len(v.Control.TakeCalls())
	}
	return n
}

// A request has one message. What is refused calls no vendor, and is not repeated in the response.
func TestHandler_RefusesBodies(t *testing.T) {
	url, simulated := serve(t, enabled)
	const marker = "zebra"
	batch := "[" + strings.Repeat(callText+",", 299) + callText + "]"
	for _, c := range []struct {
		name, body, want string
		status           int
	}{
		{"a batch", batch, "BATCHING_DISABLED", http.StatusBadRequest},
		{"a batch after space", " \n[" + callText + "]", "BATCHING_DISABLED", http.StatusBadRequest},
		{"an empty batch", "[]", "BATCHING_DISABLED", http.StatusBadRequest},
		{"no body", "", "not valid JSON", http.StatusBadRequest},
		{"no JSON", marker, "not valid JSON", http.StatusBadRequest},
		{"a batch that is no JSON", "[" + callText + "," + marker, "not valid JSON", http.StatusBadRequest},
		{"a string", `"` + marker + `"`, "must be a JSON object", http.StatusBadRequest},
		{"an id that is an object", strings.Replace(callText, `"id":1`, `"id":{"`+marker+`":1}`, 1), "the id must be", http.StatusBadRequest},
		{"an id that is a list", strings.Replace(callText, `"id":1`, `"id":["`+marker+`"]`, 1), "the id must be", http.StatusBadRequest},
		{"an id that is null", strings.Replace(callText, `"id":1`, `"id":null`, 1), "the id must be", http.StatusBadRequest},
		{"an id that is a boolean", strings.Replace(callText, `"id":1`, `"id":true`, 1), "the id must be", http.StatusBadRequest},
		{"an id that is infinite", strings.Replace(callText, `"id":1`, `"id":1e999`, 1), "the id must be", http.StatusBadRequest},
		{"an id with a fraction", strings.Replace(callText, `"id":1`, `"id":1.5`, 1), "the id must be", http.StatusBadRequest},
		{"an id that would be rounded", strings.Replace(callText, `"id":1`, `"id":9007199254740993`, 1), "the id must be", http.StatusBadRequest},
		{"another version", strings.Replace(callText, `"2.0"`, `"`+marker+`"`, 1), "jsonrpc must be", http.StatusBadRequest},
		{"no version", strings.Replace(callText, `"jsonrpc":"2.0",`, "", 1), "jsonrpc must be", http.StatusBadRequest},
		{"a method that is no text", strings.Replace(callText, `"tools/call"`, `{"`+marker+`":1}`, 1), "the method must be", http.StatusBadRequest},
		{"no method", strings.Replace(callText, `"method":"tools/call",`, "", 1), "no method", http.StatusBadRequest},
		{"params that are a list", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["` + marker + `"]}`, "params must be", http.StatusBadRequest},
		{"params that are text", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":"` + marker + `"}`, "params must be", http.StatusBadRequest},
		{"two messages", callText + callText, "not valid JSON", http.StatusBadRequest},
		{"a duplicate name", strings.Replace(callText, `"id":1`, `"id":1,"`+marker+`":1,"`+marker+`":2`, 1), "duplicate name", http.StatusBadRequest},
		{"a duplicate argument", strings.Replace(callText, `{"email"`, `{"email":"`+marker+`","email"`, 1), "duplicate name", http.StatusBadRequest},
		{"not UTF-8", strings.Replace(callText, "person123", marker+"\xff", 1), "not valid JSON", http.StatusBadRequest},
		{"too deep", strings.Replace(callText, `"person123@acme.example"`, strings.Repeat("[", 100)+strings.Repeat("]", 100), 1), "nested too deep", http.StatusBadRequest},
		{"too many values", strings.Replace(callText, `"person123@acme.example"`, "["+strings.Repeat("1,", 30_000)+"1]", 1), "too many values", http.StatusBadRequest},
		{"too long", strings.Replace(callText, "person123", strings.Repeat("x", 300<<10), 1), "bytes", http.StatusRequestEntityTooLarge},
	} {
		res, body := send(t, newRequest(t, t.Context(), http.MethodPost, url, c.body))
		if res.StatusCode != c.status || !strings.Contains(body, c.want) || strings.Contains(body, marker) || len(body) > 500 {
			t.Errorf("%s: status %d: %.300s", c.name, res.StatusCode, body)
		}
		checkRPCError(t, c.name, res, body)
	}
	if n := vendorCalls(simulated); n != 0 {
		t.Errorf("%d vendor calls", n)
	}
	if res, body := send(t, newRequest(t, t.Context(), http.MethodPost, url, callText)); res.StatusCode != http.StatusOK || !strings.Contains(body, "structuredContent") {
		t.Errorf("status %d: %.300s", res.StatusCode, body)
	}
}

// checkRPCError checks that a response is an error of JSON-RPC without an id.
func checkRPCError(t *testing.T, name string, res *http.Response, body string) {
	t.Helper()
	var message struct {
		JSONRPC string
		ID      *int
		Error   struct{ Code int }
	}
	if json.Unmarshal([]byte(body), &message) != nil || message.JSONRPC != "2.0" || message.ID != nil || message.Error.Code != -32600 && message.Error.Code != -32700 {
		t.Errorf("%s is no error of JSON-RPC: %.300s", name, body)
	}
	if got := res.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("%s: Content-Type %q", name, got)
	}
}

// Headers that are not those of the protocol are refused with an error, which repeats nothing of
// them. It is one of JSON-RPC, unless the endpoint refuses the request as it would at /graphql.
func TestHandler_RefusesHeaders(t *testing.T) {
	url, simulated := serve(t, enabled)
	const marker = "zebra"
	for name, c := range map[string]struct {
		status int
		want   string
		change func(http.Header)
	}{
		"a media type":        {http.StatusUnsupportedMediaType, `"code":"BAD_REQUEST"`, func(h http.Header) { h.Set("Content-Type", "text/"+marker) }},
		"no event stream":     {http.StatusBadRequest, `"code":-32600`, func(h http.Header) { h.Set("Accept", "application/"+marker) }},
		"an unknown protocol": {http.StatusBadRequest, `"code":-32602`, func(h http.Header) { h.Set("MCP-Protocol-Version", marker) }},
		"a position":          {http.StatusBadRequest, `"code":-32600`, func(h http.Header) { h.Set("Last-Event-ID", marker) }},
	} {
		r := newRequest(t, t.Context(), http.MethodPost, url, callText)
		c.change(r.Header)
		res, body := send(t, r)
		if isJSON := strings.HasPrefix(res.Header.Get("Content-Type"), "application/json"); res.StatusCode != c.status || !isJSON || !strings.Contains(body, c.want) || strings.Contains(body, marker) {
			t.Errorf("%s: status %d: %.300s", name, res.StatusCode, body)
		}
	}
	if n := vendorCalls(simulated); n != 0 {
		t.Errorf("%d vendor calls", n)
	}
}

// There is no stream of messages from the server: other methods than POST are refused as such,
// whatever the client accepts.
func TestHandler_Methods(t *testing.T) {
	url, _ := serve(t, enabled)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodDelete, http.MethodPut, http.MethodOptions} {
		for _, accept := range []string{"", "text/event-stream", "text/html", "*/*"} {
			r := newRequest(t, t.Context(), method, url, "")
			r.Header = http.Header{"Accept": {accept}}
			if res, _ := send(t, r); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != http.MethodPost {
				t.Errorf("%s, Accept %q: status %d, Allow %q", method, accept, res.StatusCode, res.Header.Get("Allow"))
			}
		}
	}
}

// A call of a tool has no dry run: it is refused, and not executed.
func TestHandler_RefusesDryRuns(t *testing.T) {
	url, simulated := serve(t, enabled)
	for _, value := range []string{"1", "0", "true", ""} {
		r := newRequest(t, t.Context(), http.MethodPost, url, callText)
		r.Header["Accountgraph-Dry-Run"] = []string{value}
		if res, body := send(t, r); res.StatusCode != http.StatusBadRequest || !strings.Contains(body, "dry-run") && !strings.Contains(body, "Dry-Run") {
			t.Errorf("%q: status %d: %.300s", value, res.StatusCode, body)
		}
	}
	if n := vendorCalls(simulated); n != 0 {
		t.Errorf("%d vendor calls", n)
	}
}

// An operation ends when the client of its tool leaves.
func TestCall_EndsWithItsClient(t *testing.T) {
	began, ended := make(chan struct{}), make(chan struct{})
	h, err := mcp.New(mcp.Options{
		Schema: resolvers.New().Schema(), Depth: 10, Values: 100,
		GraphQL: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(began)
			select {
			case <-r.Context().Done():
				close(ended)
			case <-t.Context().Done():
			}
		}),
	}, mcp.BuiltIn())
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(h)
	t.Cleanup(listener.Close)
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if res, err := http.DefaultClient.Do(newRequest(t, ctx, http.MethodPost, listener.URL, callText)); err == nil {
			res.Body.Close()
		}
	}()
	<-began
	leave()
	left := time.Now()
	<-gone
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("the operation goes on after the client has left")
	}
	if took := time.Since(left); took > time.Second {
		t.Errorf("the operation ended after %s", took)
	}
}
