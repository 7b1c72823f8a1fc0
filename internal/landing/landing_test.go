package landing_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/landing"
)

// maxBytes bounds the size of dist, because the repository keeps every build.
const maxBytes = 64 << 10

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

var endpoint = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "endpoint") })

// TestPage_Handler: only a browser that opens the address gets the page.
func TestPage_Handler(t *testing.T) {
	handler := landing.Page{}.Handler(endpoint)
	for _, test := range []struct {
		name, method, url, accept string
		isPage                    bool
	}{
		{"a browser", "GET", "/graphql", browser, true},
		{"HEAD", "HEAD", "/graphql", browser, true},
		{"HTML alone", "GET", "/graphql", "text/html", true},
		{"HTML before JSON", "GET", "/graphql", "application/json;q=0.5, text/html", true},
		{"JSON before HTML", "GET", "/graphql", "application/json, text/html;q=0.9", false},
		{"JSON as good as HTML", "GET", "/graphql", "text/html, application/graphql-response+json", false},
		{"HTML excluded", "GET", "/graphql", "text/html;q=0", false},
		{"a quality that is none", "GET", "/graphql", "text/html;q=high", false},
		{"anything", "GET", "/graphql", "*/*", false},
		{"any text", "GET", "/graphql", "text/*", false},
		{"no Accept", "GET", "/graphql", "", false},
		{"a query in the URL", "GET", "/graphql?query={__typename}", browser, false},
		{"a document in the URL", "GET", "/graphql?documentId=sha256:0", browser, false},
		{"POST", "POST", "/graphql", browser, false},
		{"OPTIONS", "OPTIONS", "/graphql", browser, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			response, body := send(t, handler, test.method, test.url, test.accept)
			if isPage := response.Header.Get("Content-Type") == "text/html; charset=utf-8"; isPage != test.isPage {
				t.Errorf("the page: %v, want %v: %s", isPage, test.isPage, body)
			}
			if test.isPage && response.Header.Get("Vary") != "Accept" {
				t.Errorf("Vary: %q, so that a cache may send the page to a client", response.Header.Get("Vary"))
			}
		})
	}
}

// TestPage_Links: the page has links to what is served, and to nothing else.
func TestPage_Links(t *testing.T) {
	for _, test := range []struct {
		page            landing.Page
		links           string
		mentions, lacks string
	}{
		{landing.Page{GraphiQL: true, Access: true, MCP: true, Schema: true}, "/ /access /graph /graph/schema.graphql", "/mcp", "$TOKEN"},
		{landing.Page{Schema: true, Token: true}, "/graph /graph/schema.graphql", `authorization: Bearer $TOKEN`, "/mcp"},
		{landing.Page{GraphiQL: true}, "/", "Send a query", "$TOKEN"},
	} {
		_, body := send(t, test.page.Handler(endpoint), "GET", "/graphql", browser)
		var links []string
		for _, link := range regexp.MustCompile(`<a href="([^"]+)"`).FindAllStringSubmatch(body, -1) {
			links = append(links, link[1])
		}
		if got := strings.Join(links, " "); got != test.links {
			t.Errorf("%+v: links %q, want %q", test.page, got, test.links)
		}
		if !strings.Contains(body, test.mentions) || strings.Contains(body, test.lacks) {
			t.Errorf("%+v: want %q and not %q in %s", test.page, test.mentions, test.lacks, body)
		}
	}
}

