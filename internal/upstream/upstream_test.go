package upstream_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// vendor is a fake transport: synctest needs tests without network I/O.
type vendor func(*http.Request) (*http.Response, error)

func (v vendor) RoundTrip(r *http.Request) (*http.Response, error) { return v(r) }

const token = "tok/en+of the=vendor"

// connect builds a client, with defaults for tests.
func connect(t testing.TB, c upstream.Config) *upstream.Client {
	t.Helper()
	if c.Provider == nil {
		c.Provider = &model.Provider{Name: "acme", BaseURL: "https://acme.example/api"}
	}
	if c.Credential == nil {
		c.Credential = upstream.Bearer(providers.NewSecret(token))
	}
	if c.Cache == nil {
		cache, err := pagecache.Open(pagecache.Config{Now: c.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(cache.Close)
		c.Cache = cache
	}
	client, err := upstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// reply builds a response; headers are `Name: value` lines.
func reply(status int, body string, headers ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		h.Set(name, value)
	}
	return &http.Response{
		StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// text is a decode that accepts everything.
func text(body []byte) (string, error) { return string(body), nil }

func read(ctx context.Context, c *upstream.Client, path string) (string, error) {
	reply, err := upstream.Read(ctx, c, upstream.Request{Path: path}, text)
	return reply.Value, err
}

func wantKind(t *testing.T, err error, want providers.Kind) *providers.Error {
	t.Helper()
	e, _ := err.(*providers.Error)
	if e == nil || e.Kind != want {
		t.Fatalf("the error is %v, want one that %v", err, want)
	}
	if want != providers.InvalidArgument && want != providers.InvalidID && e.Provider == nil {
		t.Errorf("%v names no provider", err)
	}
	return e
}

// pass advances the clock of synctest.
func pass(d time.Duration) { <-time.After(d) }
