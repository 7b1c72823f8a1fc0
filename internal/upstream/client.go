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
	// delegated tells that the credential is not the provider's own.
	delegated bool
	*sharedState
}

// sharedState is what belongs to a provider, whatever the credential is.
type sharedState struct {
	bulkhead    bulkhead.Bulkhead[any]
	breaker     circuitbreaker.CircuitBreaker[any]
	retryBudget retryBudget
	health      health
	// buffers are what bodies are read into.
	buffers sync.Pool
}

// New checks the configuration and builds a client. Its error names all that is
// wrong, and no secret.
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
		bulkhead:    bulkhead.New[any](uint(c.MaxConcurrent)),
		breaker:     newBreaker(),
		retryBudget: retryBudget{tenths: retryBudgetMax},
	}}
	client.scope = client.newScope(c.Credential)
	return client, nil
}

// newScope is what may be seen with a credential.
func (c *Client) newScope(credential Credential) *pagecache.Scope {
	return c.config.Cache.Scope(c.config.Provider.Vendor, c.base.String(), identity(c.config.Provider.Name, credential))
}

// WithCredential is a client of the same provider with a credential that somebody lends.
// What it reads is remembered apart, under that credential, and that the vendor
// refuses it says nothing of the vendor; places, circuit breaker, repetitions and
// status are c's. With an empty token nobody is asked: reading fails with kind
// Unauthenticated.
func (c *Client) WithCredential(token providers.Secret, scheme func(providers.Secret) Credential) *Client {
	own := *c
	own.delegated, own.scope, own.config.Credential = true, nil, nil
	if !token.Empty() {
		own.config.Credential = scheme(token)
		own.scope = own.newScope(own.config.Credential)
	}
	return &own
}

// noCredential is the error of a client without a credential.
func (c *Client) noCredential() *providers.Error {
	e := c.newError(providers.Unauthenticated)
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

// response is a whole 200 answer. It is immutable and shared.
type response struct {
	body      []byte
	fetchedAt time.Time
}

// fetch asks the vendor, through the stations behind the cache. patience is when
// whoever began to ask will give up; zero for never.
func (c *Client) fetch(ctx context.Context, r Request, callerDeadline time.Time) (response, *providers.Error) {
	request, err := c.newRequest(r)
	if err != nil {
		return response{}, err
	}
	ledger, start := ledgerOf(ctx), time.Now()
	call := Call{Provider: c.config.Provider.Name, Method: http.MethodGet, Path: r.Path, Source: Vendor}
	line, ok := ledger.open(call)
	if !ok {
		return response{}, c.newError(providers.BudgetExceeded)
	}
	res := c.execute(ctx, r.Path, request, callerDeadline)
	call.Status, call.Kind, call.Elapsed = res.status, res.kind(), time.Since(start)
	ledger.close(line, call, res.sent)
	return res.response, res.err
}

// recordCacheHit writes down what was had without a call of this operation's own.
func (c *Client) recordCacheHit(ctx context.Context, path string, source Source, start time.Time) {
	if source == Vendor || source == "" {
		return
	}
	call := Call{
		Provider: c.config.Provider.Name, Method: http.MethodGet, Path: path, Source: source,
		Status: http.StatusOK, Elapsed: time.Since(start),
	}
	ledger := ledgerOf(ctx)
	if line, ok := ledger.open(call); ok {
		ledger.close(line, call, true)
	}
}

// withProvider is an error that nobody else holds, of this client's provider.
func (c *Client) withProvider(err error) *providers.Error {
	var e *providers.Error
	if !errors.As(err, &e) {
		return c.newError(providers.BadResponse)
	}
	own := *e
	own.Provider = c.config.Provider
	return &own
}

func (c *Client) newError(kind providers.Kind) *providers.Error {
	return &providers.Error{Kind: kind, Provider: c.config.Provider}
}

// kindOfContext tells why a context ended.
func kindOfContext(err error) providers.Kind {
	if errors.Is(err, context.DeadlineExceeded) {
		return providers.Timeout
	}
	return providers.Canceled
}
