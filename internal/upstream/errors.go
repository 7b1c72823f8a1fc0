package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/accountgraph/accountgraph/internal/network"
	"github.com/accountgraph/accountgraph/providers"
)

// maxErrorBodyBytes limits how much of an error response is read.
const maxErrorBodyBytes = 64 << 10

func (c *Client) newError(kind providers.Kind) *providers.Error {
	return &providers.Error{Kind: kind, Provider: c.config.Provider}
}

func (c *Client) badResponse(status int, detail string) *providers.Error {
	return &providers.Error{
		Kind: providers.BadResponse, Provider: c.config.Provider, HTTPStatus: status, Detail: detail,
	}
}

// invalidRequest is the error for a Request that cannot be sent over HTTP.
func (c *Client) invalidRequest() *providers.Error {
	e := c.newError(providers.InvalidArgument)
	e.Detail = "the value is not valid in a request"
	return e
}

// noCredential is the error of a client without a credential.
func (c *Client) noCredential() *providers.Error {
	e := c.newError(providers.Unauthenticated)
	e.Detail = "the caller sent no credential"
	return e
}

// budgetExceeded is the error of a call beyond the budget of an operation.
func (c *Client) budgetExceeded(limit int) *providers.Error {
	e := c.newError(providers.BudgetExceeded)
	e.Detail = fmt.Sprintf("this operation has made its %d calls to this provider (limits.callsPerProvider); request fewer objects, or repeat the request: what was read is cached", limit)
	return e
}

// noCredentials fails every id with noCredential.
func noCredentials[T any](c *Client, ids []string) providers.BatchResult[T] {
	failed := make(map[string]error, len(ids))
	for _, id := range ids {
		failed[id] = c.noCredential()
	}
	return providers.BatchResult[T]{Failed: failed}
}

// withProvider returns a copy of err that names this client's provider. The cache
// may share err with other readers. An error that is not a *providers.Error becomes
// kind BadResponse.
func (c *Client) withProvider(err error) *providers.Error {
	var e *providers.Error
	if !errors.As(err, &e) {
		return c.newError(providers.BadResponse)
	}
	clone := *e
	clone.Provider = c.config.Provider
	return &clone
}

// statusError is the error of a response other than 200. req is the request without
// the credential, sent the one with it.
func (c *Client) statusError(res *http.Response, req, sent *http.Request) *providers.Error {
	switch {
	case res.StatusCode < 300 || res.StatusCode == http.StatusNotModified:
		return c.badResponse(res.StatusCode, "response status is not 200")
	case res.StatusCode < 400:
		return c.badResponse(res.StatusCode, "unexpected redirect")
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBodyBytes))
	e := c.newError(kindOfStatus(res.StatusCode))
	e.HTTPStatus = res.StatusCode
	e.VendorCode = c.vendorCode(body, req, sent)
	return e
}

// transportError is the error of a round trip without a response. responding is true if the
// first byte of a response had arrived.
func (c *Client) transportError(ctx context.Context, err error, responding bool) *providers.Error {
	kind := kindOfTransportError(ctx, err)
	if kind == providers.Unavailable && responding && !isConnectionLost(err) {
		// More than 64 KiB of headers, too many interim responses, or no HTTP.
		return c.badResponse(0, "response is not valid HTTP or has too many headers")
	}
	e := c.newError(kind)
	if kind == providers.Unavailable {
		e.Reason = network.Reason(err)
	}
	return e
}

// isConnectionLost reports whether a connection ended, rather than that it delivered something
// invalid.
func isConnectionLost(err error) bool {
	return err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, new(*net.OpError))
}

// kindOfTransportError classifies a round trip without a response.
func kindOfTransportError(ctx context.Context, err error) providers.Kind {
	if ctx.Err() != nil {
		return kindOfContext(context.Cause(ctx))
	}
	if errors.Is(err, errExhausted) || isExhausted(err) {
		return providers.Overloaded
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return providers.Unavailable
	}
	var netErr net.Error
	if errors.As(err, &netErr) && netErr.Timeout() {
		return providers.Timeout
	}
	return providers.Unavailable
}

// kindOfContext classifies the cause of a context that has ended.
func kindOfContext(cause error) providers.Kind {
	if errors.Is(cause, context.DeadlineExceeded) {
		return providers.Timeout
	}
	return providers.Canceled
}

func kindOfStatus(status int) providers.Kind {
	switch {
	case status == http.StatusUnauthorized:
		return providers.Unauthenticated
	case status == http.StatusForbidden:
		return providers.Forbidden
	case status == http.StatusNotFound || status == http.StatusGone:
		return providers.NotFound
	case status == http.StatusTooManyRequests:
		return providers.RateLimited
	case status == http.StatusRequestTimeout || status == http.StatusGatewayTimeout:
		return providers.Timeout
	case status >= 500 && status < 600:
		return providers.Unavailable
	}
	return providers.BadResponse
}
