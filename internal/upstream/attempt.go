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
	maxBody      = 8 << 20
	maxErrorBody = 64 << 10
	// largestBuffer is what is kept to read further bodies into: usual pages, but
	// not what one page was once.
	largestBuffer = 1 << 20
)

// outcome is how a call, or one attempt of it, ended.
type outcome struct {
	answer answer
	status int
	// err is nil when it went well.
	err *providers.Error
	// asked is false where the vendor was left alone.
	asked bool
	// cut is set where the body ended too early.
	cut bool
	// waits is set where the vendor named a time in Retry-After.
	waits bool
}

func (o outcome) kind() providers.Kind {
	if o.err == nil {
		return 0
	}
	return o.err.Kind
}

// attempt is one exchange with the vendor. ctx bounds all of it: connection,
// header and body.
func (c *Client) attempt(ctx context.Context, bare *http.Request) (out outcome) {
	out.asked = true
	sent := bare.Clone(ctx)
	c.config.Credential(sent)
	// Not an http.Client: it would follow redirects and put URLs into errors.
	res, err := c.config.Transport.RoundTrip(sent)
	if err != nil || res == nil {
		out.err = c.failure(kindOfBreak(ctx, err))
		return out
	}
	defer func() { _ = res.Body.Close() }()
	out.status = res.StatusCode
	if res.StatusCode != http.StatusOK {
		out.err = c.refused(res, bare, sent)
		if res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable {
			out.err.RetryAfter, out.waits = retryAfter(res.Header, c.config.Now())
		}
		return out
	}
	if !isJSON(res.Header.Get("Content-Type")) {
		out.err = c.unusable(res.StatusCode, "the answer is not JSON")
		return out
	}
	body, err := c.read(res)
	switch {
	case err == nil:
		out.answer = answer{body: body, fetched: c.config.Now()}
	case errors.Is(err, errTooLarge):
		out.err = c.unusable(res.StatusCode, "answer too large")
	case ctx.Err() != nil:
		out.err = c.failure(kindOfEnd(context.Cause(ctx)))
	default:
		out.cut = true
		out.err = c.unusable(res.StatusCode, "the answer was cut short")
	}
	return out
}

func (c *Client) unusable(status int, detail string) *providers.Error {
	return &providers.Error{
		Kind: providers.BadResponse, Provider: c.config.Provider, HTTPStatus: status, Detail: detail,
	}
}

// refused is the error of an answer other than 200.
func (c *Client) refused(res *http.Response, bare, sent *http.Request) *providers.Error {
	switch {
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return c.unusable(res.StatusCode, "the vendor redirects")
	case res.StatusCode < 300:
		return c.unusable(res.StatusCode, "an answer without an object")
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	e := c.failure(kindOfStatus(res.StatusCode))
	e.HTTPStatus = res.StatusCode
	e.VendorCode = c.vendorWord(body, bare, sent)
	return e
}

// kindOfBreak tells why there was no answer at all.
func kindOfBreak(ctx context.Context, err error) providers.Kind {
	if ctx.Err() != nil {
		return kindOfEnd(context.Cause(ctx))
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

// read reads a body to its end. Most vendors do not tell how long it is, so it is
// read into a buffer that has grown before, and copied.
func (c *Client) read(res *http.Response) ([]byte, error) {
	if res.ContentLength > maxBody {
		return nil, errTooLarge
	}
	body, _ := c.buffers.Get().(*bytes.Buffer)
	if body == nil {
		body = new(bytes.Buffer)
	}
	defer func() {
		if body.Cap() <= largestBuffer {
			body.Reset()
			c.buffers.Put(body)
		}
	}()
	if _, err := body.ReadFrom(io.LimitReader(res.Body, maxBody+1)); err != nil {
		return nil, err
	}
	if body.Len() > maxBody {
		return nil, errTooLarge
	}
	if res.ContentLength >= 0 && int64(body.Len()) != res.ContentLength {
		return nil, io.ErrUnexpectedEOF
	}
	return bytes.Clone(body.Bytes()), nil
}
