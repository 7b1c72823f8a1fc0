package upstream

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Client makes the calls of one provider. Safe for concurrent use.
type Client struct {
	config    Config
	base      *url.URL
	flights   flights
	bulkhead  bulkhead.Bulkhead[any]
	breaker   circuitbreaker.CircuitBreaker[any]
	allowance allowance
	record    record
}

// New checks the configuration and builds a client. Its error names all that is
// wrong, and no secret.
func New(c Config) (*Client, error) {
	c, base, err := c.checked()
	if err != nil {
		return nil, err
	}
	return &Client{
		config:    c,
		base:      base,
		bulkhead:  bulkhead.New[any](uint(c.MaxConcurrent)),
		breaker:   newBreaker(),
		allowance: allowance{tenths: allowanceFull},
	}, nil
}

// Provider names the connection.
func (c *Client) Provider() *model.Provider { return c.config.Provider }

// answer is a whole 200 answer. It is immutable and shared.
type answer struct {
	body    []byte
	fetched time.Time
}

// get passes a request through all stations. A cache belongs between the ledger
// and the flight: where it holds the answer, the row's source is the cache, and
// neither budget nor flight is touched.
func (c *Client) get(ctx context.Context, r Request) (answer, error) {
	request, err := c.request(r)
	if err != nil {
		return answer{}, err
	}
	if ctx.Err() != nil {
		return answer{}, c.failure(kindOfEnd(ctx.Err()))
	}
	ledger, began := ledgerOf(ctx), time.Now()
	call := Call{Provider: c.config.Provider.Name, Method: http.MethodGet, Path: r.Path}
	var line int
	flight, ok := c.flights.join(ctx, r.key(), func(source Source) (admitted bool) {
		call.Source = source
		line, admitted = ledger.open(call)
		return admitted
	}, func(ctx context.Context, patience func() time.Time) outcome {
		return c.call(ctx, r.Path, request, patience)
	})
	if !ok {
		return answer{}, c.failure(providers.BudgetExceeded)
	}
	out, ended := flight.wait(ctx)
	if ended != nil {
		out = outcome{err: c.failure(kindOfEnd(ended)), asked: true}
	}
	call.Status, call.Kind, call.Elapsed = out.status, out.kind(), time.Since(began)
	ledger.close(line, call, out.asked)
	if out.err != nil {
		own := *out.err
		return answer{}, &own
	}
	return out.answer, nil
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
