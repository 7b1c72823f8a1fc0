package softwareone_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/providertest"
	"github.com/accountgraph/accountgraph/providers/softwareone"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

const token = "idt:TKN-0001-0002:0123456789abcdef"

// TestProvider_Conforms runs against the platform as the vendor's page describes
// it, with an operations account, and as it is since 2026, with a client account.
func TestProvider_Conforms(t *testing.T) {
	for name, c := range map[string]struct {
		path      string
		set       func(*softwareonefake.Fake)
		forbidden []string
	}{
		"page": {"", func(f *softwareonefake.Fake) {
			f.Operations, f.Verbose, f.CurrencyObjects, f.WithoutCreation = true, true, true, true
		}, nil},
		"2026": {
			membersPath2026, func(f *softwareonefake.Fake) { f.Operations, f.Removed, f.NoOmitted = false, true, true },
			[]string{model.TypeModule},
		},
	} {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, providertest.Subject{
				New: func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
					p, err := softwareone.New(upstream.Config{
						Provider:      &model.Provider{Name: "softwareone", Vendor: model.SoftwareOne, BaseURL: baseURL},
						Timeout:       timeout,
						MaxConcurrent: 8,
						Rand:          func() float64 { return 0 },
					}, providers.NewSecret(token), softwareone.Options{AccountUsersPath: c.path})
					if err != nil {
						t.Fatal(err)
					}
					return p
				},
				Serve: func(t *testing.T) (string, *fakevendor.Control) {
					fake := softwareonefake.New(token)
					c.set(fake)
					server := httptest.NewServer(fake)
					t.Cleanup(server.Close)
					return server.URL + "/public", &fake.Control
				},
				Token:     token,
				Accounts:  []string{softwareonefake.FirstAccount},
				Users:     []string{softwareonefake.EverywhereUser},
				Forbidden: c.forbidden,
			})
		})
	}
}

const membersPath2026 = "/v1/accounts/accounts/{accountId}/users"
