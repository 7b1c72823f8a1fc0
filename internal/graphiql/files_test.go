package graphiql_test

import (
	"io/fs"
	"net/http"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// maxBytes bounds the size of dist, because the repository keeps every build. The
// first build has 1.9 MB.
const maxBytes = 3 << 20

func TestHandler_ServesEveryFile(t *testing.T) {
	types := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
		".ttf": "font/ttf", ".woff2": "font/woff2", ".md": "text/plain; charset=utf-8",
	}
	for _, served := range paths(t) {
		zipped := get(t, served, http.Header{"Accept-Encoding": {"gzip"}})
		plain := get(t, served, nil)
		if zipped.StatusCode != http.StatusOK || plain.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d with gzip, %d without", served, zipped.StatusCode, plain.StatusCode)
			continue
		}
		if got, want := plain.Header.Get("Content-Length"), strconv.FormatInt(plain.ContentLength, 10); got != want {
			t.Errorf("%s: Content-Length %s, but %s bytes", served, got, want)
		}
		if body(t, zipped) != body(t, plain) {
			t.Errorf("%s: differs between the encodings", served)
		}
		if got, want := plain.Header.Get("Content-Type"), types[path.Ext(served)]; got != want {
			t.Errorf("%s: Content-Type %q, want %q", served, got, want)
		}
		want := "no-cache"
		if strings.HasPrefix(served, "/graphiql/assets/") {
			want = "public, max-age=31536000, immutable"
			if !regexp.MustCompile(`-[\w-]{8}\.\w+$`).MatchString(served) {
				t.Errorf("%s: immutable, but the name has no hash", served)
			}
		}
		if got := plain.Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", served, got, want)
		}
	}
}

func TestFiles_LoadFromOwnOriginOnly(t *testing.T) {
	// Scripts may name other hosts in links and comments, but must not load from them.
	loads := regexp.MustCompile(`(?i)unpkg|jsdelivr|cdnjs|esm\.sh|\bcdn\.|fonts\.g|googletagmanager|google-analytics|sentry\.io|` +
		`sendBeacon|(?:import|importScripts|fetch|Worker|WebSocket|EventSource)\(["'` + "`" + `](?:https?:|wss?:)?//|` +
		`from ?["'](?:https?:)?//|sourceMappingURL`)
	sheet := regexp.MustCompile(`(?i)@import|url\(["']?(?:https?:)?//|//[a-z0-9.-]+\.[a-z]{2,}/`)
	for _, served := range paths(t) {
		text := body(t, get(t, served, nil))
		switch path.Ext(served) {
		case ".js":
			if at := loads.FindStringIndex(text); at != nil {
				t.Errorf("%s: %s", served, around(text, at))
			}
		case ".css":
			if at := sheet.FindStringIndex(text); at != nil {
				t.Errorf("%s: %s", served, around(text, at))
			}
		}
	}
}

func TestFiles_Size(t *testing.T) {
	var total int64
	err := fs.WalkDir(os.DirFS("dist"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		total += info.Size()
		if strings.HasSuffix(name, ".map.gz") {
			t.Errorf("%s: a source map", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if total > maxBytes {
		t.Errorf("%d bytes, want at most %d", total, maxBytes)
	}
}

// paths returns the URL paths of the files in dist, without the page itself.
func paths(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(os.DirFS("dist"), "*/*.gz")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 10 {
		t.Fatalf("only %d files in dist/assets", len(names))
	}
	served := []string{"/graphiql/licenses.md"}
	for _, name := range names {
		served = append(served, "/graphiql/"+strings.TrimSuffix(name, ".gz"))
	}
	return served
}

// around returns the text around a match.
func around(text string, at []int) string {
	return text[max(0, at[0]-60):min(len(text), at[1]+60)]
}
