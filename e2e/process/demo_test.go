package process_test

import (
	"net/http"
	"strings"
	"testing"
)

// Pages of a frontend's development server, and of further origins, may query the demo, which
// can listen for other hosts.
func TestDemo_ForFrontends(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "demo", "--listen", "0.0.0.0:0", "--open", "--origin", "https://app.example.com")
	port := p.waitStdout(`GraphQL +http://127\.0\.0\.1:(\d+)/graphql`)[1]
	for origin, allowed := range map[string]bool{
		"http://localhost:5173": true, "http://127.0.0.1:3000": true, "https://app.example.com": true,
		"https://other.example.com": false,
	} {
		r, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:"+port+"/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", origin)
		res, err := client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if got := res.Header.Get("Access-Control-Allow-Origin"); (got == origin) != allowed || (res.StatusCode == http.StatusOK) != allowed {
			t.Errorf("%s: HTTP %d, allowed %q", origin, res.StatusCode, got)
		}
	}
	for _, args := range [][]string{{"--listen", "0.0.0.0:0"}, {"--origin", "app"}} {
		refused := start(t, nil, append([]string{"demo"}, args...)...)
		if code := refused.exit(); code != 2 {
			t.Errorf("%v: exit %d\n%s", args, code, &refused.stderr)
		}
	}
}
