package blendvision_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/blendvision"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

const token = "bv-token-0123456789abcdef"

func TestConformance(t *testing.T) {
	providertest.Run(t, conformanceSubject(func(*blendvisionfake.Variation) {}))
}

func conformanceSubject(vary func(*blendvisionfake.Variation)) providertest.Subject {
	organizations := blendvisionfake.New(token).Organizations()
	return providertest.Subject{
		New: func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
			p, err := blendvision.New(upstream.Config{
				Provider:      &model.Provider{Name: "blendvision", Vendor: model.BlendVision, BaseURL: baseURL},
				Timeout:       timeout,
				MaxConcurrent: 8,
				Rand:          func() float64 { return 0 },
			}, providers.NewSecret(token), blendvision.Options{Organizations: organizations})
			if err != nil {
				t.Fatal(err)
			}
			return p
		},
		Serve: func(t *testing.T) (string, *fakevendor.Control) {
			fake := blendvisionfake.New(token)
			vary(&fake.Variation)
			server := httptest.NewServer(fake)
			t.Cleanup(server.Close)
			return server.URL, &fake.Control
		},
		Token:         token,
		Organizations: organizations,
		Users:         []string{blendvisionfake.AccountID(240), blendvisionfake.AccountID(110)},
	}
}
