package resolvers_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
	"github.com/accountgraph/accountgraph/resolvers"
)

// testServer serves the graph of the simulated vendors.
type testServer struct {
	vendors *demo.Vendors
	cache   *testCache
	url     string
	calls   *fakevendor.Calls
}

// serverConfig configures a testServer. The zero value has simulated vendors of its
// own, no cache, and a caller with every scope.
type serverConfig struct {
	vendors *demo.Vendors
	cache   *testCache
	options transport.Options
	// wrapProvider replaces each provider; may be nil.
	wrapProvider func(providers.Provider) providers.Provider
}

func newTestServer(t *testing.T, c serverConfig) *testServer {
	t.Helper()
	if c.vendors == nil {
		c.vendors = startVendors(t)
	}
	if c.wrapProvider == nil {
		c.wrapProvider = func(p providers.Provider) providers.Provider { return p }
	}
	c.options.Log, c.options.Introspection = slog.New(slog.NewTextHandler(t.Output(), nil)), true
	if c.options.Authenticator == nil {
		c.options.Authenticator = auth.AllowAll(auth.PersonalRead, auth.CacheWrite)
	}
	var all []providers.Provider
	calls := fakevendor.NewCalls()
	t.Cleanup(calls.Close)
	for _, p := range openProvidersWith(t, c.vendors, c.cache, calls) {
		all = append(all, c.wrapProvider(p))
	}
	return &testServer{c.vendors, c.cache, listen(t, newHandler(directory.New(all...), c.options)), calls}
}

// newHandler serves the graph of a directory.
func newHandler(d *directory.Directory, o transport.Options) http.Handler {
	o.Schema, o.Directory = resolvers.New(), d
	return transport.NewHandler(o)
}

func startVendors(t *testing.T) *demo.Vendors {
	t.Helper()
	simulated, err := demo.Start(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Stop)
	return simulated
}

// startVendorsForClient gives a client's view of SoftwareOne, which omits more than
// the view of its own staff.
func startVendorsForClient(t *testing.T) *demo.Vendors {
	t.Helper()
	return startVendorsWith(t, func(f *softwareonefake.Fake) { f.Operations = false })
}

// startVendorsWith varies the simulated SoftwareOne.
func startVendorsWith(t *testing.T, set func(*softwareonefake.Fake)) *demo.Vendors {
	t.Helper()
	simulated := startVendors(t)
	fake := softwareonefake.New(demo.Token)
	set(fake)
	simulated.All[0] = demo.Vendor{Name: "softwareone", BaseURL: listen(t, fake) + "/public", Control: &fake.Control}
	return simulated
}

func listen(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// openProviders opens a provider per vendor. A nil cache caches nothing.
func openProviders(t *testing.T, simulated *demo.Vendors, cache *testCache) []providers.Provider {
	t.Helper()
	return openProvidersWith(t, simulated, cache, nil)
}

// openProvidersWith opens providers that call their vendors by a transport.
func openProvidersWith(t *testing.T, simulated *demo.Vendors, cache *testCache, transport http.RoundTripper) []providers.Provider {
	t.Helper()
	c, err := config.Parse("test", []byte(simulated.Config()), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	shared := upstream.Config{Transport: transport}
	if cache != nil {
		shared.Cache = cache.Cache
	}
	var all []providers.Provider
	for _, configured := range c.Providers {
		p, err := vendors.Open(configured, shared)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// query returns the response to a query.
func (s *testServer) query(t *testing.T, query string, variables json.RawMessage) []byte {
	t.Helper()
	_, body := s.post(t, query, variables, nil)
	return body
}

// queryIndexed returns the response when the indexes that the query needs are built, which takes
// a busy machine longer than one operation may wait.
func (s *testServer) queryIndexed(t *testing.T, query string, variables json.RawMessage) (response []byte) {
	t.Helper()
	waitAtMost(t, time.Minute, "the index is built", func() bool {
		response = s.query(t, query, variables)
		return !bytes.Contains(response, []byte("UPSTREAM_INDEXING"))
	})
	return response
}

// queryWithTrace returns the response without its trace, and the trace as text.
func (s *testServer) queryWithTrace(t *testing.T, query string, variables json.RawMessage) (response []byte, trace string) {
	t.Helper()
	_, body := s.post(t, query, variables, http.Header{"Accountgraph-Trace": {"1"}})
	return splitTrace(t, body)
}

// post sends a query with further headers.
func (s *testServer) post(t *testing.T, query string, variables json.RawMessage, header http.Header) (*http.Response, []byte) {
	t.Helper()
	request, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, body
}

// countCalls returns how many calls the vendors have received since the last count,
// without those behind the end of a list.
func (s *testServer) countCalls() int {
	n := 0
	for _, v := range s.vendors.All {
		for _, c := range v.Control.TakeCalls() {
			if !c.PastEnd {
				n++
			}
		}
	}
	return n
}
