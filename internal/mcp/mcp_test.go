package mcp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/resolvers"
)

// secret is the gateway's, whose requests have the scopes of the configuration.
const secret = "0123456789abcdef0123456789abcdef"

// serve runs a server with an MCP server and further settings, and returns the URL of /mcp.
func serve(t *testing.T, settings string) (string, *demo.Vendors) {
	t.Helper()
	simulated, err := demo.Start(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Stop)
	c, err := config.Parse("test", []byte(settings+"\n"+simulated.Config()), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{Config: c, Schema: resolvers.New(), Log: slog.New(slog.DiscardHandler), Simulated: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	listener := httptest.NewServer(s.Handler())
	t.Cleanup(listener.Close)
	return listener.URL + "/mcp", simulated
}

const enabled = "mcp: {enabled: true}"

// withHeader sends a header with each request.
type withHeader struct{ name, value string }

func (h withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	if h.name != "" {
		r = r.Clone(r.Context())
		r.Header.Set(h.name, h.value)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// connect connects a client of the SDK.
func connect(t *testing.T, url string, header withHeader) (*sdk.ClientSession, error) {
	t.Helper()
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &sdk.StreamableClientTransport{
		Endpoint: url, HTTPClient: &http.Client{Transport: header}, DisableStandaloneSSE: true, MaxRetries: -1,
	}, nil)
	if err == nil {
		t.Cleanup(func() { _ = session.Close() })
	}
	return session, err
}

func mustConnect(t *testing.T, url string) *sdk.ClientSession {
	t.Helper()
	session, err := connect(t, url, withHeader{})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// call calls a tool, and returns its texts.
func call(t *testing.T, s *sdk.ClientSession, name string, arguments any) (*sdk.CallToolResult, string) {
	t.Helper()
	result, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range result.Content {
		if text, ok := c.(*sdk.TextContent); ok {
			texts = append(texts, text.Text)
		}
	}
	return result, strings.Join(texts, "\n")
}

type arguments = map[string]any

// Every tool has schemas, and what it returns matches its own.
func TestTools(t *testing.T) {
	url, _ := serve(t, enabled)
	session := mustConnect(t, url)
	list, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]arguments{
		"person_everywhere": {"email": "person123@acme.example"},
		"leavers":           {"emails": []string{"person123@acme.example", "nobody@acme.example"}},
		"stale_logins":      {"before": "2026-01-31T00:00:00Z", "first": 5},
		"members_of_tenant": {"tenant": tenantOf(t, session), "first": 3},
		"find_tenants":      {"name": "a", "first": 2},
	}
	for _, tool := range list.Tools {
		a := tool.Annotations
		if tool.Description == "" || a == nil || !a.ReadOnlyHint || a.DestructiveHint == nil || *a.DestructiveHint {
			t.Errorf("%s: %q %+v", tool.Name, tool.Description, a)
		}
		input, known := calls[tool.Name]
		if !known {
			t.Errorf("there is no call of %s", tool.Name)
			continue
		}
		delete(calls, tool.Name)
		check(t, tool.Name+" input", tool.InputSchema, input)
		result, text := call(t, session, tool.Name, input)
		if result.IsError || !strings.Contains(text, "is data") || result.Meta["io.github.accountgraph/content"] != "data" {
			t.Errorf("%s: %s", tool.Name, text)
		}
		check(t, tool.Name+" output", tool.OutputSchema, result.StructuredContent)
		if strings.Contains(text, `"errors"`) || !strings.Contains(text, `"name":"`) {
			t.Errorf("%s: %.600s", tool.Name, text)
		}
	}
	if len(calls) > 0 {
		t.Errorf("not listed: %v", calls)
	}
}

func tenantOf(t *testing.T, s *sdk.ClientSession) string {
	t.Helper()
	result, _ := call(t, s, "find_tenants", arguments{"first": 1})
	text, err := json.Marshal(result.StructuredContent)
	var response struct {
		Data struct {
			Accounts struct{ Nodes []struct{ ID string } }
		}
	}
	if err != nil || json.Unmarshal(text, &response) != nil || len(response.Data.Accounts.Nodes) == 0 {
		t.Fatalf("%v %s", err, text)
	}
	return response.Data.Accounts.Nodes[0].ID
}

// check validates a value against a schema.
func check(t *testing.T, what string, schema, value any) {
	t.Helper()
	text, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	text, err = json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	if err := resolved.Validate(plain); err != nil {
		t.Errorf("%s: %v\n%.500s", what, err, text)
	}
}

func TestCall_Refusals(t *testing.T) {
	url, simulated := serve(t, enabled)
	session := mustConnect(t, url)
	for _, v := range simulated.All {
		v.Control.TakeCalls()
	}
	for _, c := range []struct {
		name      string
		arguments any
		want      string
	}{
		{"person_everywhere", arguments{}, "BAD_USER_INPUT"},
		{"person_everywhere", arguments{"email": 5}, "BAD_USER_INPUT"},
		{"person_everywhere", arguments{"email": "a@b.example", "query": "{ users { nodes { id } } }"}, `no argument "query"`},
		{"person_everywhere", []string{"a"}, "must be an object"},
		{"stale_logins", arguments{"before": "yesterday"}, "BAD_USER_INPUT"},
	} {
		result, text := call(t, session, c.name, c.arguments)
		if !result.IsError || !strings.Contains(text, c.want) {
			t.Errorf("%s(%v): %s", c.name, c.arguments, text)
		}
	}
	if _, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: "purge"}); err == nil {
		t.Error("an unknown tool was called")
	}
	for _, v := range simulated.All {
		if n := len(v.Control.TakeCalls()); n != 0 {
			t.Errorf("%s got %d calls", v.Name, n)
		}
	}
}

// Without the scope, what is personal is missing, with errors; without credentials, nothing is
// served.
func TestCall_Scopes(t *testing.T) {
	const members = "members_of_tenant"
	with := func(scopes string) string {
		url, _ := serve(t, "server: {auth: {router: {secrets: ["+secret+"], scopes: ["+scopes+"]}}}\n"+enabled)
		return url
	}
	url := with("")
	if _, err := connect(t, url, withHeader{}); err == nil {
		t.Error("a client without credentials was accepted")
	}
	if _, err := connect(t, url, withHeader{"Router-Authorization", strings.Repeat("x", 32)}); err == nil {
		t.Error("a wrong secret was accepted")
	}
	header := withHeader{"Router-Authorization", secret}
	for _, c := range []struct {
		url     string
		allowed bool
	}{{url, false}, {with("personal:read"), true}} {
		session, err := connect(t, c.url, header)
		if err != nil {
			t.Fatal(err)
		}
		result, text := call(t, session, members, arguments{"tenant": tenantOf(t, session), "first": 2})
		if result.IsError || strings.Contains(text, "requires the scope personal:read") == c.allowed || strings.Contains(text, `"email":"`) != c.allowed {
			t.Errorf("allowed %t: %.500s", c.allowed, text)
		}
		if !c.allowed && !strings.Contains(text, "It is not complete") {
			t.Errorf("%.300s", text)
		}
	}
}

// Calls of tools spend the rate of their caller.
func TestCall_RateLimit(t *testing.T) {
	url, _ := serve(t, "limits: {rate: 1000}\n"+enabled)
	session := mustConnect(t, url)
	var refused string
	for n := range 30 {
		result, text := call(t, session, "person_everywhere", arguments{"email": fmt.Sprintf("person%d@acme.example", n)})
		if result.IsError {
			refused = text
			break
		}
	}
	if !strings.Contains(refused, "RATE_LIMITED") || !strings.Contains(refused, "try again in") {
		t.Errorf("refused: %q", refused)
	}
}

func TestHandler_HTTP(t *testing.T) {
	url, _ := serve(t, enabled)
	post := func(change func(*http.Request)) int {
		body := `{"jsonrpc":"2.0","id":1,"method":"tools/list"}` + strings.Repeat(" ", 1)
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		change(r)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	if status := post(func(*http.Request) {}); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	for name, change := range map[string]func(*http.Request){
		"GET":          func(r *http.Request) { r.Method = http.MethodGet },
		"a form":       func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		"another site": func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
	} {
		if status := post(change); status < 400 || status > 415 {
			t.Errorf("%s: status %d", name, status)
		}
	}
	off, _ := serve(t, "")
	res, err := http.Get(off)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("without the configuration: status %d", res.StatusCode)
	}
}

// Documents of the manifest are tools beside those that come with the program.
func TestTools_OfAManifest(t *testing.T) {
	manifest := t.TempDir() + "/documents.json"
	documents := map[string]string{
		"a": "# The names of\n# all providers.\nquery ProviderNames { providers { name } }",
		"b": `mutation Purge { purge(provider: "softwareone") }`,
		"c": `{ __typename }`,
	}
	writeJSON(t, manifest, documents)
	url, _ := serve(t, "documents: {manifest: "+manifest+", only: true}\nmcp: {enabled: true, builtIn: false}")
	session := mustConnect(t, url)
	list, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name+": "+tool.Description)
	}
	if !slices.Equal(names, []string{"provider_names: The names of all providers."}) {
		t.Errorf("%q", names)
	}
	if _, text := call(t, session, "provider_names", nil); !strings.Contains(text, `"softwareone"`) {
		t.Error(text)
	}
}

func writeJSON(t *testing.T, path string, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
