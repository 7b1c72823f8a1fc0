package upstream_test

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

func TestPath_Segments(t *testing.T) {
	for want, segments := range map[string][]string{
		"/v1/users/USR-1234-5678": {"v1", "users", "USR-1234-5678"},
		"/a%20b":                  {"a b"},
		"/a%3Fb%23c%3Bd":          {"a?b#c;d"},
		"/a:b@c&d=e+f":            {"a:b@c&d=e+f"},
		"/%E5%B0%8F%E9%BE%8D":     {"小龍"},
		"/.hidden/a..b/c.":        {".hidden", "a..b", "c."},
		"":                        nil,
	} {
		if got, err := upstream.Path(segments...); err != nil || got != want {
			t.Errorf("Path(%q) = %q, %v, want %q", segments, got, err, want)
		}
	}
	for _, segment := range []string{
		"", ".", "..", "...", " ", ".. ", "a/b", "/", `a\b`, "%2e%2e", "100%", "a\nb", "a\x00", "\x7f", "\u0085", "\xff",
	} {
		_, err := upstream.Path("v1", segment)
		wantKind(t, err, providers.InvalidID)
	}
}

// FuzzPath: every accepted id stays one path segment below the base URL.
func FuzzPath(f *testing.F) {
	for _, id := range []string{"USR-1", "..", "../x", "%2e%2e%2f", "a/../../b", "@evil.example", "//evil.example", "a?b", "a#b", "a;b", `..\..`, "。。", "\r\nHost: x"} {
		f.Add(id)
	}
	var sent *http.Request
	client := connect(f, upstream.Config{Transport: vendor(func(r *http.Request) (*http.Response, error) {
		sent = r
		return reply(200, "{}"), nil
	})})
	f.Fuzz(func(t *testing.T, id string) {
		p, err := upstream.Path("v1", id, "users")
		if err != nil {
			return
		}
		if _, err := read(t.Context(), client, p); err != nil {
			t.Fatalf("Path(%q) = %q cannot be sent: %v", id, p, err)
		}
		line := sent.URL.String()
		u, err := url.Parse(line)
		if err != nil || u.Scheme != "https" || u.Host != "acme.example" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q was sent as %q", id, line)
		}
		escaped, ok := strings.CutPrefix(u.EscapedPath(), "/api/v1/")
		if segments := strings.Split(escaped, "/"); !ok || len(segments) != 2 || segments[1] != "users" {
			t.Fatalf("%q was sent as %q", id, line)
		}
		// Interpret the path like a server that decodes twice and normalizes.
		for range 2 {
			decoded, err := url.PathUnescape(escaped)
			if err != nil {
				break
			}
			escaped = decoded
		}
		clean := path.Clean("/api/v1/" + strings.ReplaceAll(escaped, `\`, "/"))
		if !strings.HasPrefix(clean, "/api/v1/") || strings.Count(clean, "/") != 4 {
			t.Fatalf("%q could be read as %q", id, clean)
		}
	})
}
