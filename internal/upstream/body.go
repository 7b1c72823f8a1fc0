package upstream

import (
	"bytes"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// maxPooledBuffer is the capacity above which a buffer is not reused.
const maxPooledBuffer = 1 << 20

// Reasons why a body cannot be used.
var (
	errTooLarge = errors.New("too large")
	errNotUTF8  = errors.New("not UTF-8")
	// errEncoding: the body is not gzip, although its header says so.
	errEncoding = errors.New("not gzip")
	// errMalformed: condense rejects the body.
	errMalformed = errors.New("malformed")
	// errMemory: the bodies that are read at the same time take too much memory.
	errMemory = errors.New("too many large responses")
)

// bodyReader reads a body to its end. It ends with an error instead of io.EOF if the body is
// larger than max, shorter than announced, not UTF-8, or exceeds the bounds.
type bodyReader struct {
	body io.Reader
	// length is that of the header, -1 if there is none. read is the number of bytes so far.
	length, read, max int64
	text              utf8Checker
	progress          *progress
	bounds            bounds
	// held counts this body with all others that are kept while they are read; nil for one that
	// is not kept.
	held *heldBytes
	err  error
}

// heldBytes are the bytes of bodies that are being read. Safe for concurrent use.
type heldBytes struct {
	mu    sync.Mutex
	bytes int64
}

// hold adds the last n of the read bytes of a body. Beyond max it returns false, and holds none
// of them any more.
func (h *heldBytes) hold(n int, read, max int64) bool {
	if h == nil {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.bytes += int64(n); h.bytes > max {
		h.bytes -= read
		return false
	}
	return true
}

func (h *heldBytes) release(bytes int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bytes -= bytes
}

// Read implements io.Reader. An error is returned again by every later call.
func (r *bodyReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.body.Read(p[:min(int64(len(p)), r.max-r.read+1)])
	r.read += int64(n)
	r.progress.add(n)
	r.text.add(p[:n])
	exceeded := r.bounds.add(p[:n])
	fits := r.held.hold(n, r.read, r.max+r.max/2)
	switch {
	case !fits:
		r.err = errMemory
	case r.read > r.max:
		r.err = errTooLarge
	case exceeded != nil:
		r.err = exceeded
	case isNotGzip(err):
		r.err = errEncoding
	case err != io.EOF: //nolint:errorlint // never wrapped
		r.err = err
	case r.length >= 0 && r.read != r.length:
		r.err = io.ErrUnexpectedEOF
	case !r.text.isValid():
		r.err = errNotUTF8
	default:
		r.err = io.EOF
	}
	return n, r.err
}

// readBody returns the body of the response to a call, or what Request.Condense makes of it
// while it arrives. Its error is one of those above, a boundsError, or that of reading.
func (c *Client) readBody(res *http.Response, isUTF8 bool, call *call) ([]byte, error) {
	if res.ContentLength > c.config.MaxBody {
		return nil, errTooLarge
	}
	r := call.request
	reader := &bodyReader{
		body: res.Body, length: res.ContentLength, max: c.config.MaxBody,
		bounds: boundsOf(r), progress: &call.progress,
	}
	reader.text.invalid = !isUTF8
	if r.Condense == nil {
		// A compressed body of some kB may become as large as maxBody, at each place.
		reader.held = &c.held
		body, err := c.readAll(reader)
		if !errors.Is(err, errMemory) {
			c.held.release(reader.read)
		}
		return body, err
	}
	condensed, malformed := catchPanic(func() ([]byte, error) { return r.Condense(reader) })
	// Whatever is wrong with the response as a whole takes precedence.
	if _, err := io.Copy(io.Discard, reader); err != nil {
		return nil, err
	}
	if malformed != nil {
		return nil, errMalformed
	}
	return condensed, nil
}

// readAll returns the whole body. Without a Content-Length, it reads into a pooled buffer and
// copies the result, but for a large one.
func (c *Client) readAll(reader *bodyReader) ([]byte, error) {
	if reader.length >= 0 && reader.length <= maxPooledBuffer {
		return readLength(reader)
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
	if _, err := body.ReadFrom(reader); err != nil {
		return nil, err
	}
	if body.Cap() > maxPooledBuffer {
		return body.Bytes(), nil
	}
	return bytes.Clone(body.Bytes()), nil
}

// readLength returns a body of the announced length.
func readLength(reader *bodyReader) ([]byte, error) {
	body := make([]byte, reader.length)
	_, err := io.ReadFull(reader, body)
	// The end is where the reader checks the body as a whole.
	for rest := make([]byte, 1); err == nil; {
		_, err = reader.Read(rest)
	}
	if reader.err != io.EOF { //nolint:errorlint // never wrapped
		return nil, cmp.Or(reader.err, err)
	}
	return body, nil
}

// isNotGzip reports whether an error of reading is about what is in a compressed body, rather than
// that its end is missing.
func isNotGzip(err error) bool {
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, new(flate.CorruptInputError))
}

// isDecoded reports whether a body is what it was before it was encoded. Transport requests gzip
// alone, and removes the header where it has decoded it.
func isDecoded(h http.Header) bool {
	return !slices.ContainsFunc(h.Values("Content-Encoding"), func(encoding string) bool {
		return encoding != "" && !strings.EqualFold(encoding, "identity")
	})
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
