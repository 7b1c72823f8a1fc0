package graphiql_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/graphiql"
)

func TestHandler_Page(t *testing.T) {
	response := get(t, "/", nil)
	if got, want := response.StatusCode, http.StatusOK; got != want {
		t.Fatalf("status %d, want %d", got, want)
	}
	for name, want := range map[string]string{
		"Content-Type":           "text/html; charset=utf-8",
		"Cache-Control":          "no-cache",
		"Vary":                   "Accept-Encoding",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy":        "no-referrer",
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
			"worker-src 'self' blob:; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; " +
			"frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	page := body(t, response)
	if !strings.Contains(page, "<title>accountgraph</title>") {
		t.Errorf("no title in %s", page)
	}
	if strings.Contains(page, "://") || strings.Contains(page, `="//`) {
		t.Errorf("the page names another host: %s", page)
	}

	links := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(links) < 3 {
		t.Fatalf("only %d links, want a script, a style sheet and an icon: %s", len(links), page)
	}
	for _, link := range links {
		if got := get(t, link[1], nil).StatusCode; got != http.StatusOK {
			t.Errorf("%s: status %d", link[1], got)
		}
	}
}

func TestHandler_NotFound(t *testing.T) {
	for _, path := range []string{
		"/index.html", "/graphql", "/favicon.ico", "/graphiql", "/graphiql/", "/graphiql/index.html",
		"/graphiql/assets", "/graphiql/assets/", "/graphiql/licenses.md.gz", "/graphiql/assets/../licenses.md",
		"//graphiql/licenses.md", "/dist/licenses.md", "/graphiql/files.go",
	} {
		response := get(t, path, nil)
		if got := response.StatusCode; got != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, got)
		}
		if response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: no Content-Security-Policy", path)
		}
	}
}

func TestHandler_MethodNotAllowed(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH"} {
		response := do(httptest.NewRequest(method, "/", nil))
		if got := response.StatusCode; got != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d, want 405", method, got)
		}
		if got := response.Header.Get("Allow"); got != "GET, HEAD" {
			t.Errorf("%s: Allow %q", method, got)
		}
	}
}

func TestHandler_Head(t *testing.T) {
	for _, encoding := range []string{"", "gzip"} {
		header := http.Header{"Accept-Encoding": {encoding}}
		getResponse := get(t, "/", header)
		r := httptest.NewRequest(http.MethodHead, "/", nil)
		r.Header = header
		head := do(r)
		if got := body(t, head); got != "" {
			t.Errorf("%q: HEAD has a body of %d bytes", encoding, len(got))
		}
		for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "ETag"} {
			if got, want := head.Header.Get(name), getResponse.Header.Get(name); got != want {
				t.Errorf("%q: %s: HEAD has %q, GET %q", encoding, name, got, want)
			}
		}
	}
}

func TestHandler_AcceptEncoding(t *testing.T) {
	for accept, want := range map[string]string{
		"":                         "",
		"identity":                 "",
		"br":                       "",
		"gzip":                     "gzip",
		"GZIP":                     "gzip",
		"deflate, gzip;q=0.5, br":  "gzip",
		"*":                        "gzip",
		"gzip;q=0":                 "",
		"gzip; q=0.000":            "",
		"gzip;q=0, *":              "",
		"*, gzip;q=0":              "",
		"*;q=0":                    "",
		"*;q=0, gzip":              "gzip",
		"gzip;q=nonsense":          "",
		"x-gzip-like, gzipped":     "",
		"gzip, deflate, br, zstd":  "gzip",
		"identity;q=1, gzip;q=0.1": "gzip",
	} {
		response := get(t, "/", http.Header{"Accept-Encoding": {accept}})
		if got := response.Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: Content-Encoding %q, want %q", accept, got, want)
		}
		if got, want := response.Header.Get("Content-Length"), response.ContentLength; got != strconv.FormatInt(want, 10) {
			t.Errorf("Accept-Encoding %q: Content-Length %q, want %d", accept, got, want)
		}
	}
}

func TestHandler_IfNoneMatch(t *testing.T) {
	etag := get(t, "/", nil).Header.Get("ETag")
	for header, want := range map[string]int{
		etag:                      http.StatusNotModified,
		`W/"other", ` + etag:      http.StatusNotModified,
		`W/"0000000000000000"`:    http.StatusOK,
		strings.Trim(etag, `W/"`): http.StatusOK,
	} {
		response := get(t, "/", http.Header{"If-None-Match": {header}})
		if got := response.StatusCode; got != want {
			t.Errorf("If-None-Match %s: status %d, want %d", header, got, want)
		}
	}
}

var handler = graphiql.Handler()

// get sends a GET request. It does not decompress the response body.
func get(t *testing.T, path string, header http.Header) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL.Path = path
	for name, values := range header {
		r.Header[name] = values
	}
	return do(r)
}

// do sends a request to the handler and sets the ContentLength of the response.
func do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	response := w.Result()
	response.ContentLength = int64(w.Body.Len())
	return response
}

// body returns the response body, decompressed.
func body(t *testing.T, response *http.Response) string {
	t.Helper()
	var reader io.Reader = response.Body
	if response.Header.Get("Content-Encoding") == "gzip" && response.ContentLength > 0 {
		unzipped, err := gzip.NewReader(reader)
		if err != nil {
			t.Fatal(err)
		}
		reader = unzipped
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
