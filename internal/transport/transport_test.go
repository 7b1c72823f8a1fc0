package transport_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/resolvers"
)

// testServer serves the graph without providers, and records its log and requests.
type testServer struct {
	url string
	log bytes.Buffer
	mu  sync.Mutex
	// requests are those that were observed, codes has the error codes of each.
	requests []operation.Request
	codes    [][]string
}

func newTestServer(t *testing.T, o transport.Options) *testServer {
	t.Helper()
	s := &testServer{}
	o.Log = slog.New(slog.NewJSONHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.ObserveRequest = func(r operation.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests, s.codes = append(s.requests, r), append(s.codes, r.Codes)
	}
	server := httptest.NewServer(newHandler(o))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// newHandler serves the graph of o.Directory, of no provider without one.
func newHandler(o transport.Options) http.Handler {
	o.Schema = resolvers.New()
	if o.Directory == nil {
		o.Directory = directory.New()
	}
	return transport.NewHandler(o)
}

// testRequest is an HTTP request. An empty method is POST, and a nil header is that of
// a JSON body.
type testRequest struct {
	method, url, body string
	header            http.Header
}

func (s *testServer) send(t *testing.T, request testRequest) (*http.Response, map[string]json.RawMessage) {
	t.Helper()
	if request.method == "" {
		request.method = http.MethodPost
	}
	r, err := http.NewRequest(request.method, s.url+request.url, strings.NewReader(request.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = request.header.Clone()
	if r.Header == nil {
		r.Header = http.Header{"Content-Type": {"application/json"}}
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.ContentLength != int64(len(text)) {
		t.Errorf("Content-Length %d of %d bytes", res.ContentLength, len(text))
	}
	var members map[string]json.RawMessage
	if len(text) > 0 && json.Unmarshal(text, &members) != nil {
		t.Errorf("no JSON object: %s", text)
	}
	return res, members
}

// outcome is the HTTP status, the codes of the errors, and "data" where there is any.
func outcome(t *testing.T, res *http.Response, members map[string]json.RawMessage) string {
	t.Helper()
	var errs []struct{ Extensions struct{ Code string } }
	if members["errors"] != nil {
		if err := json.Unmarshal(members["errors"], &errs); err != nil {
			t.Fatal(err)
		}
	}
	words := []string{strconv.Itoa(res.StatusCode)}
	for _, e := range errs {
		words = append(words, e.Extensions.Code)
	}
	if members["data"] != nil {
		words = append(words, "data")
	}
	return strings.Join(words, " ")
}

// typenameQuery is the body of a valid request.
const typenameQuery = `{"query": "{ __typename }"}`

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = append(h[pairs[i]], pairs[i+1])
	}
	return h
}

func TestTransport_Requests(t *testing.T) {
	const jsonType, get = "application/json", "?query={__typename}"
	graphql := headers("Content-Type", jsonType, "Accept", "application/graphql-response+json")
	long := strings.Repeat("x", 300<<10)
	deep := func(n int) string {
		return `{"query": "{ __typename }", "variables": ` + strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) + "}"
	}
	tests := []struct {
		name string
		testRequest
		want string
	}{
		{"a typenameQuery POST", testRequest{body: typenameQuery}, "200 data"},
		{"unknown parameters", testRequest{body: `{"query": "{ __typename }", "headers": {"authorization": "x"}, "id": 1}`}, "200 data"},
		{"nulls", testRequest{body: `{"query": "{ __typename }", "variables": null, "operationName": null, "extensions": null}`}, "200 data"},
		{"PUT", testRequest{method: "PUT", body: typenameQuery}, "405 BAD_REQUEST"},
		{"DELETE", testRequest{method: "DELETE"}, "405 BAD_REQUEST"},
		{"OPTIONS", testRequest{method: "OPTIONS"}, "204"},

		{"no content type", testRequest{body: typenameQuery, header: headers()}, "415 BAD_REQUEST"},
		{"form", testRequest{body: "query=%7B__typename%7D", header: headers("Content-Type", "application/x-www-form-urlencoded")}, "415 BAD_REQUEST"},
		{"a multipart form", testRequest{body: typenameQuery, header: headers("Content-Type", "multipart/form-data; boundary=x")}, "415 BAD_REQUEST"},
		{"plain text", testRequest{body: typenameQuery, header: headers("Content-Type", "text/plain")}, "415 BAD_REQUEST"},
		{"text/plain with application/json", testRequest{body: typenameQuery, header: headers("Content-Type", "text/plain; application/json")}, "415 BAD_REQUEST"},
		{"application/graphql", testRequest{body: "{ __typename }", header: headers("Content-Type", "application/graphql")}, "415 BAD_REQUEST"},
		{"charset latin1", testRequest{body: typenameQuery, header: headers("Content-Type", "application/json; charset=latin1")}, "415 BAD_REQUEST"},
		{"charset UTF-8", testRequest{body: typenameQuery, header: headers("Content-Type", "application/json; charset=UTF-8")}, "200 data"},
		{"two media types", testRequest{body: typenameQuery, header: headers("Content-Type", "application/json, text/plain")}, "415 BAD_REQUEST"},
		{"repeated Content-Type", testRequest{body: typenameQuery, header: headers("Content-Type", jsonType, "Content-Type", "text/plain")}, "400 BAD_REQUEST"},
		{"repeated Authorization", testRequest{body: typenameQuery, header: headers("Content-Type", jsonType, "Authorization", "Bearer a", "Authorization", "Bearer b")}, "400 BAD_REQUEST"},
		{"underscore in a header name", testRequest{body: typenameQuery, header: headers("Content-Type", jsonType, "X_upstream_token", "a")}, "400 BAD_REQUEST"},
		{"gzip", testRequest{body: typenameQuery, header: headers("Content-Type", jsonType, "Content-Encoding", "gzip")}, "415 BAD_REQUEST"},

		{"Accept: text/html", testRequest{body: typenameQuery, header: headers("Content-Type", jsonType, "Accept", "text/html")}, "406 BAD_REQUEST"},
		{"Accept without JSON", testRequest{body: typenameQuery, header: headers("Content-Type", jsonType, "Accept", "application/json;q=0, application/graphql-response+json;q=0, */*")}, "406 BAD_REQUEST"},

		{"no body", testRequest{}, "400 BAD_REQUEST"},
		{"truncated body", testRequest{body: `{"query": "{ __type`}, "400 BAD_REQUEST"},
		{"a string", testRequest{body: `"{ __typename }"`}, "400 BAD_REQUEST"},
		{"batch", testRequest{body: "[" + typenameQuery + "," + typenameQuery + "]"}, "400 BATCHING_DISABLED"},
		{"empty batch", testRequest{body: " []"}, "400 BATCHING_DISABLED"},
		{"two objects", testRequest{body: typenameQuery + typenameQuery}, "400 BAD_REQUEST"},
		{"trailing text", testRequest{body: typenameQuery + "x"}, "400 BAD_REQUEST"},
		{"byte order mark", testRequest{body: "\uFEFF" + typenameQuery}, "400 BAD_REQUEST"},
		{"not UTF-8", testRequest{body: "{\"query\": \"{ __typename } # \xff\"}"}, "400 BAD_REQUEST"},
		{"parameter in another case", testRequest{body: `{"Query": "{ __typename }"}`}, "400 BAD_REQUEST"},
		{"parameter in both cases", testRequest{body: `{"query": "{ __typename }", "QUERY": "{ providers { name } }"}`}, "400 BAD_REQUEST"},
		{"duplicate parameter", testRequest{body: `{"query": "{ __typename }", "query": "{ providers { name } }"}`}, "400 BAD_REQUEST"},
		{"escaped duplicate parameter", testRequest{body: `{"query": "{ __typename }", "\u0071uery": "{ providers { name } }"}`}, "400 BAD_REQUEST"},
		{"duplicate variable", testRequest{body: `{"query": "{ __typename }", "variables": {"a": {"b": 1, "b": 2}}}`}, "400 BAD_REQUEST"},
		{"variables 16 deep", testRequest{body: deep(16)}, "200 data"},
		{"variables 17 deep", testRequest{body: deep(17)}, "400 BAD_REQUEST"},
		{"a number of 100 digits", testRequest{body: `{"query": "{ __typename }", "variables": {"a": 1` + strings.Repeat("0", 100) + "}}"}, "400 BAD_REQUEST"},
		{"11,000 variables", testRequest{body: `{"query": "{ __typename }", "variables": {"a": [` + strings.Repeat("{},", 11_000) + `{}]}}`}, "400 QUERY_TOO_COMPLEX"},
		{"1001 representations", testRequest{body: `{"query": "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }", "variables": {"r": [` + strings.Repeat("{},", 1000) + `{}]}}`}, "400 QUERY_TOO_COMPLEX"},
		{"no query", testRequest{body: `{"qeury": "{ __typename }"}`}, "400 BAD_REQUEST"},
		{"query is an object", testRequest{body: `{"query": {}}`}, "400 BAD_REQUEST"},
		{"operationName is a number", testRequest{body: `{"query": "{ __typename }", "operationName": 1}`}, "400 BAD_REQUEST"},
		{"variables is a string", testRequest{body: `{"query": "{ __typename }", "variables": "{}"}`}, "400 BAD_REQUEST"},
		{"extensions is a list", testRequest{body: `{"query": "{ __typename }", "extensions": []}`}, "400 BAD_REQUEST"},
		{"body of 300 kB", testRequest{body: `{"query": "{ __typename }", "operationName": "` + long + `"}`}, "413 QUERY_TOO_LARGE"},
		{"document of 70 kB", testRequest{body: `{"query": "{ __typename }` + long[:70<<10] + `"}`}, "413 QUERY_TOO_LARGE"},
		{"unknown documentId", testRequest{body: `{"documentId": "a"}`}, "400 PERSISTED_QUERY_NOT_FOUND"},
		{"empty documentId", testRequest{body: `{"documentId": ""}`}, "400 BAD_REQUEST"},
		{"documentId is a number", testRequest{body: `{"documentId": 1}`}, "400 BAD_REQUEST"},
		{"documentId in another case", testRequest{body: `{"documentid": "a", "query": "{ __typename }"}`}, "400 BAD_REQUEST"},
		{"documentId is null", testRequest{body: `{"documentId": null, "query": "{ __typename }"}`}, "200 data"},
		{"unknown sha256Hash", testRequest{body: `{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a"}}}`}, "400 PERSISTED_QUERY_NOT_SUPPORTED"},
		{"sha256Hash with query", testRequest{body: `{"query": "{ __typename }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a"}}}`}, "200 data"},

		{"syntax error", testRequest{body: `{"query": "{"}`}, "200 GRAPHQL_PARSE_FAILED"},
		{"syntax error with graphql-response+json", testRequest{body: `{"query": "{"}`, header: graphql}, "400 GRAPHQL_PARSE_FAILED"},
		{"unknown field", testRequest{body: `{"query": "{ nothing }"}`}, "200 GRAPHQL_VALIDATION_FAILED"},
		{"unknown field with graphql-response+json", testRequest{body: `{"query": "{ nothing }"}`, header: graphql}, "400 GRAPHQL_VALIDATION_FAILED"},
		{"30 unknown arguments", testRequest{body: `{"query": "{ users(` + strings.Repeat("x: 1 ", 30) + `) { __typename } }"}`}, "200" + strings.Repeat(" GRAPHQL_VALIDATION_FAILED", 26)},
		{"null variable", testRequest{body: `{"query": "query ($id: ID!) { user(id: $id) { id } }", "variables": {"id": null}}`}, "200 BAD_USER_INPUT"},
		{"null variable with graphql-response+json", testRequest{body: `{"query": "query ($id: ID!) { user(id: $id) { id } }", "variables": {"id": null}}`, header: graphql}, "400 BAD_USER_INPUT"},
		{"malformed id", testRequest{body: `{"query": "{ user(id: \"x\") { id } }"}`, header: graphql}, "200 BAD_USER_INPUT data"},
		{"operationName is missing", testRequest{body: `{"query": "query A { __typename } query B { __typename }"}`}, "200 GRAPHQL_VALIDATION_FAILED"},
		{"too deep", testRequest{body: `{"query": "{ users {` + strings.Repeat("nodes { memberships {", 12) + "__typename" + strings.Repeat("}", 26) + `"}`}, "400 QUERY_TOO_COMPLEX"},
		{"cost of variables too high", testRequest{body: `{"query": "query ($n: Int) { users(first: $n) { nodes { memberships(first: $n) { nodes { account { members(first: $n) { nodes { id } } } } } } } }", "variables": {"n": 100}}`}, "400 QUERY_TOO_COMPLEX"},
		{"cost of variables", testRequest{body: `{"query": "query ($n: Int) { users(first: $n) { nodes { memberships(first: $n) { nodes { account { members(first: $n) { nodes { id } } } } } } } }", "variables": {"n": 5}}`}, "200 data"},
		{"invalid mutation", testRequest{body: `{"query": "mutation { purge }"}`, header: graphql}, "400 GRAPHQL_VALIDATION_FAILED"},

		{"GET", testRequest{method: "GET", url: get}, "200 data"},
		{"GET without query", testRequest{method: "GET"}, "400 BAD_REQUEST"},
		{"GET with variables", testRequest{method: "GET", url: "?operationName=A&extensions=&query=" + url.QueryEscape("query A($i: Boolean!) { __typename @include(if: $i) }") + `&variables={"i":true}`}, "200 data"},
		{"GET with truncated variables", testRequest{method: "GET", url: get + `&variables={"i":`}, "400 BAD_REQUEST"},
		{"GET with a list of variables", testRequest{method: "GET", url: get + `&variables=[]`}, "400 BAD_REQUEST"},
		{"GET of two queries", testRequest{method: "GET", url: get + "&query={providers{name}}"}, "400 BAD_REQUEST"},
		{"GET of a mutation", testRequest{method: "GET", url: "?query=mutation{purge}"}, "405 BAD_REQUEST"},
		{"GET with another content type", testRequest{method: "GET", url: get, header: headers("Content-Type", "text/plain")}, "415 BAD_REQUEST"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Introspection: true})
			res, members := s.send(t, test.testRequest)
			if got := outcome(t, res, members); got != test.want {
				t.Errorf("%s, want %s: %s", got, test.want, members["errors"])
			}
			want := strings.Fields(test.want)[1:]
			codes := slices.Compact(slices.DeleteFunc(want, func(s string) bool { return s == "data" }))
			if len(s.codes) != 1 || !slices.Equal(s.codes[0], codes) {
				t.Errorf("observed %q, want %q once", s.codes, codes)
			}
			for name, want := range map[string]string{
				"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Accept, Authorization, Router-Authorization, Origin, Accountgraph-Trace, Accountgraph-Cache-Tags, Accountgraph-Cost, Accountgraph-Dry-Run",
			} {
				if got := res.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if allow := res.Header.Get("Allow"); (allow != "") != (res.StatusCode == http.StatusMethodNotAllowed || res.StatusCode == http.StatusNoContent) {
				t.Errorf("Allow: %q", allow)
			}
		})
	}
}

