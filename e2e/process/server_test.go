package process_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

// The demo starts without a configuration, its example commands work, and it serves
// GraphiQL.
func TestDemo_FirstSteps(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "demo", "--listen", "127.0.0.1:0")
	p.waitStdout(`Ctrl-C stops it\.\n`)

	commands := regexp.MustCompile(`(?m)^  curl -s http://(\S+)/graphql -H 'content-type: application/json' -d '([^']*)'$`).
		FindAllStringSubmatch(p.stdout.String(), -1)
	if len(commands) != 3 {
		t.Fatalf("%d commands to try:\n%s", len(commands), &p.stdout)
	}
	for _, command := range commands {
		status, a, err := post(client(), command[1], command[2])
		if err != nil || status != http.StatusOK || len(a.Errors) > 0 || strings.Contains(a.text, `"nodes":[]`) || strings.Contains(a.text, `"users":[]`) {
			t.Errorf("%s: %d, %v\n%s", command[2], status, err, a.text)
		}
	}

	status, header, page := p.get("/")
	if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		t.Errorf("GraphiQL: %d %v", status, header)
	}
	script := regexp.MustCompile(`<script[^>]* src="(/[^"]+)"`).FindStringSubmatch(page)
	if script == nil {
		t.Fatalf("GraphiQL has no script of this server:\n%s", page)
	}
	if status, header, _ := p.get(script[1]); status != http.StatusOK || !strings.Contains(header.Get("Content-Type"), "javascript") {
		t.Errorf("%s: %d %v", script[1], status, header)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/elsewhere": 404, "/graphiql/elsewhere": 404, "/access": 200, "/access/": 200, "/access/elsewhere": 404} {
		if status, _, body := p.get(path); status != want {
			t.Errorf("%s: %d, not %d\n%s", path, status, want, body)
		}
	}
}

// The output of the command vendors is a configuration for serve.
func TestServe_PrintedConfiguration(t *testing.T) {
	t.Parallel()
	var want []string
	for _, v := range vendors.All() {
		want = append(want, v.Word())
	}
	simulators := start(t, nil, "vendors", "--port", "0")
	simulators.waitStdout(endOfConfiguration)
	config := strings.ReplaceAll(simulators.stdout.String(), "token: demo-token", "token: ${DEMO_TOKEN}")
	if n := strings.Count(config, "${DEMO_TOKEN}"); n != len(want) {
		t.Fatalf("%d vendors, want %d:\n%s", n, len(want), config)
	}
	p := startServer(t, []string{"DEMO_TOKEN=demo-token"}, "serve", "--config", writeFile(t, "a.yaml", listenAnywhere+config))
	if want := "accountgraph listens on http://" + p.address + "\n"; p.stdout.String() != want {
		t.Errorf("%q, not %q", &p.stdout, want)
	}
	a := p.query(`{ providers { name vendor users(first: 1) { nodes { id } } } }`)
	var names []string
	for i := range want {
		name, _ := a.value(fmt.Sprintf("providers.%d.name", i)).(string)
		names = append(names, name)
		if id, _ := a.value(fmt.Sprintf("providers.%d.users.nodes.0.id", i)).(string); !strings.HasPrefix(id, name+":User:") {
			t.Errorf("%s: the first user is %q\n%s", name, id, a.text)
		}
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	for line := range strings.Lines(p.waitStderr(`(?s)\{.*"listening".*\n`)[0]) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a log line is not JSON: %s", line)
		}
	}
}

// Serve is the default command, and --listen overrides the configuration.
func TestServe_DefaultCommand(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "a.yaml", "server: {listen: 127.0.0.1:1, graphiql: false}\n"+startVendors(t).Config())
	p := startServer(t, nil, "--config", config, "--listen", "127.0.0.1:0")
	if status, _, _ := p.get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz: %d", status)
	}
	if status, _, _ := p.get("/"); status != http.StatusNotFound {
		t.Errorf("GraphiQL is off, but / gives %d", status)
	}
	if status, _, _ := p.get("/access"); status != http.StatusNotFound {
		t.Errorf("server.access is off, but /access gives %d", status)
	}
}

