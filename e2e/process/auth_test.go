package process_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
)

// gatewaySecret is the secret that a gateway shares with the server.
const gatewaySecret = "s3cr3t-router-0123456789-0123456789"

// issuer is an identity provider: it signs tokens and serves its key.
type issuer struct {
	key  atomic.Pointer[jose.JSONWebKey]
	url  string
	down atomic.Bool
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{}
	i.rotate(t, "first")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if i.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.key.Load().Public()}})
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

// rotate replaces the key.
func (i *issuer) rotate(t *testing.T, id string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.key.Store(&jose.JSONWebKey{Key: private, KeyID: id, Use: "sig"})
}

// token returns a header with a token that has these scopes.
func (i *issuer) token(t *testing.T, scopes string) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: i.key.Load()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	claims := fmt.Sprintf(`{"iss":"https://login.example","aud":"accountgraph","sub":"s3cr3t-subject","exp":%d,"scope":%q}`, time.Now().Add(time.Hour).Unix(), scopes)
	signed, err := signer.Sign([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return "Authorization: Bearer " + text
}

// serverConfig returns the section server, with a gateway and this issuer.
func (i *issuer) serverConfig(more string) string {
	return "server: {listen: 127.0.0.1:0, auth: {router: {secrets: ['${OLD_SECRET}', '${ROUTER_SECRET}']}, " +
		"jwt: {issuer: 'https://login.example', audience: accountgraph, jwks: '" + i.url + "', algorithms: [ES256]}}" + more + "}\n"
}

var gatewayEnv = []string{"ROUTER_SECRET=" + gatewaySecret, "OLD_SECRET=old-" + gatewaySecret}

func TestAuth_GatewayAndTokens(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	p := startServer(t, gatewayEnv, "serve", "--config", writeFile(t, "a.yaml", i.serverConfig(", introspection: false")+startVendors(t).Config()))
	const router = "Router-Authorization: " + gatewaySecret
	const user = `{"query": "{ user(id: \"softwareone:User:USR-1120-1514\") { name email } }"}`
	const reps = `{"query": "{ _entities(representations: [{__typename: \"User\", id: \"softwareone:User:USR-1120-1514\"}]) { ... on User { name email } } }"}`
	const sdl, purge = `{"query": "{ _service { sdl } }"}`, `{"query": "mutation { purge(provider: \"softwareone\") }"}`
	const schema = `{"query": "{ __schema { types { name } } }"}`
	const everything, noEmail = "200 name email", "200 FORBIDDEN name"

	for _, test := range []struct {
		name, body, want string
		headers          []string
	}{
		{"no credential", user, "401 UNAUTHENTICATED", nil},
		{"no credential, SDL", sdl, "401 UNAUTHENTICATED", nil},
		{"not a token", user, "401 UNAUTHENTICATED", []string{"Authorization: Bearer s3cr3t-token"}},
		{"wrong secret", user, "401 UNAUTHENTICATED", []string{"Router-Authorization: s3cr3t", i.token(t, "personal:read")}},
		{"a caller", user, everything, []string{i.token(t, "openid personal:read")}},
		{"a caller without scopes", user, noEmail, []string{i.token(t, "openid")}},
		{"a caller, for representations", reps, "403 FORBIDDEN", []string{i.token(t, "personal:read")}},
		{"a caller, for the SDL", sdl, "403 FORBIDDEN", []string{i.token(t, "personal:read")}},
		{"a caller, for the schema", schema, "400 INTROSPECTION_DISABLED", []string{i.token(t, "personal:read")}},
		{"a gateway", reps, "200 FORBIDDEN name", []string{router}},
		{"a gateway with its old secret", reps, "200 FORBIDDEN name", []string{"Router-Authorization: old-" + gatewaySecret}},
		{"a gateway for a caller", reps, everything, []string{router, i.token(t, "personal:read")}},
		{"a gateway for a caller without scopes", reps, noEmail, []string{router, i.token(t, "")}},
		{"a gateway, for the SDL", sdl, "200 sdl", []string{router}},
		{"a caller, purge", purge, "200 FORBIDDEN", []string{i.token(t, "personal:read")}},
		{"a caller with cache:write, purge", purge, "200 purge", []string{i.token(t, "cache:write")}},
	} {
		status, a, err := post(client(), p.address, test.body, test.headers...)
		if err != nil {
			t.Fatal(err)
		}
		if got := summarize(status, a); got != test.want {
			t.Errorf("%s: %s, not %s\n%s", test.name, got, test.want, a.text)
		}
		if strings.Contains(a.text, "s3cr3t") || test.want == noEmail && strings.Contains(a.text, "@") {
			t.Errorf("%s: %s", test.name, a.text)
		}
	}

	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/"} {
		if status, _, _ := p.get(path); status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
	}
	if n, _ := p.metric(`accountgraph_requests_total{code="UNAUTHENTICATED"}`); n != 4 {
		t.Errorf("%v unauthenticated requests, not 4", n)
	}
	if log := p.stderr.String() + p.stdout.String(); strings.Contains(log, "s3cr3t") || strings.Contains(log, "eyJ") {
		t.Errorf("a secret in the log: %s", log)
	}
}

