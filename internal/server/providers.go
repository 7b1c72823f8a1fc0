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
// nothing.
func openProviders(c *config.Config, cache *pagecache.Cache, observe func(operation.Call)) ([]providers.Provider, error) {
	all := make([]providers.Provider, 0, len(c.Providers))
	for _, p := range c.Providers {
		provider, err := vendors.Open(p, upstream.Config{Cache: cache, Observe: observe})
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
