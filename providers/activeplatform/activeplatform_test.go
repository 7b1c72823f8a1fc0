package activeplatform_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
)

const token = "a7Zq+6f/3e9b1=c04d58"

// newProvider returns a provider that knows that pages count from 1.
func newProvider(t *testing.T, baseURL, token string, timeout time.Duration) *activeplatform.Provider {
	t.Helper()
	return newProviderWith(t, baseURL, token, timeout, activeplatform.Options{FirstPage: new(1)})
}

func newProviderWith(t *testing.T, baseURL, token string, timeout time.Duration, o activeplatform.Options) *activeplatform.Provider {
	t.Helper()
	p, err := activeplatform.New(upstream.Config{
		Provider:      &model.Provider{Name: "activeplatform", Vendor: model.ActivePlatform, BaseURL: baseURL},
		Timeout:       timeout,
		MaxConcurrent: 8,
		Rand:          func() float64 { return 0 },
	}, providers.NewSecret(token), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func withFake(t *testing.T) (*activeplatform.Provider, *activeplatformfake.Fake) {
	t.Helper()
	fake := activeplatformfake.New(token)
	return newProvider(t, serve(t, fake), token, 10*time.Second), fake
}

func serve(t *testing.T, vendor http.Handler) string {
	t.Helper()
	server := httptest.NewServer(vendor)
	t.Cleanup(server.Close)
	return server.URL
}

// fixedResponse returns a provider whose vendor responds with body to every request.
func fixedResponse(t *testing.T, body string) *activeplatform.Provider {
	t.Helper()
	return newProvider(t, serve(t, jsonHandler(func(*url.URL) string { return body })), token, 10*time.Second)
}

// withBody is fixedResponse without a network connection.
func withBody(t *testing.T, body string) *activeplatform.Provider {
	t.Helper()
	p, err := activeplatform.New(upstream.Config{
		Provider:      &model.Provider{Name: "activeplatform", Vendor: model.ActivePlatform, BaseURL: "http://127.0.0.1:1"},
		Timeout:       time.Second,
		MaxConcurrent: 1,
		Transport:     canned(body),
	}, providers.NewSecret(token), activeplatform.Options{FirstPage: new(1)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type canned string

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(c)), Body: io.NopCloser(strings.NewReader(string(c))),
	}, nil
}

// jsonHandler responds to one request at a time.
func jsonHandler(body func(u *url.URL) string) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body(r.URL)))
	})
}

func filter(f providers.Filter) providers.Query { return providers.Query{Filter: f} }

func order(field model.UserOrderField, descending bool) providers.Query {
	return providers.Query{Order: providers.Order{Field: field, Descending: descending}}
}

func of(typ, id string, f providers.Filter) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: typ, IDs: []string{id}}, Filter: f}
}

func file(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func at[T any](value T) *T { return &value }
