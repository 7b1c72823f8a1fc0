package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/internal/tracing"
	"github.com/accountgraph/accountgraph/providers"
)

// result is the outcome of a call, or of one round trip of it.
type result struct {
	// body is the complete 200 response, or what Request.Condense made of it. It is shared and must not be changed.
	body   []byte
	status int
	// err is nil on success.
	err *providers.Error
	// sent is false if no request was sent.
	sent bool
	// stalled is true if the time was over while hardly anything of the body arrived.
	stalled bool
	// truncated is true if the body ended early.
	truncated bool
	// hasRetryAfter is true if the response had a valid Retry-After header.
	hasRetryAfter bool
}

func (r result) kind() providers.Kind {
	if r.err == nil {
		return 0
	}
	return r.err.Kind
}

// reason tells why there was no response, "" if that is not known.
func (r result) reason() string {
	if r.err == nil {
		return ""
	}
	return r.err.Reason
}

// roundTrip makes one HTTP exchange with the vendor. It adds the credential to a
// clone of the request. ctx bounds the connection, the headers and the body.
func (c *Client) roundTrip(ctx context.Context, call *call) (r result) {
	req := call.http
	r.sent = true
	var responding atomic.Bool
	var interim atomic.Pointer[time.Timer]
	exchange, end := context.WithCancel(ctx)
	defer end()
	sent := req.Clone(httptrace.WithClientTrace(exchange, &httptrace.ClientTrace{
		GotFirstResponseByte: func() { responding.Store(true) },
		Got1xxResponse: func(int, textproto.MIMEHeader) error {
			// What follows may never be a header: a body, for example.
			if interim.Load() == nil {
				interim.Store(time.AfterFunc(c.slowAfter(), end))
			}
			return nil
		},
	}))
	if c.config.Propagate {
		tracing.Propagate(ctx, sent.Header)
	}
	c.config.Credential(sent)
	// http.Client would follow redirects and put URLs into errors.
	res, err := c.config.Transport.RoundTrip(sent)
	if timer := interim.Load(); timer != nil {
		timer.Stop()
	}
	if err != nil || res == nil {
		r.err = c.transportError(ctx, err, responding.Load())
		return r
	}
	defer func() { _ = res.Body.Close() }()
	r.status = res.StatusCode
	if r.status == http.StatusNoContent || r.status == http.StatusNotModified {
		c.closeIdleConnections()
	}
	if res.StatusCode != http.StatusOK {
		// The body of an error is not worth a call's whole time.
		defer time.AfterFunc(c.slowAfter(), end).Stop()
		r.err = c.statusError(res, req, sent)
		if res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable {
			r.err.RetryAfter, r.hasRetryAfter = retryAfter(res.Header, c.config.Now())
		}
		return r
	}
	isJSON, isUTF8 := parseContentType(res.Header.Get("Content-Type"))
	if !isJSON || len(res.Header.Values("Content-Type")) > 1 {
		r.err = c.badResponse(res.StatusCode, "response is not JSON")
		return r
	}
	if !isDecoded(res.Header) {
		r.err = c.badResponse(res.StatusCode, "response has a Content-Encoding other than gzip")
		return r
	}
	var exceeded boundsError
	body, err := c.readBody(res, isUTF8, call)
	switch {
	case err == nil:
		r.body = body
	case errors.Is(err, errNotUTF8):
		// A decoder would replace what is invalid.
		r.err = c.badResponse(res.StatusCode, "response is not UTF-8")
	case errors.As(err, &exceeded):
		r.err = c.badResponse(res.StatusCode, exceeded.Error())
	case errors.Is(err, errEncoding):
		r.err = c.badResponse(res.StatusCode, "response is not valid gzip")
	case errors.Is(err, errMalformed):
		r.err = c.badResponse(res.StatusCode, "")
	case errors.Is(err, errMemory):
		r.err = c.newError(providers.Overloaded)
	case errors.Is(err, errTooLarge):
		r.err = c.badResponse(res.StatusCode, fmt.Sprintf("response is larger than maxBody, %d MiB", c.config.MaxBody>>20))
	case ctx.Err() != nil:
		r.stalled = call.idle() >= c.slowAfter()
		r.err = c.newError(kindOfContext(context.Cause(ctx)))
	default:
		r.truncated = true
		r.err = c.badResponse(res.StatusCode, "response body is truncated")
	}
	return r
}

// closeIdleConnections closes the connections without a request. A response that must not have
// a body was sent over one of them: if it had one, that would be taken for the response to the
// next request.
func (c *Client) closeIdleConnections() {
	if pool, ok := c.config.Transport.(interface{ CloseIdleConnections() }); ok {
		pool.CloseIdleConnections()
	}
}