// summarize returns the status, the error codes, and the fields that have a value.
func summarize(status int, a response) string {
	words := []string{fmt.Sprint(status)}
	for _, e := range a.Errors {
		words = append(words, fmt.Sprint(e.Extensions["code"]))
	}
	for _, field := range []struct{ name, at string }{
		{"name", "user.name"}, {"name", "_entities.0.name"}, {"email", "user.email"}, {"email", "_entities.0.email"},
		{"sdl", "_service.sdl"}, {"purge", "purge"},
	} {
		if a.value(field.at) != nil {
			words = append(words, field.name)
		}
	}
	return strings.Join(words, " ")
}

// Tokens signed with a known key are accepted while the issuer is down.
func TestAuth_IssuerDown(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	p := startServer(t, gatewayEnv, "serve", "--config", writeFile(t, "a.yaml", i.serverConfig("")+startVendors(t).Config()))
	const body = `{"query": "{ __typename }"}`
	status := func(header string) int {
		status, _, err := post(client(), p.address, body, header)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	if got := status(i.token(t, "")); got != http.StatusOK {
		t.Errorf("a caller: %d", got)
	}
	i.down.Store(true)
	if got := status(i.token(t, "")); got != http.StatusOK {
		t.Errorf("a caller, while the issuer is down: %d", got)
	}
	old := i.token(t, "")
	i.rotate(t, "second")
	if got := status(i.token(t, "")); got != http.StatusUnauthorized {
		t.Errorf("a key that cannot be read: %d", got)
	}
	if got := status(old); got != http.StatusOK {
		t.Errorf("the key before: %d", got)
	}
}

// The command check reads the issuer's keys.
func TestCheck_Keys(t *testing.T) {
	t.Parallel()
	i, v := newIssuer(t), startVendors(t)
	file := writeFile(t, "a.yaml", i.serverConfig("")+v.Config())
	p := start(t, gatewayEnv, "check", "--config", file)
	if code := p.exit(); code != 0 || !strings.HasSuffix(p.stdout.String(), "\nJWKS "+i.url+": ok\n") || p.stderr.String() != "" {
		t.Errorf("exit %d: %s%s", code, &p.stdout, &p.stderr)
	}
	i.down.Store(true)
	p = start(t, gatewayEnv, "check", "--config", file)
	if code := p.exit(); code != 1 || !strings.HasSuffix(p.stdout.String(), "\nJWKS "+i.url+": HTTP status 503\n") || p.stderr.String() != "accountgraph: the JWKS cannot be read\n" {
		t.Errorf("exit %d: %s%s", code, &p.stdout, &p.stderr)
	}
}

// Without authentication, clients on loopback may invalidate the cache; with `auth: open`
// they may not.
func TestAuth_InvalidationWithoutTokens(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	for name, test := range map[string]struct{ config, want string }{
		"loopback":         {listenAnywhere, "200 purge"},
		"a closed network": {"server: {listen: 127.0.0.1:0, auth: open}\n", "200 FORBIDDEN"},
	} {
		p := startServer(t, nil, "serve", "--config", writeFile(t, "a.yaml", test.config+v.Config()))
		status, a, err := post(client(), p.address, `{"query": "mutation { purge(provider: \"softwareone\") }"}`)
		if err != nil || summarize(status, a) != test.want {
			t.Errorf("%s: %s, %v", name, summarize(status, a), err)
		}
		a = p.query(`{ user(id: "softwareone:User:USR-1120-1514") { email } _service { sdl } }`)
		if len(a.Errors) > 0 || a.value("user.email") == nil || a.value("_service.sdl") == nil {
			t.Errorf("%s: %s", name, a.text)
		}
	}
}

// A server without authentication rejects other names of loopback in the Host header
// (DNS rebinding).
func TestAuth_HostHeader(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	ways := map[string]*process{
		"loopback": startServer(t, nil, "serve", "--config", writeFile(t, "a.yaml", listenAnywhere+v.Config())),
		"open":     startServer(t, nil, "serve", "--config", writeFile(t, "b.yaml", "server: {listen: 127.0.0.1:0, auth: open}\n"+v.Config())),
		"demo":     startServer(t, nil, "demo", "--listen", "127.0.0.1:0"),
	}
	for host, own := range map[string]bool{
		"localhost": true, "LOCALHOST:8080": true, "127.0.0.1": true, "127.1.2.3:80": true, "[::1]": true, "[::1]:8080": true,
		"evil.example": false, "evil.example:8080": false, "localhost.evil.example": false, "127.0.0.1.evil.example": false, "10.0.0.1": false, "0.0.0.0": false,
	} {
		for way, p := range ways {
			r, err := http.NewRequest(http.MethodPost, "http://"+p.address+"/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			r.Header.Set("Content-Type", "application/json")
			res, err := client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			want := http.StatusOK
			if way == "loopback" && !own {
				want = http.StatusForbidden
			}
			if res.StatusCode != want {
				t.Errorf("%s as %s: %d, not %d", way, host, res.StatusCode, want)
			}
		}
	}
}

func TestCORS_Origins(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	const listed = "server: {listen: 127.0.0.1:0, cors: {origins: ['https://app.example.com', 'http://localhost:5173'], headers: [X-Session-Id]}}\n"
	open := startServer(t, nil, "--config", writeFile(t, "a.yaml", listed+v.Config()))
	shut := startServer(t, nil, "--config", writeFile(t, "b.yaml", listenAnywhere+v.Config()))
	for origin, want := range map[string]bool{
		"https://app.example.com": true, "http://localhost:5173": true,
		"http://app.example.com": false, "https://app.example.com:8443": false, "https://app.example.com.evil.example": false,
		"https://evil-app.example.com": false, "https://example.com": false, "https://a.app.example.com": false,
		"https://app.example.com/": false, "https://app.example.com/x": false, "https://app.example.com@evil.example": false,
		"https://app.example.co": false, "https://appxexample.com": false, "https://app.example.com%00": false,
		"null": false, "*": false, "file://": false, "": false, "https://": false,
		"http://localhost": false, "http://localhost:5174": false, "https://localhost:5173": false, "http://127.0.0.1:5173": false,
		"http://localhost:5173.evil.example": false, "https://evil.example": false, "https://аpp.example.com": false,
		"chrome-extension://app.example.com": false, "https://app.example.com,https://evil.example": false, "undefined": false, "HTTPS://APP.EXAMPLE.ORG": false,
	} {
		for name, p := range map[string]*process{"open": open, "shut": shut} {
			allowed := want && p == open
			if p == shut && !want {
				continue
			}
			for _, request := range []struct {
				method string
				header http.Header
			}{
				{http.MethodOptions, http.Header{"Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"authorization,content-type"}}},
				{http.MethodPost, http.Header{"Content-Type": {"application/json"}}},
			} {
				res, data := p.crossOrigin(t, request.method, origin, request.header)
				got := res.Header.Get("Access-Control-Allow-Origin")
				if allowed && got != origin || !allowed && got != "" || res.Header.Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("%s %s from %q: %v", name, request.method, origin, res.Header)
				}
				if hasData := res.StatusCode == http.StatusOK && data; request.method == http.MethodPost && hasData != (allowed || origin == "") {
					t.Errorf("%s POST from %q: %d", name, origin, res.StatusCode)
				}
				if vary := strings.Join(res.Header.Values("Vary"), ", "); !strings.Contains(vary, "Origin") {
					t.Errorf("%s %s from %q: Vary %q", name, request.method, origin, vary)
				}
			}
		}
	}
	for header, want := range map[string]bool{
		"router-authorization": false, "cookie": false, "x-other": false, "accountgraph-cache-tags": false,
		"traceparent": true, "tracestate": true, "baggage": true, "sentry-trace": true, "x-requested-with": true,
		"cache-control": true, "pragma": true, "x-session-id": true, "baggage,sentry-trace,traceparent,x-session-id": true,
		"traceparent, tracestate, baggage, X-Session-Id": true, "traceparent, x-other": false,
	} {
		res, _ := open.crossOrigin(t, http.MethodOptions, "https://app.example.com", http.Header{"Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {header}})
		if got := res.Header.Get("Access-Control-Allow-Headers"); got != "" != want {
			t.Errorf("a page may send %s: %q", header, got)
		}
	}
	res, _ := open.crossOrigin(t, http.MethodOptions, "https://app.example.com", http.Header{"Access-Control-Request-Method": {"DELETE"}})
	if diff := cmp.Diff("", res.Header.Get("Access-Control-Allow-Methods")); diff != "" {
		t.Error(diff)
	}
}

// crossOrigin sends a request as a browser does for a page of this origin. It returns the
// response, and whether it has data.
func (p *process) crossOrigin(t *testing.T, method, origin string, header http.Header) (*http.Response, bool) {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+p.address+"/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header.Clone()
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	res, err := client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var a response
	_ = json.NewDecoder(res.Body).Decode(&a)
	return res, a.Data != nil
}
