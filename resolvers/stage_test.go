package resolvers_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
	"github.com/accountgraph/accountgraph/resolvers"
)

// stage is a server over the simulated vendors.
type stage struct {
	vendors *demo.Vendors
	url     string
	// memory is what the server remembers, nil for nothing.
	memory *remembering
}

func newStage(t *testing.T) *stage {
	t.Helper()
	return newStageWith(t, start(t), transport.Options{}, as)
}

// newStageWith has other options, and providers as they are made by dress.
func newStageWith(t *testing.T, vendors *demo.Vendors, o transport.Options, dress func(providers.Provider) providers.Provider) *stage {
	t.Helper()
	return newStageThatRemembers(t, vendors, nil, o, dress)
}

// newStageThatRemembers has a cache, which may be nil.
func newStageThatRemembers(
	t *testing.T, vendors *demo.Vendors, memory *remembering, o transport.Options, dress func(providers.Provider) providers.Provider,
) *stage {
	t.Helper()
	o.Log, o.Introspection = slog.New(slog.NewTextHandler(t.Output(), nil)), true
	if o.Authenticator == nil {
		o.Authenticator = auth.AllowAll(auth.PersonalRead, auth.CacheWrite)
	}
	var all []providers.Provider
	for _, v := range vendors.All {
		all = append(all, dress(open(t, v, memory)))
	}
	return &stage{vendors, listen(t, newHandler(directory.New(all...), o)), memory}
}

func as(p providers.Provider) providers.Provider { return p }

// startForClient has a credential of a client at SoftwareOne, to whom less is
// shown than to its own staff.
func startForClient(t *testing.T) *demo.Vendors {
	t.Helper()
	vendors := start(t)
	fake := softwareonefake.New(demo.Token)
	fake.Operations = false
	vendors.All[0] = demo.Vendor{Name: "softwareone", BaseURL: listen(t, fake) + "/public", Control: &fake.Control}
	return vendors
}

func start(t *testing.T) *demo.Vendors {
	t.Helper()
	vendors, err := demo.Start(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(vendors.Stop)
	return vendors
}

func listen(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// asked counts the calls that the vendors have received since the last time.
func (s *stage) asked() int {
	n := 0
	for _, v := range s.vendors.All {
		n += len(v.Control.TakeCalls())
	}
	return n
}

func open(t *testing.T, v demo.Vendor, memory *remembering) providers.Provider {
	t.Helper()
	text := (&demo.Vendors{All: []demo.Vendor{v}}).Config()
	c, err := config.Parse("test", []byte(text), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	var shared upstream.Config
	if memory != nil {
		shared.Cache = memory.cache
	}
	p, err := vendors.Open(c.Providers[0], shared)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// newHandler serves the graph of a directory.
func newHandler(d *directory.Directory, o transport.Options) http.Handler {
	o.Schema, o.Directory = resolvers.New(), d
	return transport.NewHandler(o)
}
