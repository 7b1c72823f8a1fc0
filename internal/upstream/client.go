package upstream

import (
	"context"
	"net/url"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fair"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Client makes the calls of one provider with one credential. It is safe for
// concurrent use.
type Client struct {
	config Config
	base   *url.URL
	// scope returns the cache scope of the credential, which is derived when it is needed first;
	// nil without a credential.
	scope func() *pagecache.Scope
	// delegated is true if the credential belongs to a caller, not to the provider.
	delegated bool
	// uncached is true if pages are not stored in the cache, and read from it only while they are
	// fresh in memory.
	uncached bool
	*sharedState
}

// sharedState belongs to a provider. All its clients share it, whatever their
// credential.
type sharedState struct {
	// bulkhead has the places for calls; it hands them out to callers in turn.
	bulkhead    *fair.Semaphore
	breaker     *breaker
	retryBudget retryBudget
	health      health
	// fastest is how long a call takes at least.
	fastest fastest
	// buffers pools the *bytes.Buffer that bodies are read into.
	buffers sync.Pool
	// held are the bodies that are being read, but for those that are condensed while they
	// arrive.
	held heldBytes
}

// New validates the configuration and builds a client. Its error lists every
// problem and contains no secret.
func New(c Config) (*Client, error) {
	c, base, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if c.Cache == nil {
		if c.Cache, err = pagecache.Open(pagecache.Config{Now: c.Now}); err != nil {
			return nil, err
		}
	}
	client := &Client{config: c, base: base, sharedState: &sharedState{
		bulkhead:    newBulkhead(c),
		breaker:     newBreaker(c.BreakerFailures, c.BreakerDelay, c.ObserveBreaker),
		retryBudget: retryBudget{max: c.RetryBudget, left: c.RetryBudget},
	}}
	client.scope = client.newScope(c.Credential)
	c.ObserveCalls(client.bulkhead.Stats)
	return client, nil
}

// newScope returns Client.scope of a credential at this provider.
func (c *Client) newScope(credential Credential) func() *pagecache.Scope {
	cache, provider, base := c.config.Cache, c.config.Provider, c.base
	observe := c.config.ObserveChange
	if c.delegated {
		observe = nil
	}
	return sync.OnceValue(func() *pagecache.Scope {
		scope := cache.Scope(provider.Vendor, base.String(), identity(provider.Name, credential))
		if observe == nil {
			return scope
		}
		return scope.WithChanges(changes{observe})
	})
}

// WithCredential returns a client that authenticates with a caller's token. Its
// cache scope is separate; bulkhead, breaker, retry budget and status are shared
// with c. A vendor that rejects this token does not affect the status. With an empty
// token every read fails with kind Unauthenticated, without a call.
func (c *Client) WithCredential(token providers.Secret, scheme func(providers.Secret) Credential) *Client {
	client := *c
	client.delegated, client.scope, client.config.Credential = true, nil, nil
	if !token.Empty() {
		client.config.Credential = scheme(token)
		client.scope = client.newScope(client.config.Credential)
	}
	return &client
}

// Uncached returns a client whose Read stores no page in the cache, since whole lists would
// evict what others read, and uses those that are fresh in memory. It shares everything
// with c.
func (c *Client) Uncached() *Client {
	client := *c
	client.uncached = true
	return &client
}

// Version changes with every invalidation of what was read with this credential. It is 0
// without a credential.
func (c *Client) Version() uint64 {
	if c.scope == nil {
		return 0
	}
	return c.scope().Version()
}

// Snapshots is where replicas share an index of what was read with this credential; nil
// without Redis or a credential.
func (c *Client) Snapshots() providers.Snapshots {
	if c.scope == nil {
		return nil
	}
	return c.scope().Snapshots()
}

// Stores reports whether what is read is cached.
func (c *Client) Stores() bool { return c.config.Cache.Stores() }

// MaxRows returns Config.MaxRows.
func (c *Client) MaxRows() int { return c.config.MaxRows }

// Provider returns the connection that this client calls.
func (c *Client) Provider() *model.Provider { return c.config.Provider }

// IDs returns the global ids of objects of this provider.
func (c *Client) IDs(typ string, vendorIDs ...string) []model.ID {
	ids := make([]model.ID, len(vendorIDs))
	for i, id := range vendorIDs {
		ids[i] = model.NewID(c.config.Provider.Name, typ, id)
	}
	return ids
}

// AnyID is the tag of lists in which an object of a type can appear although they do
// not contain it yet: they are invalidated with every object of the type.
func (c *Client) AnyID(typ string) model.ID {
	return model.NewID(c.config.Provider.Name, typ, "")
}

// Invalidate removes these objects from the cache, the pages that contain them, and the
// pages of lists that belong to them. A nil slice removes everything that was read with
// this credential.
func (c *Client) Invalidate(ctx context.Context, ids []model.ID) {
	switch {
	case c.scope == nil:
	case ids == nil:
		c.scope().Drop(ctx)
		c.observeChange(nil)
	default:
		tags := slices.Clone(ids)
		for _, id := range ids {
			if anyID := c.AnyID(id.Type()); !slices.Contains(tags, anyID) {
				tags = append(tags, anyID)
			}
		}
		c.scope().Invalidate(ctx, tags...)
		c.observeChange(ids)
	}
}
