package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"

	"github.com/accountgraph/accountgraph/providers"
)

// Bounds on bodies, after decompression. The largest page that a vendor
// documents, 100 full users, is below 1 MiB.
const (
	maxBodyBytes      = 8 << 20
	maxErrorBodyBytes = 64 << 10
	// maxPooledBuffer is what is kept to read further bodies into: usual pages, but
	// not what one page was once.
	maxPooledBuffer = 1 << 20
)

// result is how a call, or one attempt of it, ended.
type result struct {
	response response
	status   int
	// err is nil when it went well.
	err *providers.Error
	// sent is false where the vendor was left alone.
	sent bool
	// truncated is set where the body ended too early.
	truncated bool
	// hasRetryAfter is set where the vendor named a time in Retry-After.
	hasRetryAfter bool
}

func (o result) kind() providers.Kind {
	if o.err == nil {
		return 0
	}
	return o.err.Kind
}

// roundTrip is one exchange with the vendor. ctx bounds all of it: connection,
// header and body.
func (c *Client) roundTrip(ctx context.Context, req *http.Request) (out result) {
	out.sent = true
	sent := req.Clone(ctx)
	c.config.Credential(sent)
	// Not an http.Client: it would follow redirects and put URLs into errors.
	res, err := c.config.Transport.RoundTrip(sent)
	if err != nil || res == nil {
		out.err = c.newError(kindOfTransportError(ctx, err))
		return out
	}
	defer func() { _ = res.Body.Close() }()
	out.status = res.StatusCode
	if res.StatusCode != http.StatusOK {
		out.err = c.statusError(res, req, sent)
		if res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable {
			out.err.RetryAfter, out.hasRetryAfter = retryAfter(res.Header, c.config.Now())
		}
		return out
	}
	if !isJSON(res.Header.Get("Content-Type")) {
		out.err = c.badResponse(res.StatusCode, "the answer is not JSON")
		return out
	}
	body, err := c.readBody(res)
	switch {
	case err == nil:
		out.response = response{body: body, fetchedAt: c.config.Now()}
	case errors.Is(err, errTooLarge):
		out.err = c.badResponse(res.StatusCode, "answer too large")
	case ctx.Err() != nil:
		out.err = c.newError(kindOfContext(context.Cause(ctx)))
	default:
		out.truncated = true
		out.err = c.badResponse(res.StatusCode, "the answer was cut short")
	}
	return out
}

func (c *Client) badResponse(status int, detail string) *providers.Error {
	return &providers.Error{
		Kind: providers.BadResponse, Provider: c.config.Provider, HTTPStatus: status, Detail: detail,
	}
}

// statusError is the error of an answer other than 200.
func (c *Client) statusError(res *http.Response, req, sent *http.Request) *providers.Error {
	switch {
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return c.badResponse(res.StatusCode, "the vendor redirects")
	case res.StatusCode < 300:
		return c.badResponse(res.StatusCode, "an answer without an object")
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBodyBytes))
	e := c.newError(kindOfStatus(res.StatusCode))
	e.HTTPStatus = res.StatusCode
	e.VendorCode = c.vendorCode(body, req, sent)
	return e
}

// kindOfTransportError tells why there was no answer at all.
func kindOfTransportError(ctx context.Context, err error) providers.Kind {
	if ctx.Err() != nil {
		return kindOfContext(context.Cause(ctx))
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return providers.Unavailable
	}
	var slow net.Error
	if errors.As(err, &slow) && slow.Timeout() {
		return providers.Timeout
	}
	return providers.Unavailable
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
	case status >= 500:
		return providers.Unavailable
	}
	return providers.BadResponse
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	return media == "application/json" || (strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
}

var errTooLarge = errors.New("too large")

// readBody reads a body to its end. Most vendors do not tell how long it is, so it is
// read into a buffer that has grown before, and copied.
func (c *Client) readBody(res *http.Response) ([]byte, error) {
	if res.ContentLength > maxBodyBytes {
		return nil, errTooLarge
	}
	body, _ := c.buffers.Get().(*bytes.Buffer)
	if body == nil {
		body = new(bytes.Buffer)
	}
	defer func() {
		if body.Cap() <= maxPooledBuffer {
			body.Reset()
			c.buffers.Put(body)
		}
	}()
	if _, err := body.ReadFrom(io.LimitReader(res.Body, maxBodyBytes+1)); err != nil {
		return nil, err
	}
	if body.Len() > maxBodyBytes {
		return nil, errTooLarge
	}
	if res.ContentLength >= 0 && int64(body.Len()) != res.ContentLength {
		return nil, io.ErrUnexpectedEOF
	}
	return bytes.Clone(body.Bytes()), nil
}
