package transport_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
)

func TestAuthenticate_Headers(t *testing.T) {
	const jsonBody = "application/json"
	s := newTestServer(t, transport.Options{Authenticator: newAuthenticator(t), Introspection: true})
	for name, test := range map[string]struct {
		testRequest
		want, challenge string
	}{
		"no credential":       {testRequest{body: typenameQuery}, "401 UNAUTHENTICATED", "Bearer"},
		"GET":                 {testRequest{method: http.MethodGet, url: "?query={__typename}", header: headers("Content-Type", jsonBody)}, "401 UNAUTHENTICATED", "Bearer"},
		"batch":               {testRequest{body: "[" + typenameQuery + "]"}, "401 UNAUTHENTICATED", "Bearer"},
		"large body":          {testRequest{body: strings.Repeat("x", 300<<10)}, "401 UNAUTHENTICATED", "Bearer"},
		"_service":            {testRequest{body: `{"query": "{ _service { sdl } }"}`}, "401 UNAUTHENTICATED", "Bearer"},
		"invalid token":       {testRequest{body: typenameQuery, header: headers("Content-Type", jsonBody, "Authorization", "Bearer s3cr3t")}, "401 UNAUTHENTICATED", `Bearer error="invalid_token"`},
		"password":            {testRequest{body: typenameQuery, header: headers("Content-Type", jsonBody, "Authorization", "Basic s3cr3t")}, "401 UNAUTHENTICATED", "Bearer"},
		"wrong secret":        {testRequest{body: typenameQuery, header: headers("Content-Type", jsonBody, "Router-Authorization", "s3cr3t")}, "401 UNAUTHENTICATED", "Bearer"},
		"secret":              {testRequest{body: typenameQuery, header: headers("Content-Type", jsonBody, "Router-Authorization", gatewaySecret)}, "200 data", ""},
		"two tokens":          {testRequest{body: typenameQuery, header: headers("Content-Type", jsonBody, "Authorization", "Bearer a", "Authorization", "Bearer b")}, "400 BAD_REQUEST", ""},
		"two secrets":         {testRequest{body: typenameQuery, header: headers("Content-Type", jsonBody, "Router-Authorization", gatewaySecret, "Router-Authorization", "x")}, "400 BAD_REQUEST", ""},
		"repeated secret":     {testRequest{body: typenameQuery, header: headers("Content-Type", jsonBody, "Router-Authorization", gatewaySecret, "Router-Authorization", gatewaySecret)}, "400 BAD_REQUEST", ""},
		"underscore":          {testRequest{body: typenameQuery, header: headers("Content-Type", jsonBody, "Router_Authorization", gatewaySecret)}, "400 BAD_REQUEST", ""},
		"dash and underscore": {testRequest{body: typenameQuery, header: headers("Content-Type", jsonBody, "Router-Authorization", gatewaySecret, "ROUTER_AUTHORIZATION", "x")}, "400 BAD_REQUEST", ""},
		"secret in the body":  {testRequest{body: `{"query": "{ __typename }", "headers": {"Router-Authorization": "` + gatewaySecret + `"}, "extensions": {"Router-Authorization": "` + gatewaySecret + `"}}`}, "401 UNAUTHENTICATED", "Bearer"},
		"secret in the URL":   {testRequest{method: http.MethodGet, url: "?query={__typename}&Router-Authorization=" + gatewaySecret, header: headers("Content-Type", jsonBody)}, "401 UNAUTHENTICATED", "Bearer"},
		"PUT":                 {testRequest{method: http.MethodPut}, "405 BAD_REQUEST", ""},
		"OPTIONS":             {testRequest{method: http.MethodOptions}, "204", ""},
	} {
		res, members := s.send(t, test.testRequest)
		if got := outcome(t, res, members); got != test.want || res.Header.Get("WWW-Authenticate") != test.challenge {
			t.Errorf("%s: %s, not %s: %v %s", name, got, test.want, res.Header, members["errors"])
		}
		if !strings.Contains(res.Header.Get("Vary"), "Authorization, Router-Authorization, Origin") || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", name, res.Header)
		}
	}
	if strings.Contains(s.log.String(), "s3cr3t") {
		t.Errorf("a secret in the log: %s", &s.log)
	}
	unconfigured := newTestServer(t, transport.Options{})
	if res, members := unconfigured.send(t, testRequest{body: typenameQuery}); outcome(t, res, members) != "401 UNAUTHENTICATED" {
		t.Errorf("no authenticator: %s", outcome(t, res, members))
	}
}

// failingTransport fails the test on every vendor call.
type failingTransport struct{ t *testing.T }

func (f failingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	f.t.Errorf("vendor call: %s", r.URL.Path)
	return nil, http.ErrServerClosed
}

// TestAuthenticate_GatewayFields sends fields for gateways as a caller who is not
// trusted. No vendor is called.
func TestAuthenticate_GatewayFields(t *testing.T) {
	provider, err := activeplatform.New(upstream.Config{
		Provider:  &model.Provider{Name: "p", Vendor: model.ActivePlatform, BaseURL: "https://vendor.example"},
		Transport: failingTransport{t},
	}, providers.NewSecret("token"), activeplatform.Options{FirstPage: new(1)})
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, transport.Options{Authenticator: newAuthenticator(t), Directory: directory.New(provider)})
	const entities = `(representations: [{__typename: \"User\", id: \"p:User:1\"}]) { __typename ... on User { name } }`
	for name, document := range map[string]string{
		"_entities":                 `{ _entities` + entities + ` }`,
		"_service":                  `{ _service { sdl } }`,
		"alias":                     `{ user: _entities` + entities + ` }`,
		"other fields":              `{ providers { name } a: __typename _service { sdl } }`,
		"fragments":                 `{ ...F } fragment F on Query { ...G } fragment G on Query { _service { sdl } }`,
		"inline fragments":          `{ ... { ... on Query { _service { sdl } } } }`,
		"@include(if: false)":       `query ($a: Boolean! = false) { __typename _service @include(if: $a) { sdl } }`,
		"one of two operations":     `query A { _service { sdl } } query B { __typename }`,
		"fragments that are reused": `{ ...F ...F } fragment F on Query { ...G ...G } fragment G on Query { _service { sdl } }`,
	} {
		body := `{"query": "` + document + `"}`
		if strings.Contains(document, "query A") {
			body = `{"operationName": "A", "query": "` + document + `"}`
		}
		res, members := s.send(t, testRequest{body: body, header: tokenHeader(t)})
		if got := outcome(t, res, members); got != "403 FORBIDDEN" {
			t.Errorf("%s: %s: %s", name, got, members["errors"])
		}
	}
	body := `{"query": "query A { _service { sdl } } query B { __typename }", "operationName": "B"}`
	res, members := s.send(t, testRequest{body: body, header: tokenHeader(t)})
	if got := outcome(t, res, members); got != "200 data" {
		t.Errorf("the other operation: %s: %s", got, members["errors"])
	}
}

func tokenHeader(t *testing.T) http.Header {
	t.Helper()
	return headers("Content-Type", "application/json", "Authorization", "Bearer "+validToken(t))
}
