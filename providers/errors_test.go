package providers_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestError_Message(t *testing.T) {
	acme := &model.Provider{Name: "acme"}
	for want, err := range map[string]*providers.Error{
		"provider: request canceled":           {Kind: providers.Canceled},
		"acme: circuit breaker open":           {Kind: providers.CircuitOpen, Provider: acme},
		"acme: rate limited (HTTP 429)":        {Kind: providers.RateLimited, Provider: acme, HTTPStatus: 429},
		"acme: invalid argument: no such page": {Kind: providers.InvalidArgument, Provider: acme, Detail: "no such page"},
		"acme: failed":                         {Provider: acme},
	} {
		if got := err.Error(); got != want {
			t.Errorf("%+v: %q, want %q", *err, got, want)
		}
	}
}

func TestKind_IsKnown(t *testing.T) {
	for kind := providers.Kind(-1); kind < 40; kind++ {
		if known := kind.String() != "failed"; kind.IsKnown() != known {
			t.Errorf("IsKnown of kind %d (%s) is %t", kind, kind, !known)
		}
	}
}

func TestKindOf_UnwrapsErrors(t *testing.T) {
	wrapped := fmt.Errorf("check: %w", &providers.Error{Kind: providers.Forbidden})
	for err, want := range map[error]providers.Kind{nil: 0, errors.New("other"): 0, wrapped: providers.Forbidden} {
		if got := providers.KindOf(err); got != want {
			t.Errorf("KindOf(%v) = %d, want %d", err, got, want)
		}
	}
}
