package process_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/demo"
)

// The tokens of these tests: the vendors accept the first two.
const (
	serversToken = "servers-token-0123"
	callersToken = "callers-token-4567"
	othersToken  = "others-token-89ab"
)

// recordingProxy is a proxy in front of a simulated vendor. It records every token, and
// replaces valid ones with the token that the simulator accepts.
type recordingProxy struct {
	mu   sync.Mutex
	seen []string
}

// forwardTo starts a proxy in front of a simulated vendor, which changes requests by rewrite.
func forwardTo(t *testing.T, vendor demo.Vendor, rewrite func(r *httputil.ProxyRequest)) (baseURL string) {
	t.Helper()
	target, err := url.Parse(vendor.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
		rewrite(r)
	}})
	t.Cleanup(server.Close)
	return server.URL + target.Path
}

func startProxy(t *testing.T, vendor demo.Vendor) (baseURL string, s *recordingProxy) {
	t.Helper()
	s = &recordingProxy{}
	return forwardTo(t, vendor, func(r *httputil.ProxyRequest) {
		query := r.Out.URL.Query()
		user, token, basic := r.In.BasicAuth()
		if !basic {
			token = query.Get("api_token") + strings.TrimPrefix(r.In.Header.Get("Authorization"), "Bearer ")
		}
		s.mu.Lock()
		s.seen = append(s.seen, token)
		s.mu.Unlock()
		if token != serversToken && token != callersToken {
			return
		}
		switch {
		case query.Has("api_token"):
			query.Set("api_token", demo.Token)
			r.Out.URL.RawQuery = query.Encode()
		case basic:
			r.Out.SetBasicAuth(user, demo.Token)
		default:
			r.Out.Header.Set("Authorization", "Bearer "+demo.Token)
		}
	}), s
}

// takeTokens returns the tokens since the last call, each once.
func (s *recordingProxy) takeTokens() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.seen)
	seen := strings.Join(slices.Compact(s.seen), " ")
	s.seen = nil
	return seen
}

// providerConfig returns a provider of a configuration, named `softwareone-caller` and so
// on.
func providerConfig(v demo.Vendor, base, mode string) string {
	text := fmt.Sprintf("  - {name: %s-%s, vendor: %[1]s, baseURL: '%[3]s', credentials: %[4]s", v.Name, strings.ReplaceAll(mode, "_", "-"), base, mode)
	if mode != "caller" {
		text += ", token: " + serversToken
	}
	if mode != "server" {
		text += ", credentialHeader: " + credentialHeader(v.Name, mode)
	}
	for _, key := range v.Keys {
		text += ", " + key
	}
	return text + "}\n"
}

func credentialHeader(vendor, mode string) string {
	return "X-" + vendor + "-" + strings.ReplaceAll(mode, "_", "-") + "-Token"
}

// For each vendor, mode and caller, the vendor gets the expected credential, or no call.
func TestCallerCredentials_Modes(t *testing.T) {
	t.Parallel()
	const refused = "UPSTREAM_UNAUTHENTICATED"
	type outcome struct{ tokens, code string }
	want := map[string]map[string]outcome{
		"server":             {"": {serversToken, ""}, callersToken: {serversToken, ""}, othersToken: {serversToken, ""}},
		"caller":             {"": {"", refused}, callersToken: {callersToken, ""}, othersToken: {othersToken, refused}},
		"caller_then_server": {"": {serversToken, ""}, callersToken: {callersToken, ""}, othersToken: {othersToken, refused}},
	}
	vendors := startVendors(t)
	config := "server: {listen: 127.0.0.1:0}\ncache: {fresh: 0s, stale: 0s}\nproviders:\n"
	seen := map[string]*recordingProxy{}
	for _, v := range vendors.All {
		base, s := startProxy(t, v)
		seen[v.Name] = s
		for mode := range want {
			config += providerConfig(v, base, mode)
		}
	}
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", config))
	for vendor, s := range seen {
		for mode, outcomes := range want {
			for sent, want := range outcomes {
				name := vendor + "-" + strings.ReplaceAll(mode, "_", "-")
				headers := []string{"accountgraph-trace: 1"}
				if sent != "" {
					headers = append(headers, credentialHeader(vendor, mode)+": "+sent)
				}
				a := p.query(fmt.Sprintf(`{ users(first: 1, filter: {providers: [%q]}) { nodes { id } } }`, name), headers...)
				got := outcome{tokens: s.takeTokens()}
				if len(a.Errors) > 0 {
					got.code, _ = a.Errors[0].Extensions["code"].(string)
				}
				if id, _ := a.value("users.nodes.0.id").(string); got.code == "" && !strings.HasPrefix(id, name+":User:") {
					t.Errorf("%s with %q: %s", name, sent, a.text)
				}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
					t.Errorf("%s with %q: %s\n%s", name, sent, diff, a.text)
				}
				for _, token := range []string{serversToken, callersToken, othersToken, demo.Token} {
					if strings.Contains(a.text, token) {
						t.Errorf("%s with %q: a token in %s", name, sent, a.text)
					}
				}
			}
		}
	}
	if log := p.stderr.String(); strings.Contains(log, "-token-") {
		t.Errorf("a token in the log: %s", log)
	}
}

// The command check skips providers without a token of the server.
func TestCheck_CallerCredentials(t *testing.T) {
	t.Parallel()
	vendor := startVendors(t).Vendor("activeplatform")
	base, s := startProxy(t, vendor)
	config := writeFile(t, "a.yaml", "providers:\n"+providerConfig(vendor, base, "server")+providerConfig(vendor, base, "caller")+providerConfig(vendor, base, "caller_then_server"))
	p := start(t, nil, "check", "--config", config)
	if code := p.exit(); code != 0 {
		t.Errorf("exit %d: %s%s", code, &p.stdout, &p.stderr)
	}
	for _, row := range []string{`activeplatform-server +.* ok`, `activeplatform-caller +.* 0ms +skipped: uses caller credentials`, `activeplatform-caller-then-server +.* ok`} {
		if !regexp.MustCompile(`(?m)^` + row + `$`).MatchString(p.stdout.String()) {
			t.Errorf("no row %s in\n%s", row, &p.stdout)
		}
	}
	if seen := s.takeTokens(); seen != serversToken {
		t.Errorf("the vendor received %q", seen)
	}
}

// A page of an allowed origin may send the configured credential headers, and no others.
func TestCORS_CallerCredentials(t *testing.T) {
	t.Parallel()
	config := "server: {listen: 127.0.0.1:0, cors: {origins: ['https://app.example']}}\nproviders:\n" + providerConfig(demo.Vendor{Name: "activeplatform"}, unreachable, "caller")
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", config))
	for header, allowed := range map[string]bool{"x-activeplatform-caller-token": true, "x-activeplatform-server-token": false} {
		r, err := http.NewRequest(http.MethodOptions, "http://"+p.address+"/graphql", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Origin": {"https://app.example"}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {header}}
		res, err := client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if got := res.Header.Get("Access-Control-Allow-Headers"); (got != "") != allowed {
			t.Errorf("%s: allowed are %q", header, got)
		}
	}
}
