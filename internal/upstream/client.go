package upstream

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Client makes the calls of one provider with one credential. Safe for concurrent
// use.
type Client struct {
	config Config
	base   *url.URL
	// scope is nil where there is no credential.
	scope *pagecache.Scope
	// lent tells that the credential is not the provider's own.
	lent bool
	*shared
}

// shared is what belongs to a provider, whatever the credential is.
type shared struct {
	bulkhead  bulkhead.Bulkhead[any]
	breaker   circuitbreaker.CircuitBreaker[any]
	allowance allowance
	record    record
	// buffers are what bodies are read into.
	buffers sync.Pool
}

// New checks the configuration and builds a client. Its error names all that is
// wrong, and no secret.
func New(c Config) (*Client, error) {
	c, base, err := c.checked()
	if err != nil {
		return nil, err
	}
	if c.Cache == nil {
		if c.Cache, err = pagecache.Open(pagecache.Config{Now: c.Now}); err != nil {
			return nil, err
		}
	}
	client := &Client{config: c, base: base, shared: &shared{
		bulkhead:  bulkhead.New[any](uint(c.MaxConcurrent)),
		breaker:   newBreaker(),
		allowance: allowance{tenths: allowanceFull},
	}}
	client.scope = client.scopeOf(c.Credential)
	return client, nil
}

// scopeOf is what may be seen with a credential.
func (c *Client) scopeOf(credential Credential) *pagecache.Scope {
	return c.config.Cache.Scope(c.config.Provider.Vendor, c.base.String(), identity(c.config.Provider.Name, credential))
}

// WithCredential is a client of the same provider with a credential that somebody lends.
// What it reads is remembered apart, under that credential, and that the vendor
// refuses it says nothing of the vendor; places, circuit breaker, repetitions and
// status are c's. With an empty token nobody is asked: reading fails with kind
// Unauthenticated.
func (c *Client) WithCredential(token providers.Secret, scheme func(providers.Secret) Credential) *Client {
	own := *c
	own.lent, own.scope, own.config.Credential = true, nil, nil
	if !token.Empty() {
		own.config.Credential = scheme(token)
		own.scope = own.scopeOf(own.config.Credential)
	}
	return &own
}

// lacking is the error of a client without a credential.
func (c *Client) lacking() *providers.Error {
	e := c.failure(providers.Unauthenticated)
	e.Detail = "the caller has brought no credential"
	return e
}

// Provider names the connection.
func (c *Client) Provider() *model.Provider { return c.config.Provider }

// Invalidate drops what is remembered of these objects and of the pages that hold
// them, or, given nil, everything that this client has read.
func (c *Client) Invalidate(ctx context.Context, ids []model.ID) {
	switch {
	case c.scope == nil:
	case ids == nil:
		c.scope.Drop(ctx)
	default:
		c.scope.Invalidate(ctx, ids...)
	}
}

// answer is a whole 200 answer. It is immutable and shared.
type answer struct {
	body    []byte
	fetched time.Time
}

// load asks the vendor, through the stations behind the cache. patience is when
// whoever began to ask will give up; zero for never.
func (c *Client) load(ctx context.Context, r Request, patience time.Time) (answer, *providers.Error) {
	request, err := c.request(r)
	if err != nil {
		return answer{}, err
	}
	ledger, began := ledgerOf(ctx), time.Now()
	call := Call{Provider: c.config.Provider.Name, Method: http.MethodGet, Path: r.Path, Source: Vendor}
	line, ok := ledger.open(call)
	if !ok {
		return answer{}, c.failure(providers.BudgetExceeded)
	}
	out := c.call(ctx, r.Path, request, patience)
	call.Status, call.Kind, call.Elapsed = out.status, out.kind(), time.Since(began)
	ledger.close(line, call, out.asked)
	return out.answer, out.err
}

// note writes down what was had without a call of this operation's own.
func (c *Client) note(ctx context.Context, path string, source Source, began time.Time) {
	if source == Vendor || source == "" {
		return
	}
	call := Call{
		Provider: c.config.Provider.Name, Method: http.MethodGet, Path: path, Source: source,
		Status: http.StatusOK, Elapsed: time.Since(began),
	}
	ledger := ledgerOf(ctx)
	if line, ok := ledger.open(call); ok {
		ledger.close(line, call, true)
	}
}

// own is an error that nobody else holds, of this client's provider.
func (c *Client) own(err error) *providers.Error {
	var e *providers.Error
	if !errors.As(err, &e) {
		return c.failure(providers.BadResponse)
	}
	own := *e
	own.Provider = c.config.Provider
	return &own
}

func (c *Client) failure(kind providers.Kind) *providers.Error {
	return &providers.Error{Kind: kind, Provider: c.config.Provider}
}

// kindOfEnd tells why a context ended.
func kindOfEnd(err error) providers.Kind {
	if errors.Is(err, context.DeadlineExceeded) {
		return providers.Timeout
	}
	return providers.Canceled
}
