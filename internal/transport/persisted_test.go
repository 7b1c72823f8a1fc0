package transport_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/resolvers"
)

// Each document selects one field, whose alias identifies it in the response.
const (
	trusted, trustedID           = "query Known { known: __typename }", "known-1"
	otherTrusted, otherTrustedID = "query Other { other: __typename }", "other-1"
	untrusted                    = "query Free { free: __typename }"
	mutation, mutationID         = `mutation Change { purge(provider: "none") }`, "change-1"
)

func manifest(t *testing.T) *persisted.Manifest {
	t.Helper()
	file := fmt.Sprintf(`{%q: %q, %q: %q, %q: %q}`, trustedID, trusted, otherTrustedID, otherTrusted, mutationID, mutation)
	documents, err := persisted.Parse("a.json", []byte(file), transport.ManifestValidator(resolvers.New(), false, transport.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

// requestBody returns the body of a request, without empty members.
func requestBody(t *testing.T, query, id, sum string) string {
	t.Helper()
	body := map[string]any{}
	if query != "" {
		body["query"] = query
	}
	if id != "" {
		body["documentId"] = id
	}
	if sum != "" {
		body["extensions"] = map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": sum}}
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// queryString returns the parameters in a body as the query string of a GET.
func queryString(t *testing.T, body string) string {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	for name, value := range members {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		values.Set(name, text)
	}
	return "?" + values.Encode()
}

// executed returns the alias of the document that was executed, or the outcome.
func (s *testServer) executed(t *testing.T, k testRequest) string {
	t.Helper()
	res, members := s.send(t, k)
	var data map[string]any
	if got := outcome(t, res, members); got != "200 data" || json.Unmarshal(members["data"], &data) != nil || len(data) != 1 {
		return got
	}
	for name := range data {
		return name
	}
	return ""
}

// TestPersistedDocuments_Precedence sends names and texts in every combination. A name
// never executes another document.
func TestPersistedDocuments_Precedence(t *testing.T) {
	const unknown, off, bad = "400 PERSISTED_QUERY_NOT_FOUND", "400 PERSISTED_QUERY_NOT_SUPPORTED", "400 BAD_REQUEST"
	tests := []struct {
		name, query, id, sum string
		// What servers execute: without documents, with a manifest, with trusted
		// documents only, with APQ, and with a manifest and APQ.
		none, manifest, only, apq, both string
	}{
		{"query", untrusted, "", "", "free", "free", bad, "free", "free"},
		{"trusted query", trusted, "", "", "known", "known", bad, "known", "known"},
		{"documentId", "", trustedID, "", unknown, "known", "known", unknown, "known"},
		{"documentId as sha256Hash", "", "", trustedID, off, "known", "known", unknown, "known"},
		{"hash of the document as documentId", "", persisted.Hash(trusted), "", unknown, "known", "known", unknown, "known"},
		{"sha256Hash", "", "", persisted.Sum(trusted), off, "known", "known", unknown, "known"},
		{"sha256Hash without prefix as documentId", "", persisted.Sum(trusted), "", unknown, unknown, unknown, unknown, unknown},
		{"unknown documentId", "", "nobody", "", unknown, unknown, unknown, unknown, unknown},
		{"documentId in another case", "", "KNOWN-1", "", unknown, unknown, unknown, unknown, unknown},
		{"unknown sha256Hash", "", "", persisted.Sum(untrusted), off, off, unknown, unknown, unknown},
		{"hash of an untrusted document as documentId", "", persisted.Hash(untrusted), "", unknown, unknown, unknown, unknown, unknown},
		{"documentId and its query", trusted, trustedID, "", bad, bad, bad, bad, bad},
		{"documentId and another query", untrusted, trustedID, "", bad, bad, bad, bad, bad},
		{"unknown documentId and query", untrusted, "nobody", "", bad, bad, bad, bad, bad},
		{"trusted sha256Hash and its query", trusted, "", persisted.Sum(trusted), "known", "known", bad, "known", "known"},
		{"trusted sha256Hash and untrusted query", untrusted, "", persisted.Sum(trusted), "free", bad, bad, bad, bad},
		{"trusted sha256Hash and another trusted query", otherTrusted, "", persisted.Sum(trusted), "other", bad, bad, bad, bad},
		{"documentId as sha256Hash and its query", trusted, "", trustedID, "known", "known", bad, bad, "known"},
		{"documentId as sha256Hash and another query", untrusted, "", trustedID, "free", bad, bad, bad, bad},
		{"wrong sha256Hash and query", untrusted, "", persisted.Sum("x"), "free", "free", bad, bad, bad},
		{"documentId and sha256Hash", "", trustedID, persisted.Sum(trusted), bad, bad, bad, bad, bad},
		{"documentId and sha256Hash of two documents", "", trustedID, otherTrustedID, bad, bad, bad, bad, bad},
		{"documentId, sha256Hash and query", untrusted, trustedID, persisted.Sum(untrusted), bad, bad, bad, bad, bad},
	}
	servers := map[string]transport.Documents{
		"none": {}, "manifest": {Trusted: manifest(t)}, "only": {Trusted: manifest(t), Only: true},
		"apq": {Automatic: true}, "both": {Trusted: manifest(t), Automatic: true},
	}
	for name, o := range servers {
		t.Run(name, func(t *testing.T) {
			for _, test := range tests {
				want := map[string]string{
					"none": test.none, "manifest": test.manifest, "only": test.only, "apq": test.apq, "both": test.both,
				}[name]
				s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Documents: o})
				body := requestBody(t, test.query, test.id, test.sum)
				for how, k := range map[string]testRequest{"POST": {body: body}, "GET": {method: http.MethodGet, url: queryString(t, body)}} {
					if got := s.executed(t, k); got != want {
						t.Errorf("%s by %s: %s, want %s", test.name, how, got, want)
					}
				}
			}
		})
	}
}

func TestPersistedDocuments_OnlyTrusted(t *testing.T) {
	// The configuration rejects Only with Automatic; here Only takes precedence.
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Documents: transport.Documents{Trusted: manifest(t), Only: true, Automatic: true}, Introspection: true})
	sum := persisted.Sum(untrusted)
	for name, body := range map[string]string{
		"query and sha256Hash":       requestBody(t, untrusted, "", sum),
		"sha256Hash after that":      requestBody(t, "", "", sum),
		"introspection":              `{"query": "{ __schema { types { name } } }"}`,
		"SDL":                        `{"query": "{ _service { sdl } }"}`,
		"documentId is null":         `{"query": "{ free: __typename }", "documentId": null}`,
		"documentId is empty":        `{"query": "{ free: __typename }", "documentId": ""}`,
		"documentId is a list":       `{"query": "{ free: __typename }", "documentId": ["known-1"]}`,
		"duplicate documentId":       `{"documentId": "known-1", "documentId": "nobody"}`,
		"query in another case":      `{"Query": "{ free: __typename }", "documentId": "known-1"}`,
		"duplicate query":            `{"query": "", "query": "{ free: __typename }", "documentId": "known-1"}`,
		"persistedQuery is a string": `{"query": "{ free: __typename }", "extensions": {"persistedQuery": "known-1"}}`,
		"other version":              `{"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "known-1"}}}`,
		"no version":                 `{"extensions": {"persistedQuery": {"sha256Hash": "known-1"}}}`,
		"sha256Hash is a number":     `{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 1}}}`,
		"documentId in extensions":   `{"extensions": {"documentId": "known-1"}}`,
		"documentId in variables":    `{"variables": {"documentId": "known-1"}}`,
	} {
		if got := s.executed(t, testRequest{body: body}); !strings.HasPrefix(got, "400 ") {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := s.executed(t, testRequest{url: "?documentId=" + trustedID, body: requestBody(t, untrusted, "", "")}); got != "400 BAD_REQUEST" {
		t.Errorf("documentId in the URL of a POST: %s", got)
	}
	if got := s.executed(t, testRequest{body: `{"query": "", "documentId": "known-1", "extensions": {"persistedQuery": null}}`}); got != "known" {
		t.Errorf("empty query: %s", got)
	}
}

// TestPersistedDocuments_GET applies the rules of a GET with a query to a GET with a
// documentId.
func TestPersistedDocuments_GET(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Documents: transport.Documents{Trusted: manifest(t)}})
	get := func(id string, header http.Header) testRequest {
		return testRequest{method: http.MethodGet, url: "?documentId=" + id, header: header}
	}
	for name, test := range map[string]struct {
		testRequest
		want string
	}{
		"non-browser":         {get(trustedID, headers("Accept", "application/json")), "known"},
		"image of a page":     {get(trustedID, headers("User-Agent", "Mozilla/5.0", "Accept", "image/avif,*/*;q=0.8")), "400 CSRF_PREVENTION"},
		"form of a page":      {get(trustedID, headers("Content-Type", "application/x-www-form-urlencoded")), "415 BAD_REQUEST"},
		"mutation":            {get(mutationID, headers("Accept", "application/json")), "405 BAD_REQUEST"},
		"repeated documentId": {testRequest{method: http.MethodGet, url: "?documentId=known-1&documentId=other-1"}, "400 BAD_REQUEST"},
		"empty documentId":    {testRequest{method: http.MethodGet, url: "?documentId=&query={__typename}"}, "400 BAD_REQUEST"},
		"other operationName": {testRequest{method: http.MethodGet, url: "?documentId=known-1&operationName=Free"}, "200 GRAPHQL_VALIDATION_FAILED"},
		"operationName":       {testRequest{method: http.MethodGet, url: "?documentId=known-1&operationName=Known"}, "known"},
	} {
		if got := s.executed(t, test.testRequest); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestPersistedDocuments_NotFound returns the errors that Apollo's clients match: after
// one they send this document with its hash, after the other documents only.
func TestPersistedDocuments_NotFound(t *testing.T) {
	for automatic, want := range map[bool]string{
		true:  `[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]`,
		false: `[{"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]`,
	} {
		s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Documents: transport.Documents{Automatic: automatic}})
		_, members := s.send(t, testRequest{body: requestBody(t, "", "", persisted.Sum(untrusted))})
		if diff := cmp.Diff(want, string(members["errors"])); diff != "" || members["data"] != nil {
			t.Error(diff, members["data"])
		}
	}
}
