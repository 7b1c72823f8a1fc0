package server

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// bodyWait and bodyRest bound what is read of a request body that the handler has not read,
	// before the response is sent: if the body ends within them, the connection stays open.
	bodyWait = 50 * time.Millisecond
	bodyRest = 64 << 10
	// bodyLinger is how long a connection that is closed after such a response takes what arrives
	// of the body. If it were closed at once, the client could lose the response.
	bodyLinger = 500 * time.Millisecond
)

// withoutWaiting returns a handler whose responses do not wait for a request body that the
// handler does not read: net/http reads up to 256 KiB of it first, until ReadTimeout. If such a body
// does not end soon, the response closes the connection. So does each response to a request with
// Transfer-Encoding, or of HTTP/1.0: net/http removes the Content-Length that a client sent with
// the former, and Transfer-Encoding of the latter, which another server may have believed (RFC
// 9112, sections 6.1 and 6.3).
func withoutWaiting(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 {
			h.ServeHTTP(w, r)
			return
		}
		if len(r.TransferEncoding) > 0 || r.ProtoMinor == 0 {
			w.Header().Set("Connection", "close")
		}
		if r.ContentLength == 0 {
			h.ServeHTTP(w, r)
			return
		}
		// The request that net/http has made keeps its body: net/http looks at it when it closes the
		// connection.
		e := &exchange{ResponseWriter: w, request: *r, body: r.Body}
		e.request.Body = e
		h.ServeHTTP(e, &e.request)
		e.begin()
	})
}

// exchange is a request with a body, and the writer of its response. It is used by one goroutine.
type exchange struct {
	http.ResponseWriter
	request http.Request
	body    io.ReadCloser
	// ended is set when all of the body has been read, and failed when it cannot be.
	ended, failed bool
	// begun is set when the header of the response has been written.
	begun bool
}

// Unwrap is for http.ResponseController.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// Read reads the body of the request.
func (e *exchange) Read(p []byte) (int, error) {
	n, err := e.body.Read(p)
	if errors.Is(err, io.EOF) {
		e.ended = true
	} else if err != nil {
		e.failed = true
	}
	return n, err
}

// Close closes the body of the request.
func (e *exchange) Close() error { return e.body.Close() }

// WriteHeader implements http.ResponseWriter.
func (e *exchange) WriteHeader(status int) {
	if status >= http.StatusOK {
		e.begin()
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (e *exchange) Write(p []byte) (int, error) {
	e.begin()
	return e.ResponseWriter.Write(p)
}

// begin is called before the header of the response is written.
func (e *exchange) begin() {
	if e.begun {
		return
	}
	e.begun = true
	if e.ended {
		return
	}
	controller := http.NewResponseController(e.ResponseWriter)
	// A client that waits for "100 Continue" sends the body when it is read.
	if !e.failed && e.request.Header.Get("Expect") == "" && controller.SetReadDeadline(time.Now().Add(bodyWait)) == nil {
		_, _ = io.CopyN(io.Discard, e, bodyRest+1) // at the end of the body, net/http sets another deadline
	}
	if !e.ended {
		closeLater(e.ResponseWriter)
		_ = controller.SetReadDeadline(time.Now().Add(bodyLinger))
	}
}

// closeLater makes net/http close the connection half a second after the response, as it does
// after a body that is too large: what arrives of a body on a closed connection resets it, and the
// client loses the response. Without it, net/http closes at once if the client has sent
// "Connection: close".
func closeLater(w http.ResponseWriter) {
	tooLarge := http.MaxBytesReader(w, io.NopCloser(strings.NewReader("x")), 0)
	_, _ = tooLarge.Read(make([]byte, 1))
}
