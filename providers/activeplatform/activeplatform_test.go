package activeplatform_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/simulated"
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
		Serve: func(t *testing.T) (string, *simulated.Control) {
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
