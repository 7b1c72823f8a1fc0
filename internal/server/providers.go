package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/internal/fair"
	"github.com/accountgraph/accountgraph/internal/invalidation"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

// observers observe vendor calls and circuit breakers. The zero value observes nothing.
type observers struct {
	metrics *telemetry.Metrics
	log     *telemetry.ProviderLog
	router  *invalidation.Sender
}

// change returns the observer of changes at a provider; nil without a router that wants to know.
func (o observers) change(provider string) func(ids []model.ID) {
	if o.router == nil {
		return nil
	}
	return func(ids []model.ID) {
		if ids == nil {
			o.router.Add(provider)
			return
		}
		tags := make([]string, len(ids))
		for i, id := range ids {
			tags[i] = string(id)
		}
		o.router.Add(tags...)
	}
}

// openProviders builds every configured provider, in order. A nil cache caches
// nothing; a nil transport is a pool of connections for each provider.
func openProviders(c *config.Config, cache *pagecache.Cache, transport http.RoundTripper, o observers) ([]providers.Provider, error) {
	all := make([]providers.Provider, 0, len(c.Providers))
	for _, p := range c.Providers {
		client := vendorCalls(c.Limits)
		client.Cache, client.Transport = cache, transport
		client.ObserveChange = o.change(p.Name)
		if o.metrics != nil {
			client.Observe = o.call(!p.Token.Empty())
			client.ObserveCalls = func(stats func() fair.Stats) { o.metrics.ObserveProvider(p.Name, stats) }
			client.ObserveBreaker = func(open bool) {
				o.metrics.Breaker(p.Name, open)
				o.log.Breaker(p.Name, open)
			}
		}
		provider, err := vendors.Open(p, client)
		if err != nil {
			return nil, err
		}
		all = append(all, provider)
	}
	return all, nil
}

// vendorCalls returns the limits of the calls of a provider.
func vendorCalls(l config.Limits) upstream.Config {
	orNone := func(n int) int {
		if n == 0 {
			return upstream.None
		}
		return n
	}
	return upstream.Config{
		PlaceWait: l.PlaceWait, MaxWaiting: (l.ConcurrentOperations + 1) / 2, ConnectTime: l.ConnectTime, Retries: orNone(l.Retries), RetryBudget: orNone(l.RetryBudget),
		BreakerFailures: l.BreakerFailures, BreakerDelay: l.BreakerDelay,
	}
}

// call returns the observer of vendor calls. A credential that a caller has sent is not the
// operator's concern.
func (o observers) call(configuredCredential bool) func(operation.Call) {
	if !configuredCredential {
		return o.metrics.VendorCall
	}
	return func(c operation.Call) {
		o.metrics.VendorCall(c)
		o.log.Call(c)
	}
}

// withIndexes returns the providers of a configuration with their indexes. A reading takes
// half of the calls in flight, so that queries have the others. It ends with ctx.
func withIndexes(ctx context.Context, c *config.Config, opened []providers.Provider, key *directory.CursorKey, log *telemetry.ProviderLog) []providers.Provider {
	all := slices.Clone(opened)
	for i, p := range c.Providers {
		if p.Index.Enabled && !p.Token.Empty() {
			all[i] = index.Wrap(ctx, all[i], index.Options{
				Fresh: p.Index.Fresh, Stale: p.Index.Stale, Warm: p.Index.Warm,
				MinRows: p.Index.MinRows, MaxRows: p.Index.MaxRows, ListPages: c.Limits.PagesPerList, Concurrent: p.MaxConcurrent / 2,
				Settings: settingsOf(p), CursorKey: key,
				Observe: func(err error, retryAfter time.Duration) { log.Index(p.Name, err, retryAfter) },
			})
		}
	}
	return all
}

// settingsOf returns the settings of a provider as a text, without secrets.
func settingsOf(p config.Provider) string {
	p.Token = providers.Secret{}
	return fmt.Sprintf("%+v", p)
}

// indexStats returns a function that describes the index of a provider, by its name.
func indexStats(all []providers.Provider) func(provider string) telemetry.IndexStats {
	indexes := map[string]*index.Provider{}
	for _, p := range all {
		if indexed, ok := p.(*index.Provider); ok {
			indexes[p.Connection().Name] = indexed
		}
	}
	return func(provider string) telemetry.IndexStats {
		indexed, ok := indexes[provider]
		if !ok {
			return telemetry.IndexStats{}
		}
		s := indexed.Stats()
		stats := telemetry.IndexStats{State: s.State, Rows: s.Rows, Bytes: s.Bytes, Build: s.Took}
		if !s.BuiltAt.IsZero() {
			stats.Age = time.Since(s.BuiltAt)
		}
		return stats
	}
}

func providerNames(c *config.Config) []string {
	names := make([]string, len(c.Providers))
	for i, p := range c.Providers {
		names[i] = p.Name
	}
	return names
}