func TestTransport_IntrospectionOff(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll()})
	for query, want := range map[string]string{
		"{ __schema { types { name } } }": "400 INTROSPECTION_DISABLED",
		"{ _service { sdl } }":            "200 GRAPHQL_VALIDATION_FAILED",
		"{ __typename }":                  "200 data",
	} {
		body, err := json.Marshal(map[string]string{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		res, members := s.send(t, testRequest{body: string(body)})
		if got := outcome(t, res, members); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// The name of an operation is that of the document, and has a maximum length.
func TestTransport_OperationName(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll()})
	for name, want := range map[string]string{"": "", "Short": "Short", strings.Repeat("n", 101): strings.Repeat("n", 100)} {
		s.send(t, testRequest{body: `{"query": "query ` + name + ` { __typename }"}`})
		if got := s.requests[len(s.requests)-1].Name; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The id of a request is that of its client, if it is short and harmless, or else a new one.
func TestTransport_RequestID(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll()})
	for id, kept := range map[string]bool{
		"": false, "r-1": true, "0af7651916cd43dd8448eb211c80319c": true, strings.Repeat("x", 64): true, strings.Repeat("x", 65): false,
		"a b": false, "anna@example.com": false, `"quoted"`: false, "<script>": false, "\u00e9": false,
	} {
		res, _ := s.send(t, testRequest{body: typenameQuery, header: headers("Content-Type", "application/json", "X-Request-Id", id)})
		if got := res.Header.Get("X-Request-Id"); (got == id) != kept || got == "" || got != s.requests[len(s.requests)-1].ID {
			t.Errorf("%q: the response has %q", id, got)
		}
	}
}

// A value that does not say whether an operation is to be executed is an error.
func TestTransport_DryRunValues(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll()})
	for _, c := range []struct {
		values []string
		status int
	}{
		{nil, http.StatusOK}, {[]string{"0"}, http.StatusOK}, {[]string{"1"}, http.StatusOK},
		{[]string{"true"}, http.StatusBadRequest}, {[]string{""}, http.StatusBadRequest}, {[]string{"1, 1"}, http.StatusBadRequest}, {[]string{"0", "1"}, http.StatusBadRequest},
	} {
		h := headers("Content-Type", "application/json")
		h["Accountgraph-Dry-Run"] = c.values
		if res, body := s.send(t, testRequest{body: typenameQuery, header: h}); res.StatusCode != c.status {
			t.Errorf("%q: %d %s", c.values, res.StatusCode, body)
		}
	}
}

