package access_test

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/accountgraph/accountgraph/internal/access"
	"github.com/accountgraph/accountgraph/resolvers"
)

// maxBytes bounds the size of dist, because the repository keeps every build. Fonts are
// 130 kB of the first one.
const maxBytes = 256 << 10

func TestHandler_Page(t *testing.T) {
	response, page := get(t, "/access")
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("status %d, header %v", response.StatusCode, response.Header)
	}
	if !strings.Contains(page, "<title>Who has access</title>") {
		t.Errorf("no title in %s", page)
	}
	policy := response.Header.Get("Content-Security-Policy")
	for _, unsafe := range []string{"unsafe-inline", "unsafe-eval", "data:", "blob:", "http", "*"} {
		if strings.Contains(policy, unsafe) {
			t.Errorf("the policy has %s: %s", unsafe, policy)
		}
	}
	for _, directive := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, directive) {
			t.Errorf("the policy has no %s: %s", directive, policy)
		}
	}
	if inline := regexp.MustCompile(`<script(?:[^>]*)>[^<]|<style| style=| on\w+=|://|="//`).FindString(page); inline != "" {
		t.Errorf("the page has %s: %s", inline, page)
	}
	links := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(links) < 3 {
		t.Fatalf("only %d links, want a script, a style sheet and an icon: %s", len(links), page)
	}
	for _, link := range links {
		if response, _ := get(t, link[1]); response.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", link[1], response.StatusCode)
		}
	}
}

func TestHandler_NotFound(t *testing.T) {
	for _, path := range []string{"/", "/access/index.html", "/access/assets", "/access/assets/", "/access/access.go", "/access/licenses.md.gz"} {
		if response, _ := get(t, path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, response.StatusCode)
		}
	}
}

func TestFiles_LoadFromOwnOriginOnly(t *testing.T) {
	elsewhere := regexp.MustCompile(`(?i)(?:fetch|import|Worker|WebSocket|EventSource)\(["'` + "`" + `](?:https?:|wss?:)?//|@import|url\(["']?(?:https?:)?//|sourceMappingURL`)
	names, total := 0, int64(0)
	err := fs.WalkDir(os.DirFS("dist"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == "index.html.gz" {
			return err
		}
		names++
		info, err := entry.Info()
		if err != nil {
			return err
		}
		total += info.Size()
		path := "/access/" + strings.TrimSuffix(name, ".gz")
		response, text := get(t, path)
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", path, response.StatusCode)
		}
		if at := elsewhere.FindStringIndex(text); at != nil && !strings.HasSuffix(path, ".woff2") {
			t.Errorf("%s: %s", path, text[max(0, at[0]-60):min(len(text), at[1]+60)])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if names < 5 {
		t.Errorf("only %d files", names)
	}
	if total > maxBytes {
		t.Errorf("%d bytes, want at most %d", total, maxBytes)
	}
}

// The operations of the page are valid, and the built page has them: web/ was built again after
// a change.
func TestOperations(t *testing.T) {
	source, err := os.ReadFile("web/src/operations.graphql")
	if err != nil {
		t.Fatal(err)
	}
	operations, problems := gqlparser.LoadQueryWithRules(resolvers.New().Schema(), string(source), rules.NewDefaultRules())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	_, page := get(t, "/access")
	_, script := get(t, regexp.MustCompile(`src="([^"]+\.js)"`).FindStringSubmatch(page)[1])
	words := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	built := words(strings.ReplaceAll(script, `\n`, "\n"))
	for _, operation := range operations.Operations {
		start := operation.Position.Start
		end := start + strings.Index(string(source[start:]), "\n}")
		if text := strings.NewReplacer("{ hasEmail: false }", "{hasEmail: false}").Replace(words(string(source[start:end]))); !strings.Contains(built, text) {
			t.Errorf("the built page has another operation %s: run make access", operation.Name)
		}
	}
}

func get(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL.Path = path
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	access.Handler().ServeHTTP(w, r)
	response := w.Result()
	var reader io.Reader = response.Body
	if response.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(reader)
		if err != nil {
			t.Fatal(err)
		}
		reader = unzipped
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}
