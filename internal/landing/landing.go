// Package landing serves what a browser shows at the address of the endpoint: a page with
// links and an example, a picture of the graph, and the schema as SDL, from files embedded in
// the binary. The pages do not load anything from another host.
//
// The package reads no data: it knows what the server serves, and the text of the schema.
// web/ is the source of the pages, dist/ the output of build.sh.
package landing

import (
	"bytes"
	"compress/gzip"
	"embed"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/staticpage"
)

// dist has each file compressed with gzip.
//
//go:embed all:dist
var dist embed.FS

// The URL paths of the picture of the graph, of its files, and of the schema.
const (
	PicturePath = "/graph"
	Prefix      = PicturePath + "/"
	AssetPrefix = Prefix + "assets/"
	SchemaPath  = Prefix + "schema.graphql"
)

// contentSecurityPolicy restricts the pages to files of their own origin, without inline
// scripts and styles. Scripts cannot create elements from text.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Page is what the landing page says of the server.
type Page struct {
	// GraphiQL, Access, MCP and Schema tell which of them are served.
	GraphiQL, Access, MCP, Schema bool
	// Token tells that requests need an access token.
	Token bool
}

// Handler returns a handler that serves the page to a browser that opens the endpoint: a GET
// or HEAD without a query in the URL, which names HTML among what it accepts, and prefers it to
// JSON. All other requests go to the endpoint.
func (p Page) Handler(endpoint http.Handler) http.Handler {
	page := p.render()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery != "" || !prefersHTML(r.Header) {
			endpoint.ServeHTTP(w, r)
			return
		}
		secure(w.Header())
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Vary", "Accept")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page))
	})
}

// Files serves the picture of the graph at PicturePath and its files below Prefix, for GET and
// HEAD. Other paths are 404, other methods 405. It is safe for concurrent use.
func Files() http.Handler {
	files, err := fs.Sub(dist, "dist/files")
	if err != nil {
		panic(err) // the name is valid
	}
	return staticpage.Page{Files: files, Path: PicturePath, Prefix: Prefix, ContentSecurityPolicy: contentSecurityPolicy}.Handler()
}

// Schema serves an SDL as text, compressed where the client accepts gzip.
func Schema(sdl string) http.Handler {
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(writer, sdl) // a buffer has no errors
	_ = writer.Close()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Vary", "Accept-Encoding")
		if staticpage.AcceptsGzip(r.Header) && r.Header.Get("Range") == "" {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Length", strconv.Itoa(zipped.Len()))
			if r.Method == http.MethodGet {
				_, _ = w.Write(zipped.Bytes()) // fails only if the client has disconnected
			}
			return
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(sdl))
	})
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}

// render returns the HTML of the page. It panics if the embedded template is invalid, which is
// an error of the build.
func (p Page) render() []byte {
	packed, err := dist.ReadFile("dist/landing.html.gz")
	if err != nil {
		panic(err)
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("landing.html: " + err.Error())
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		panic("landing.html: " + err.Error())
	}
	var page bytes.Buffer
	if err := template.Must(template.New("landing.html").Parse(string(text))).Execute(&page, p); err != nil {
		panic(err)
	}
	return page.Bytes()
}