// TestTransport_DoesNotEchoSecrets finds nothing of a request in its response and in the
// log.
func TestTransport_DoesNotEchoSecrets(t *testing.T) {
	const secret = "SECRET-VALUE"
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Introspection: true})
	for _, body := range []string{
		secret + " {", `{"query": "` + secret, `{"` + secret + `": 1, "` + secret + `": 2}`, `{"query": {"` + secret + `": 1}}`,
		`["` + secret + `"]`, `{"query": "query A($a: String!) { person(email: $a) { name } }", "operationName": "A", "variables": {"a": "` + secret + `"}}`,
	} {
		_, members := s.send(t, testRequest{body: body, header: headers("Content-Type", "application/json", "Authorization", "Bearer "+secret)})
		if response := fmt.Sprintf("%s", members); strings.Contains(response, secret) {
			t.Errorf("%s is in the response: %s", body, response)
		}
	}
	if log := s.log.String() + fmt.Sprintf("%+v", s.requests); strings.Contains(log, secret) {
		t.Errorf("the secret is logged or observed: %s", log)
	}
	last := s.requests[len(s.requests)-1]
	if last.Name != "A" || last.Type != "query" || last.Status != http.StatusOK || last.From != "executed" || len(last.ID) < 20 || last.Took <= 0 {
		t.Errorf("the request is not observed: %+v", last)
	}
}

