package upstream

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// maxPooledBuffer is the capacity above which a buffer is not reused.
const maxPooledBuffer = 1 << 20

var errTooLarge = errors.New("too large")

// readBody returns the whole body, or errTooLarge above the configured maximum. Most
// vendors send no Content-Length, so it reads into a pooled buffer and copies the result,
// but for a large one.
func (c *Client) readBody(res *http.Response) ([]byte, error) {
	if res.ContentLength > c.config.MaxBody {
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
	if _, err := body.ReadFrom(io.LimitReader(res.Body, c.config.MaxBody+1)); err != nil {
		return nil, err
	}
	if int64(body.Len()) > c.config.MaxBody {
		return nil, errTooLarge
	}
	if res.ContentLength >= 0 && int64(body.Len()) != res.ContentLength {
		return nil, io.ErrUnexpectedEOF
	}
	if body.Cap() > maxPooledBuffer {
		return body.Bytes(), nil
	}
	return bytes.Clone(body.Bytes()), nil
}

// parseContentType reports whether a Content-Type is application/json or application/*+json,
// and whether it names no charset other than UTF-8 and its subset ASCII.
func parseContentType(contentType string) (isJSON, isUTF8 bool) {
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false, false
	}
	isJSON = media == "application/json" || (strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
	return isJSON, slices.Contains([]string{"", "utf-8", "utf8", "us-ascii"}, strings.ToLower(parameters["charset"]))
}