// TestPages_LoadFromOwnOriginOnly: each page and each file it loads is here, and no inline
// script or style is in it.
func TestPages_LoadFromOwnOriginOnly(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/graphql", landing.Page{GraphiQL: true, Schema: true}.Handler(endpoint))
	mux.Handle("/graph", landing.Files())
	mux.Handle("/graph/", landing.Files())
	loaded := map[string]bool{}
	for _, path := range []string{"/graphql", "/graph"} {
		response, page := send(t, mux, "GET", path, browser)
		policy := response.Header.Get("Content-Security-Policy")
		for _, unsafe := range []string{"unsafe-inline", "unsafe-eval", "data:", "blob:", "http", "*"} {
			if strings.Contains(policy, unsafe) {
				t.Errorf("%s: the policy has %s: %s", path, unsafe, policy)
			}
		}
		for _, directive := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"} {
			if !strings.Contains(policy, directive) {
				t.Errorf("%s: the policy has no %s: %s", path, directive, policy)
			}
		}
		if inline := regexp.MustCompile(`<script(?:[^>]*)>[^<]|<style| style=| on\w+=|="//`).FindString(page); inline != "" {
			t.Errorf("%s has %s", path, inline)
		}
		for _, link := range regexp.MustCompile(`(?:src|<link[^>]* href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			loaded[link[1]] = true
		}
	}
	for path := range loaded {
		response, text := send(t, mux, "GET", path, "")
		if response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: status %d, Cache-Control %q", path, response.StatusCode, response.Header.Get("Cache-Control"))
		}
		if elsewhere := regexp.MustCompile(`(?i)(?:fetch|import|Worker)\(["'](?:https?:)?//|@import|url\(["']?(?:https?:)?//`).FindString(text); elsewhere != "" {
			t.Errorf("%s: %s", path, elsewhere)
		}
	}
	if len(loaded) < 4 {
		t.Errorf("only %d files, want two scripts, a style sheet and an icon", len(loaded))
	}
	if response, _ := send(t, mux, "GET", "/graph/landing.html", browser); response.StatusCode != http.StatusNotFound {
		t.Errorf("the template of the page is served: status %d", response.StatusCode)
	}
}

// TestFiles_Picture: every type that has a global id is in the picture.
func TestFiles_Picture(t *testing.T) {
	sdl, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	_, page := send(t, landing.Files(), "GET", "/graph", browser)
	types := regexp.MustCompile(`(?m)^type (\w+) implements Node`).FindAllStringSubmatch(string(sdl), -1)
	if len(types) < 5 {
		t.Fatalf("only %d types have an id", len(types))
	}
	for _, name := range types {
		if !strings.Contains(page, `data-type="`+name[1]+`"`) {
			t.Errorf("%s is missing: run make landing", name[1])
		}
	}
}

func TestSchema_IsText(t *testing.T) {
	response, body := send(t, landing.Schema("type Query { a: Int }"), "GET", "/graph/schema.graphql", browser)
	if got := response.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" || body != "type Query { a: Int }" {
		t.Errorf("%s: %s", got, body)
	}
	if response.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a browser may take the text for a page: %v", response.Header)
	}
}

func TestSchema_IsCompressed(t *testing.T) {
	sdl := strings.Repeat("type Query { a: Int }\n", 1000)
	handler := landing.Schema(sdl)
	for _, test := range []struct{ accepted, coding string }{{"gzip, br", "gzip"}, {"gzip;q=0", ""}, {"", ""}} {
		r := httptest.NewRequest(http.MethodGet, "/graph/schema.graphql", nil)
		r.Header.Set("Accept-Encoding", test.accepted)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		var body io.Reader = w.Body
		if got := w.Header().Get("Content-Encoding"); got != test.coding || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: coding %q, %v", test.accepted, got, w.Header())
		}
		if test.coding == "gzip" {
			if w.Body.Len() > len(sdl)/10 {
				t.Errorf("%d bytes of %d", w.Body.Len(), len(sdl))
			}
			reader, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = reader
		}
		if text, err := io.ReadAll(body); err != nil || string(text) != sdl {
			t.Errorf("%q: %v, %d bytes", test.accepted, err, len(text))
		}
	}
}

func TestFiles_Size(t *testing.T) {
	var total int64
	for _, folder := range []string{"dist", "dist/files", "dist/files/assets"} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			info, err := entry.Info()
			if err != nil {
				t.Fatal(err)
			}
			if !entry.IsDir() {
				total += info.Size()
			}
		}
	}
	if total == 0 || total > maxBytes {
		t.Errorf("%d bytes, want at most %d", total, maxBytes)
	}
}

func send(t *testing.T, handler http.Handler, method, url, accept string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, url, nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}
