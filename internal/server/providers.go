package server

import (
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

// openProviders builds every configured provider, in order. A nil cache caches
// nothing. A nil breaker is not called.
func openProviders(c *config.Config, cache *pagecache.Cache, observe func(operation.Call), breaker func(provider string, open bool)) ([]providers.Provider, error) {
	all := make([]providers.Provider, 0, len(c.Providers))
	for _, p := range c.Providers {
		client := upstream.Config{Cache: cache, Observe: observe}
		if breaker != nil {
			client.ObserveBreaker = func(open bool) { breaker(p.Name, open) }
		}
		provider, err := vendors.Open(p, client)
		if err != nil {
			return nil, err
		}
		all = append(all, provider)
	}
	return all, nil
}

func providerNames(c *config.Config) []string {
	names := make([]string, len(c.Providers))
	for i, p := range c.Providers {
		names[i] = p.Name
	}
	return names
}
