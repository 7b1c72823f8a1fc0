package activeplatform_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

const token = "a7Zq+6f/3e9b1=c04d58"

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Subject{
		New: func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
			return newProvider(t, baseURL, token, timeout)
		},
		Serve: func(t *testing.T) (string, *fakevendor.Control) {
			fake := activeplatformfake.New(token)
			return serve(t, fake), &fake.Control
		},
		Token:    token,
		Accounts: []string{strconv.Itoa(activeplatformfake.AccountID(0)), strconv.Itoa(activeplatformfake.AccountID(57))},
		Users:    []string{strconv.Itoa(activeplatformfake.UserID(60)), strconv.Itoa(activeplatformfake.UserID(123))},
	})
}

func newProvider(t *testing.T, baseURL, token string, timeout time.Duration) *activeplatform.Provider {
	t.Helper()
	p, err := activeplatform.New(upstream.Config{
		Provider:      &model.Provider{Name: "activeplatform", Vendor: model.ActivePlatform, BaseURL: baseURL},
		Timeout:       timeout,
		MaxConcurrent: 8,
		Rand:          func() float64 { return 0 },
	}, providers.NewSecret(token))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func serve(t *testing.T, vendor http.Handler) string {
	t.Helper()
	server := httptest.NewServer(vendor)
	t.Cleanup(server.Close)
	return server.URL
}

// answering is a provider over a vendor that always says the same.
func answering(t *testing.T, body string) *activeplatform.Provider {
	t.Helper()
	return newProvider(t, serve(t, jsonHandler(func(*url.URL) string { return body })), token, 10*time.Second)
}

// over is a provider whose vendor always says the same, without a network.
func over(t *testing.T, body string) *activeplatform.Provider {
	t.Helper()
	p, err := activeplatform.New(upstream.Config{
		Provider:      &model.Provider{Name: "activeplatform", Vendor: model.ActivePlatform, BaseURL: "http://127.0.0.1:1"},
		Timeout:       time.Second,
		MaxConcurrent: 1,
		Transport:     canned(body),
	}, providers.NewSecret(token))
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
