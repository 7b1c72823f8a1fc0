package process_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// Each key of limits for documents takes effect: what one limit rejects is not within another.
func TestServe_DocumentLimits(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	p := startServer(t, gatewayEnv, "--config", writeFile(t, "a.yaml", `
cache: {fresh: 0s, stale: 0s}
server: {listen: 127.0.0.1:0, auth: {router: {secrets: ["${ROUTER_SECRET}"]}}}
limits: {bodyBytes: 3000, documentBytes: 2000, tokens: 100, depth: 5, rootFields: 3, fields: 12, aliases: 2, directives: 2,
  sameResponseKey: 4, fragments: 2, operations: 2, representations: 2, cost: 200, errors: 2}
`+v.Config()))
	repeat := func(text string, n int) string { return strings.Repeat(text+" ", n) }
	for name, c := range map[string]struct{ within, beyond, text string }{
		"bodyBytes":       {"", repeat("#", 1500) + "\n{ __typename }", "the body has more than 3000 bytes"},
		"documentBytes":   {"#" + strings.Repeat("x", 1900) + "\n{ __typename }", "#" + strings.Repeat("x", 2000) + "\n{ __typename }", "2000 bytes"},
		"tokens":          {"query(" + repeat("$a: Int", 20) + ") { __typename }", "query(" + repeat("$a: Int", 30) + ") { __typename }", "100 tokens"},
		"depth":           {"{ users(first: 1) { nodes { currentAccount { parent { id } } } } }", "{ users(first: 1) { nodes { currentAccount { parent { parent { id } } } } } }", "5 fields deep"},
		"rootFields":      {"{ a: __typename b: __typename __typename }", "{ " + repeat("__typename", 4) + "}", "3 root fields"},
		"fields":          {"{ providers { name id vendor status } __typename }", "{ providers { " + repeat("... { name }", 6) + "} }", "12 fields"},
		"aliases":         {"{ a: __typename b: __typename }", "{ a: __typename providers { b: name c: id } }", "2 aliases"},
		"directives":      {"{ __typename @include(if: true) @skip(if: false) }", "{ providers @include(if: true) { name @skip(if: false) id @skip(if: false) } }", "2 directives"},
		"sameResponseKey": {"{ providers { name name name name } }", "{ providers { name name name name name } }", "4 fields with the same response key"},
		"fragments":       {"{ ...a } fragment a on Query { ...b } fragment b on Query { __typename }", "{ ...a } fragment a on Query { ...b } fragment b on Query { ...c } fragment c on Query { __typename }", "2 fragments"},
		"operations":      {"query a { __typename } query b { __typename }", "query a { __typename } query b { __typename } query c { __typename }", "2 operations"},
		"representations": {
			`{ _entities(representations: [{__typename: "User", id: "a:User:1"}, {__typename: "User", id: "a:User:2"}]) { __typename } }`,
			`{ _entities(representations: [{__typename: "User", id: "a:User:1"}, {__typename: "User", id: "a:User:2"}, {__typename: "User", id: "a:User:3"}]) { __typename } }`, "2 representations",
		},
		"cost": {"{ users(first: 50) { nodes { id } } }", "{ users(first: 100) { nodes { memberships(first: 10) { nodes { id } } } } }", "200 objects"},
	} {
		send := func(document string) (int, string) {
			body, _ := json.Marshal(map[string]string{"query": document, "operationName": ""})
			if strings.HasPrefix(document, "query a") {
				body, _ = json.Marshal(map[string]string{"query": document, "operationName": "a"})
			}
			status, a, err := post(client(), p.address, string(body), "Router-Authorization: "+gatewaySecret)
			if err != nil {
				t.Fatal(err)
			}
			return status, a.text
		}
		if status, text := send(c.beyond); status < 400 || !strings.Contains(text, c.text) {
			t.Errorf("%s: beyond: %d %.300s", name, status, text)
		}
		if c.within == "" {
			continue
		}
		if _, text := send(c.within); strings.Contains(text, "more than") || strings.Contains(text, "fields deep") {
			t.Errorf("%s: within: %.300s", name, text)
		}
	}

	for _, vendor := range v.All {
		vendor.Control.Add(fakevendor.Fault{Path: "/", Status: http.StatusForbidden})
	}
	status, a, err := post(client(), p.address, `{"query": "{ providers { users(first: 1) { nodes { id } } } }"}`, "Router-Authorization: "+gatewaySecret)
	if err != nil || status != http.StatusOK || len(a.Errors) != 3 || !strings.Contains(a.Errors[2].Message, "2 more errors are omitted") {
		t.Errorf("errors: %d %v %.500s", status, err, a.text)
	}
}

// Each key of limits for what documents cost to validate and bodies to decode takes effect.
func TestServe_ValidationLimits(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+
		"limits: {overlapPairs: 100, unknownFields: 2, variableDepth: 3, values: 100}\n"+startVendors(t).Config()))
	same := func(n int) string { return `{"query": "{` + strings.Repeat(" __typename", n) + `}"}` }
	variable := func(value string) string {
		return `{"query": "query($f: UserFilter) { __typename users(first: 1, filter: $f) { nodes { id } } }", "variables": {"f": ` + value + `}}`
	}
	for name, c := range map[string]struct{ within, beyond, text string }{
		"overlapPairs":  {same(10), same(11), "same response key"},
		"unknownFields": {`{"query": "{ a b }"}`, `{"query": "{ a b c }"}`, "more than 2 fields that the schema does not have"},
		"variableDepth": {variable(`{"status": []}`), variable(`{"status": [[]]}`), "deep"},
		"values":        {variable(`{"status": [` + strings.Repeat("1,", 50) + "1]}"), variable(`{"status": [` + strings.Repeat("1,", 100) + "1]}"), "more than 100 values"},
	} {
		for body, want := range map[string]bool{c.within: false, c.beyond: true} {
			_, a, err := post(client(), p.address, body)
			if err != nil || strings.Contains(a.text, c.text) != want {
				t.Errorf("%s: %v %.300s", name, err, a.text)
			}
		}
	}
}

