package transport_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

// newDirectory opens the simulated vendors with a cache.
func newDirectory(t *testing.T, cache *pagecache.Cache) *directory.Directory {
	t.Helper()
	simulated, err := demo.Start(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Stop)
	c, err := config.Parse("test", []byte(simulated.Config()), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	var all []providers.Provider
	for _, configured := range c.Providers {
		p, err := vendors.Open(configured, upstream.Config{Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return directory.New(all...)
}

// TestResponses_CachedPerPermission sends one query as callers with and without a
// scope that it requires.
func TestResponses_CachedPerPermission(t *testing.T) {
	cache, err := pagecache.Open(pagecache.Config{Fresh: time.Minute, Stale: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cache.Close)
	s := newTestServer(t, transport.Options{
		Directory: newDirectory(t, cache), Authenticator: newAuthenticator(t),
		ResponseBytes: 1 << 20, CacheVersion: cache.Version,
	})
	post := func(header http.Header) string {
		t.Helper()
		_, members := s.send(t, testRequest{body: `{"query": "{ user(id: \"softwareone:User:USR-1000-1234\") { name email } }"}`, header: header})
		return string(members["data"]) + string(members["errors"])
	}
	for range 2 {
		if got := post(tokenHeader(t)); !strings.Contains(got, "@") || strings.Contains(got, "FORBIDDEN") {
			t.Errorf("with the scope: %s", got)
		}
		if got := post(headers("Content-Type", "application/json", "Router-Authorization", gatewaySecret)); strings.Contains(got, "@") || !strings.Contains(got, "FORBIDDEN") {
			t.Errorf("without the scope: %s", got)
		}
	}
}

// TestResponses_UndeclaredVariables sends variables that the operation does not declare: they
// change nothing in its response, which is cached once.
func TestResponses_UndeclaredVariables(t *testing.T) {
	for _, query := range []string{"{ node(id: \\\"a:User:1\\\") { id } }", "query ($id: ID = \\\"a:User:1\\\") { node(id: $id) { id } }"} {
		e := newExecutions(t, transport.Admission{}, false)
		close(e.end)
		for _, value := range []string{"1", "2", `{"a": [3]}`} {
			_, members := e.send(t, testRequest{body: `{"query": "` + query + `", "variables": {"other": ` + value + `}}`})
			if len(members["data"]) == 0 {
				t.Errorf("%s: %s", query, members["errors"])
			}
		}
		if executed := len(e.begun); executed != 1 {
			t.Errorf("%s: executed %d times, want 1", query, executed)
		}
	}
}
