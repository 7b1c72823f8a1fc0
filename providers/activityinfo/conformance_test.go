package activityinfo_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activityinfo"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

func TestConformance(t *testing.T) { providertest.Run(t, conformanceSubject()) }

// conformanceSubject serves the fake without variations.
func conformanceSubject() providertest.Subject {
	return providertest.Subject{
		New: func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
			p, err := activityinfo.New(upstream.Config{
				Provider:      &model.Provider{Name: "activityinfo", Vendor: model.ActivityInfo, BaseURL: baseURL},
				Timeout:       timeout,
				MaxConcurrent: 8,
				Rand:          func() float64 { return 0 },
			}, providers.NewSecret(token), activityinfo.Options{BillingAccounts: []string{activityinfofake.LargeAccount}})
			if err != nil {
				t.Fatal(err)
			}
			return p
		},
		Serve: func(t *testing.T) (string, *fakevendor.Control) {
			fake := activityinfofake.New(token)
			return serve(t, fake), &fake.Control
		},
		Token:     token,
		Accounts:  []string{activityinfofake.FirstAccount, activityinfofake.LargeAccount},
		Users:     []string{activityinfofake.UserID(100), activityinfofake.UserID(150)},
		Databases: true,
	}
}

func serve(t *testing.T, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}