// The keys of limits for calls of vendors take effect.
func TestServe_VendorCallLimits(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+
		"cache: {fresh: 0s, stale: 0s}\nlimits: {retries: 0, retryBudget: 0, breakerFailures: 1, breakerDelay: 10m, placeWait: 200ms, connectTime: 2s, redisTime: 100ms, documentCacheBytes: 100000, automaticDocumentBytes: 100000}\n"+
		strings.ReplaceAll(v.Config(), "    token:", "    maxConcurrent: 1\n    token:")))
	query := func(provider, id string) string {
		return fmt.Sprintf(`{"query": "{ user(id: \"%s:User:%s\") { id } }"}`, provider, id)
	}

	failing := v.Vendor("blendvision").Control
	failing.Add(fakevendor.Fault{Path: "/", Status: http.StatusServiceUnavailable})
	for i, want := range []string{"UPSTREAM_UNAVAILABLE", "UPSTREAM_CIRCUIT_OPEN"} {
		_, a, err := post(client(), p.address, fmt.Sprintf(`{"query": "{ users(first: %d, filter: {providers: [\"blendvision\"]}) { nodes { id } } }"}`, i+1))
		if err != nil || !strings.Contains(a.text, want) {
			t.Errorf("%v %.300s, want %s", err, a.text, want)
		}
		if i == 1 && !strings.Contains(a.text, `"retryAfter":600`) && !strings.Contains(a.text, `"retryAfter":59`) {
			t.Errorf("%.300s, want ten minutes", a.text)
		}
	}
	if calls := len(failing.TakeCalls()); calls != 1 {
		t.Errorf("%d calls of a failing vendor, want one", calls)
	}

	// One call occupies the only place; the other operation is refused.
	slow := v.Vendor("activeplatform").Control
	slow.Add(fakevendor.Fault{Path: "/", Delay: 2 * time.Second, Times: 1})
	first := make(chan error, 1)
	go func() {
		_, _, err := post(client(), p.address, query("activeplatform", "7000001"))
		first <- err
	}()
	for len(slow.TakeCalls()) == 0 {
		<-time.After(time.Millisecond)
	}
	start := time.Now()
	_, a, err := post(client(), p.address, query("activeplatform", "7000002"))
	if took := time.Since(start); err != nil || !strings.Contains(a.text, `"code":"OVERLOADED"`) || !strings.Contains(a.text, `"retryAfter":`) || took > 1500*time.Millisecond {
		t.Errorf("after %v: %v %.300s, want OVERLOADED after 200 ms", took, err, a.text)
	}
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// Each key of limits for the exchange with a client takes effect.
func TestServe_ExchangeLimits(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"limits: {readHeaderTime: 300ms, readTime: 600ms, idleTime: 900ms, headerBytes: 4096}\n"+startVendors(t).Config()))
	header := "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
	for name, c := range map[string]struct {
		send, want string
		after      time.Duration
	}{
		"readHeaderTime": {"GET /healthz HTTP/1.1\r\nHost: local", "", 300 * time.Millisecond},
		"readTime":       {header + `{"query": `, "HTTP/1.1 408 ", 600 * time.Millisecond},
		"idleTime":       {"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 ", 900 * time.Millisecond},
		"headerBytes":    {"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: " + strings.Repeat("x", 9000) + "\r\n\r\n", "HTTP/1.1 431 ", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			conn, err := net.Dial("tcp", p.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write([]byte(c.send)); err != nil {
				t.Fatal(err)
			}
			_ = conn.SetReadDeadline(start.Add(waitTimeout))
			var got strings.Builder
			buffer := make([]byte, 4096)
			for err == nil {
				var n int
				n, err = conn.Read(buffer)
				got.Write(buffer[:n])
			}
			took := time.Since(start)
			if text := got.String(); !strings.HasPrefix(text, c.want) || c.want == "" && text != "" {
				t.Errorf("got %q", text)
			}
			// The defaults are 3 s and more; a busy machine is late.
			if took < c.after || took > c.after+2*time.Second {
				t.Errorf("closed after %v (%v), want %v", took, err, c.after)
			}
		})
	}
}

// A server with a limit that is not valid does not start.
func TestServe_InvalidLimits(t *testing.T) {
	t.Parallel()
	config := startVendors(t).Config()
	for _, limits := range []string{"aliases: -1", "fields: 0", "connections: 1", "idleTime: 0s", "readTime: 100ms", "operations: many", "unknown: 1"} {
		p := start(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+fmt.Sprintf("limits: {%s}\n", limits)+config))
		if code := p.exit(); code != 2 || !strings.Contains(p.stderr.String(), "limits."+limits[:strings.Index(limits, ":")]) {
			t.Errorf("%s: exit %d\n%s", limits, code, &p.stderr)
		}
	}
}
