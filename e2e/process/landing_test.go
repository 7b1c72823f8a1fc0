package process_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// browse opens a path as a browser does that a link or the address bar leads there.
func (p *process) browse(path string) (int, string, string) {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://"+p.address+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
	r.Header.Set("Sec-Fetch-Site", "none")
	res, err := client().Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Content-Type"), string(body)
}

// A browser that opens the endpoint gets a page with links; a link with a query in it is
// refused as before.
func TestLanding_Demo(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "demo", "--listen", "127.0.0.1:0")
	status, kind, page := p.browse("/graphql")
	if status != http.StatusOK || !strings.HasPrefix(kind, "text/html") {
		t.Fatalf("%d %s\n%s", status, kind, page)
	}
	for _, path := range []string{"/", "/access", "/graph", "/graph/schema.graphql"} {
		if !strings.Contains(page, `href="`+path+`"`) {
			t.Errorf("no link to %s in\n%s", path, page)
		}
		if status, _, body := p.browse(path); status != http.StatusOK {
			t.Errorf("%s: %d\n%s", path, status, body)
		}
	}
	if _, _, sdl := p.browse("/graph/schema.graphql"); !strings.Contains(sdl, "type User implements Node {") || strings.Contains(sdl, "@key") {
		t.Errorf("not the schema for clients:\n%.500s", sdl)
	}
	if status, _, body := p.browse("/graphql?query={__typename}"); status != http.StatusBadRequest || !strings.Contains(body, "CSRF_PREVENTION") {
		t.Errorf("a link with a query: %d\n%s", status, body)
	}
}

// A server that tells nothing of its schema has neither the page nor the picture.
func TestLanding_Off(t *testing.T) {
	t.Parallel()
	simulators := start(t, nil, "vendors", "--port", "0")
	simulators.waitStdout(endOfConfiguration)
	hidden := strings.Replace(listenAnywhere, "server: {", "server: {graphiql: false, introspection: false, ", 1)
	p := startServer(t, nil, "serve", "--config", writeFile(t, "a.yaml", hidden+simulators.stdout.String()))
	if status, kind, body := p.browse("/graphql"); status != http.StatusBadRequest || strings.HasPrefix(kind, "text/html") {
		t.Errorf("/graphql: %d %s\n%s", status, kind, body)
	}
	for _, path := range []string{"/graph", "/graph/", "/graph/schema.graphql"} {
		if status, _, body := p.browse(path); status != http.StatusNotFound {
			t.Errorf("%s: %d\n%s", path, status, body)
		}
	}
	unspoken := strings.Replace(listenAnywhere, "server: {", "server: {introspection: false, ", 1)
	p = startServer(t, nil, "serve", "--config", writeFile(t, "c.yaml", unspoken+simulators.stdout.String()))
	if status, _, page := p.browse("/graphql"); status != http.StatusOK || strings.Contains(page, "/graph/schema") {
		t.Errorf("without introspection: %d\n%s", status, page)
	}
	for _, path := range []string{"/graph", "/graph/schema.graphql"} {
		if status, _, body := p.browse(path); status != http.StatusNotFound {
			t.Errorf("without introspection: %s: %d\n%s", path, status, body)
		}
	}
	documented := strings.Replace(listenAnywhere, "server: {", "server: {graphiql: false, auth: {router: {secrets: [0123456789abcdef0123456789abcdef]}}, ", 1)
	p = startServer(t, nil, "serve", "--config", writeFile(t, "b.yaml", documented+simulators.stdout.String()))
	if status, _, page := p.browse("/graphql"); status != http.StatusOK || strings.Contains(page, `href="/"`) || !strings.Contains(page, "$TOKEN") {
		t.Errorf("without GraphiQL: %d\n%s", status, page)
	}
}
