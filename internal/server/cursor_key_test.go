package server_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/providers"
)

// Servers with the same cache.key, or without one with the same credentials, continue each
// other's lists. Others have digests that tell them nothing.
func TestServer_CursorKey(t *testing.T) {
	digest := func(cacheKey string, tokens ...string) uint64 {
		c := &config.Config{}
		c.Cache.Key = providers.NewSecret(cacheKey)
		for _, token := range tokens {
			c.Providers = append(c.Providers, config.Provider{Name: "p", Token: providers.NewSecret(token)})
		}
		return server.CursorKey(c).Digest("ada@example.com")
	}
	key, otherKey := "0123456789abcdef0123456789abcdef", "1123456789abcdef0123456789abcdef"
	if digest(key, "a") != digest(key, "b") {
		t.Error("the key depends on credentials although there is cache.key")
	}
	if one, other := digest("", "a", "b"), digest("", "a", "b"); one != other {
		t.Error("servers with the same credentials have different keys")
	}
	seen := map[uint64]bool{}
	for _, d := range []uint64{digest(key), digest(otherKey), digest("", "a"), digest("", "b"), digest("", "a", "b"), digest(""), digest("")} {
		if seen[d] {
			t.Error("two keys give the same digest")
		}
		seen[d] = true
	}
}