func TestServe_Metrics(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+v.Config()))
	p.query(`{ users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } } }`)
	v.Vendor("softwareone").Control.Add(internalError)
	p.query(`{ users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`)
	for _, series := range []string{
		`accountgraph_requests_total{code="ok"}`,
		`accountgraph_requests_total{code="UPSTREAM_UNAVAILABLE"}`,
		`accountgraph_vendor_calls_total{outcome="unavailable",provider="softwareone"}`,
		`accountgraph_vendor_call_seconds_count{provider="softwareone"}`,
	} {
		if n, _ := p.metric(series); n != 1 {
			t.Errorf("%s is %v, not 1", series, n)
		}
	}
	if n, _ := p.metric(`accountgraph_vendor_calls_total{outcome="ok",provider="blendvision"}`); n < 1 {
		t.Errorf("%v successful calls to blendvision", n)
	}
	if n, found := p.metric(`accountgraph_vendor_calls_total{outcome="ok",provider="activityinfo"}`); n != 0 || !found {
		t.Errorf("activityinfo was not called, but has %v, %v", n, found)
	}
	if n, _ := p.metric(`accountgraph_request_seconds_count`); n != 2 {
		t.Errorf("%v requests took time, not 2", n)
	}
}

// The file, the command schema and _service have the same SDL. Without introspection and a
// gateway that authenticates, _service does not exist.
func TestSchema_SameEverywhere(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile(filepath.Join(root, "schema.graphqls"))
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "schema")
	if code := p.exit(); code != 0 || p.stderr.String() != "" {
		t.Errorf("exit %d: %s", code, &p.stderr)
	}
	if diff := cmp.Diff(string(file), p.stdout.String()); diff != "" {
		t.Errorf("the output of schema differs:\n%s", diff)
	}
	older := start(t, nil, "schema", "--federation", "2.4")
	if code := older.exit(); code != 0 || !strings.Contains(older.stdout.String(), "/federation/v2.4\"") || strings.Contains(older.stdout.String(), "@cost") {
		t.Errorf("for an older version, exit %d: %.300s", code, &older.stdout)
	}
	for _, introspection := range []string{"true", "false"} {
		t.Run("introspection "+introspection, func(t *testing.T) {
			t.Parallel()
			config := "server: {listen: 127.0.0.1:0, introspection: " + introspection + "}\n" + startVendors(t).Config()
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", config))
			a := p.query(`{ _service { sdl } }`)
			if introspection == "false" {
				if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" || strings.Contains(a.text, "_service") {
					t.Errorf("without introspection: %.300s", a.text)
				}
				return
			}
			if diff := cmp.Diff(string(file), a.value("_service.sdl")); diff != "" {
				t.Errorf("_service differs:\n%s", diff)
			}
		})
	}
}

// A response has a trace of the vendor calls only if the request has the trace header.
func TestServe_Trace(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+startVendors(t).Config()))
	const query = `{
		s: users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } }
		i: users(first: 1, filter: {providers: ["activityinfo"]}) { nodes { id } }
		p: users(first: 1, filter: {providers: ["activeplatform"]}) { nodes { id } }
		b: users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } }
	}`
	for _, source := range []string{"VENDOR", "MEMORY"} {
		checkTrace(t, p.query(query, "accountgraph-trace: 1"), source)
	}
	if a := p.query(query); a.Extensions != nil {
		t.Errorf("extensions without the trace header: %v", a.Extensions)
	}
}

func checkTrace(t *testing.T, a response, source string) {
	t.Helper()
	rows, _ := a.Extensions["upstream"].([]any)
	if len(a.Extensions) != 1 || len(rows) < 4 {
		t.Fatalf("the trace is %v", a.Extensions)
	}
	var called []string
	for _, row := range rows {
		columns, _ := row.(map[string]any)
		provider, _ := columns["provider"].(string)
		called = append(called, provider)
		ms, isNumber := columns["ms"].(float64)
		start, hasStart := columns["start"].(float64)
		path, _ := columns["path"].(string)
		if !isNumber || ms < 0 || !hasStart || start < 0 || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
			t.Errorf("the row %v", columns)
		}
		delete(columns, "provider")
		delete(columns, "path")
		delete(columns, "ms")
		delete(columns, "start")
		if diff := cmp.Diff(map[string]any{"method": "GET", "source": source, "status": 200.0}, columns); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	slices.Sort(called)
	if diff := cmp.Diff([]string{"activeplatform", "activityinfo", "blendvision", "softwareone"}, slices.Compact(called)); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(a.text, demo.Token) {
		t.Errorf("a token in %s", a.text)
	}
}
