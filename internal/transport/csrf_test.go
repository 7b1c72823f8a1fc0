package transport_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// TestCSRF_GET sends what browsers send for other sites without a preflight, and what
// other programs send.
func TestCSRF_GET(t *testing.T) {
	const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	const curl, anything = "curl/8.5.0", "*/*"
	tests := []struct {
		name   string
		header http.Header
		want   string
	}{
		{"curl", headers("User-Agent", curl, "Accept", anything), "200 data"},
		{"Node.js fetch", headers("User-Agent", "node", "Accept", anything, "Accept-Language", "*", "Sec-Fetch-Mode", "cors"), "200 data"},
		{"no header", headers(), "400 CSRF_PREVENTION"},
		{"curl for JSON", headers("User-Agent", curl, "Accept", "application/json"), "200 data"},
		{"link", headers("User-Agent", firefox, "Accept", "text/html,*/*;q=0.8", "Sec-Fetch-Site", "cross-site"), "400 CSRF_PREVENTION"},
		{"image", headers("User-Agent", firefox, "Accept", "image/avif,*/*;q=0.8"), "400 CSRF_PREVENTION"},
		{"fetch", headers("User-Agent", firefox, "Accept", anything, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"), "400 CSRF_PREVENTION"},
		{"script", headers("User-Agent", firefox, "Accept", anything), "400 CSRF_PREVENTION"},
		{"script in a web view", headers("User-Agent", "Shop/1.0", "Accept", anything, "Accept-Language", "en-US,en;q=0.5"), "400 CSRF_PREVENTION"},
		{"script with another User-Agent", headers("User-Agent", curl, "Accept", anything, "Sec-Fetch-Dest", "script"), "400 CSRF_PREVENTION"},
		{"image in a web view", headers("User-Agent", "Shop/1.0", "Accept", "image/avif,*/*;q=0.8"), "400 CSRF_PREVENTION"},
		{"fetch for JSON in a web view", headers("User-Agent", "Shop/1.0", "Accept", "application/json", "Accept-Language", "de"), "400 CSRF_PREVENTION"},
		{"fetch for JSON", headers("User-Agent", firefox, "Accept", "application/json"), "400 CSRF_PREVENTION"},
		{"fetch with another User-Agent", headers("User-Agent", curl, "Accept", "application/json", "Sec-Fetch-Site", "cross-site"), "400 CSRF_PREVENTION"},
		{"fetch with a cookie", headers("User-Agent", curl, "Accept", "application/json", "Cookie", "a=b"), "400 CSRF_PREVENTION"},
		{"fetch with an Origin", headers("User-Agent", curl, "Accept", "application/json", "Origin", "null"), "400 CSRF_PREVENTION"},
		{"empty preflight header", headers("User-Agent", firefox, "Apollo-Require-Preflight", ""), "400 CSRF_PREVENTION"},
		{"GraphQL-Require-Preflight", headers("User-Agent", firefox, "GraphQL-Require-Preflight", "1"), "200 data"},
		{"Apollo-Require-Preflight", headers("User-Agent", firefox, "Apollo-Require-Preflight", "1"), "200 data"},
		{"X-Apollo-Operation-Name", headers("User-Agent", firefox, "X-Apollo-Operation-Name", "A"), "200 data"},
		{"Accountgraph-Trace", headers("User-Agent", firefox, "Accountgraph-Trace", "1"), "200 data"},
		{"JSON", headers("User-Agent", firefox, "Content-Type", "application/json"), "200 data"},
		{"form", headers("User-Agent", firefox, "Content-Type", "application/x-www-form-urlencoded"), "415 BAD_REQUEST"},
	}
	for _, preflight := range []string{"GraphQL-Require-Preflight", "Content-Type"} {
		tests = append(tests, []struct {
			name   string
			header http.Header
			want   string
		}{
			{preflight + ", cross-site", headers(preflight, "application/json", "Sec-Fetch-Site", "cross-site"), "400 CSRF_PREVENTION"},
			{preflight + ", another Origin", headers(preflight, "application/json", "Origin", "https://evil.example"), "400 CSRF_PREVENTION"},
			{preflight + ", same-origin", headers(preflight, "application/json", "Sec-Fetch-Site", "same-origin"), "200 data"},
			{preflight + ", listed Origin", headers(preflight, "application/json", "Origin", "https://app.example.com", "Sec-Fetch-Site", "cross-site"), "200 data"},
		}...)
	}
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Introspection: true, Origins: []string{"https://app.example.com"}})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for name := range test.header { // net/http sends canonical names
				test.header[http.CanonicalHeaderKey(name)] = test.header[name]
			}
			res, members := s.send(t, testRequest{method: http.MethodGet, url: "?query={__typename}", header: test.header})
			if got := outcome(t, res, members); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// TestCSRF_CrossOrigin sends POST requests that have passed a preflight.
func TestCSRF_CrossOrigin(t *testing.T) {
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Origins: []string{"https://app.example.com"}})
	for name, test := range map[string]struct {
		header http.Header
		want   string
	}{
		"no browser header":           {headers(), "200 data"},
		"same-origin":                 {headers("Sec-Fetch-Site", "same-origin"), "200 data"},
		"address bar":                 {headers("Sec-Fetch-Site", "none"), "200 data"},
		"cross-site":                  {headers("Sec-Fetch-Site", "cross-site"), "400 CSRF_PREVENTION"},
		"same-site":                   {headers("Sec-Fetch-Site", "same-site"), "400 CSRF_PREVENTION"},
		"other origin":                {headers("Origin", "https://evil.example"), "400 CSRF_PREVENTION"},
		"null origin":                 {headers("Origin", "null"), "400 CSRF_PREVENTION"},
		"listed origin":               {headers("Origin", "https://app.example.com", "Sec-Fetch-Site", "cross-site"), "200 data"},
		"origin with a listed prefix": {headers("Origin", "https://app.example.com.evil.example", "Sec-Fetch-Site", "cross-site"), "400 CSRF_PREVENTION"},
	} {
		test.header.Set("Content-Type", "application/json")
		res, members := s.send(t, testRequest{body: typenameQuery, header: test.header})
		if diff := cmp.Diff(test.want, outcome(t, res, members)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