// TestTransport_DocumentCacheEviction sends more documents than the cache holds.
func TestTransport_DocumentCacheEviction(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Introspection: true})
	for n := range 300 {
		for _, document := range []string{"{ first: __typename }", fmt.Sprintf("{ n%d: __typename } # %s", n, strings.Repeat("x", 10_000))} {
			_, members := s.send(t, testRequest{body: `{"query": "` + document + `"}`})
			key, _, _ := strings.Cut(document[2:], ":")
			if want := `{"` + key + `":"Query"}`; string(members["data"]) != want {
				t.Fatalf("%s, want %s", members["data"], want)
			}
		}
	}
}

func TestTransport_ManyErrors(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Introspection: true})
	_, members := s.send(t, testRequest{body: `{"query": "{ _entities(representations: [` + strings.Repeat("{}", 90) + `]) { __typename } }"}`})
	var errs []struct {
		Message string
		Path    []any
	}
	if err := json.Unmarshal(members["errors"], &errs); err != nil || len(errs) != 26 {
		t.Fatalf("%v %s", err, members["errors"])
	}
	if diff := cmp.Diff("65 more errors are omitted; the first of them is at this path", errs[25].Message); diff != "" || len(errs[25].Path) != 2 {
		t.Error(diff, errs[25].Path)
	}
}

func TestTransport_MasksValidationErrors(t *testing.T) {
	for introspection, want := range map[bool]string{true: "emailAddresses", false: "the document is not valid against the schema"} {
		s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Introspection: introspection})
		for _, document := range []string{
			"{ person(emailAddresses: 1) { nam } usrs { id } }", "{ users(filter: {emailAddresses: 1}) { nodes { vendorID } } }",
			"{ user(id: 1) { status(emailAddresses: 1) } }", "query ($emailAddresses: UserFilt) { users { nodes } }",
		} {
			var text bytes.Buffer
			if err := json.NewEncoder(&text).Encode(map[string]string{"query": document}); err != nil {
				t.Fatal(err)
			}
			res, members := s.send(t, testRequest{body: text.String()})
			errs := string(members["errors"])
			if !strings.Contains(errs, want) || !introspection && (strings.Contains(errs, "Did you mean") || strings.Contains(errs, "Query") || strings.Contains(errs, "locations") || outcome(t, res, members) != "200 GRAPHQL_VALIDATION_FAILED") {
				t.Errorf("introspection %t, %s: %s", introspection, document, errs)
			}
		}
	}
}
