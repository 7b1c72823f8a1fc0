package client

import (
	"bytes"
	"io"
	"net/http"
)

// HandlerURL is the URL of the endpoint of a HandlerTransport.
const HandlerURL = "http://localhost/graphql"

// HandlerTransport sends requests to a handler in this process, without a listener.
type HandlerTransport struct{ Handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (t HandlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	request := r.Clone(r.Context())
	request.Host, request.RemoteAddr = r.URL.Host, "127.0.0.1:0"
	t.Handler.ServeHTTP(w, request)
	return &http.Response{
		StatusCode: w.status, Header: w.header, Request: r, ContentLength: int64(w.body.Len()),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(&w.body),
	}, nil
}

// recorder is a http.ResponseWriter that holds a response.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
