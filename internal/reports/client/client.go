// Package client sends operations to a GraphQL endpoint of accountgraph over HTTP, at a
// bounded rate, and again if the server asks for it.
//
// It knows the error codes of the API, and no field of the schema.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Options configure a client. URL is required.
type Options struct {
	// URL is that of the endpoint.
	URL string
	// Header is sent with every operation.
	Header http.Header
	// Transport sends the requests; nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Rate bounds the operations of a session in a second; 0 does not.
	Rate float64
	// RetryFor is how long an operation is sent again while the server or a vendor fails.
	RetryFor time.Duration
}

// Client sends operations. It is safe for concurrent use.
type Client struct {
	options Options
	http    *http.Client
	// sendsIDs is set when the server accepts trusted documents only.
	sendsIDs atomic.Bool
}

// timeout bounds one request: an operation takes at most 60 s, and its response is read
// within the time that the server allows.
const timeout = 90 * time.Second

// New returns a client. It follows no redirect, because a redirect would send the headers
// to another URL.
func New(o Options) *Client {
	return &Client{options: o, http: &http.Client{
		Transport: o.Transport, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Operation is a document with its variables.
type Operation struct {
	Query string
	// Name selects an operation of a document that has several.
	Name      string
	Variables map[string]any
	// Trace requests Response.Extensions.Upstream.
	Trace bool
	// DryRun requests the cost of the operation in place of its data.
	DryRun bool
}

// traceHeader with the value 1 requests `extensions.upstream`.
const traceHeader = "Accountgraph-Trace"

// dryRunHeader with the value 1 requests `extensions.cost` in place of data.
const dryRunHeader = "Accountgraph-Dry-Run"

// Response is a response that has data.
type Response struct {
	Data   json.RawMessage `json:"data"`
	Errors []Error         `json:"errors"`
	// Extensions are those of the response.
	Extensions struct {
		// Upstream is where the data came from.
		Upstream []Call `json:"upstream"`
	} `json:"extensions"`
	// Body is the whole response.
	Body []byte `json:"-"`
}

// Call is a page or object that an operation needed. Start and MS are in milliseconds.
type Call struct {
	Provider string  `json:"provider"`
	Path     string  `json:"path"`
	Source   string  `json:"source"`
	Status   int     `json:"status"`
	Start    float64 `json:"start"`
	MS       float64 `json:"ms"`
}

// IsIndexed reports whether a traced response was read from an index.
func (r *Response) IsIndexed() bool {
	for _, row := range r.Extensions.Upstream {
		if row.Source == "INDEX" {
			return true
		}
	}
	return false
}

// Error is an entry of the errors of a response.
type Error struct {
	Message    string     `json:"message"`
	Path       []any      `json:"path"`
	Extensions Extensions `json:"extensions"`
}

// String returns the message with the path and the code.
func (e Error) String() string {
	text := e.Message
	if len(e.Path) > 0 {
		path := make([]string, len(e.Path))
		for i, part := range e.Path {
			path[i] = fmt.Sprint(part)
		}
		text = strings.Join(path, ".") + ": " + text
	}
	if e.Extensions.Code != "" {
		text += " (" + e.Extensions.Code + ")"
	}
	return text
}

// Extensions are those of an error.
type Extensions struct {
	Code     string `json:"code"`
	Provider string `json:"provider"`
	// RetryAfter is in seconds; 0 if the server did not say.
	RetryAfter float64 `json:"retryAfter"`
}

// RequestError is why an operation has no data: the server cannot be reached, or does not
// execute the operation.
type RequestError struct {
	// Code is that of the API, or "" if the response is not GraphQL.
	Code    string
	Message string
	// transient is set if the same operation may succeed later.
	transient bool
	after     time.Duration
}

// Error implements error.
func (e *RequestError) Error() string {
	if e.Code == "" {
		return e.Message
	}
	return e.Message + " (" + e.Code + ")"
}

// IsInvalid reports whether the caller's arguments are the cause of an error.
func IsInvalid(err error) bool {
	var request *RequestError
	return errors.As(err, &request) && request.Code == codeBadUserInput
}

const (
	codeBadUserInput = "BAD_USER_INPUT"
	codeOverloaded   = "OVERLOADED"
	codeRateLimited  = "RATE_LIMITED"
	codeIndexing     = "UPSTREAM_INDEXING"
	codeInternal     = "INTERNAL_SERVER_ERROR"
	codeBadRequest   = "BAD_REQUEST"
	codeNotFound     = "PERSISTED_QUERY_NOT_FOUND"
)

// progressing are the codes of states that end by themselves: a rate limit, an index that is
// being built, too many other operations.
var progressing = []string{codeOverloaded, codeRateLimited, codeIndexing, "UPSTREAM_RATE_LIMITED"}

// failing are the codes of states that may end.
var failing = []string{"UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "UPSTREAM_CIRCUIT_OPEN", "BUDGET_EXCEEDED", "TIMEOUT"}

// send sends a request for an operation.
func (c *Client) send(ctx context.Context, op Operation, b body) (*Response, error) {
	b.Name, b.Variables = op.Name, op.Variables
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.options.URL, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	for name, values := range c.options.Header {
		request.Header[name] = values
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	if op.Trace {
		request.Header.Set(traceHeader, "1")
	}
	if op.DryRun {
		request.Header.Set(dryRunHeader, "1")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, connectionError(ctx, err)
	}
	defer response.Body.Close()
	return read(ctx, response)
}

// connectionError describes a request that got no response.
func connectionError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	message := "the server cannot be reached: " + cause(err)
	return &RequestError{Message: message, transient: true}
}

// cause returns the innermost message, which names neither the URL nor the method.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// maxBody bounds a response, in bytes.
const maxBody = 64 << 20

func read(ctx context.Context, response *http.Response) (*Response, error) {
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind != "application/json" {
		return nil, &RequestError{
			Message:   fmt.Sprintf("the server sent no GraphQL response (HTTP %d)", response.StatusCode),
			transient: response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests,
		}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return nil, connectionError(ctx, err)
	}
	var decoded Response
	if len(body) > maxBody || json.Unmarshal(body, &decoded) != nil {
		return nil, &RequestError{Message: fmt.Sprintf("the server sent a response that cannot be read (HTTP %d)", response.StatusCode)}
	}
	if len(decoded.Data) > 0 && string(decoded.Data) != "null" {
		decoded.Body = body
		return &decoded, nil
	}
	if len(decoded.Errors) == 0 {
		return nil, &RequestError{Message: fmt.Sprintf("the server sent neither data nor errors (HTTP %d)", response.StatusCode)}
	}
	first := decoded.Errors[0]
	return nil, &RequestError{
		Code: first.Extensions.Code, Message: first.Message, after: seconds(first.Extensions.RetryAfter),
		transient: slices.Contains(progressing, first.Extensions.Code) || slices.Contains(failing, first.Extensions.Code),
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// IsInvalidCode reports whether the caller's arguments are the cause of an error with this
// code.
func IsInvalidCode(code string) bool { return code == codeBadUserInput }

// IsPermanent reports whether the server would reject every other operation, too: the
// credentials or the document.
func (e *RequestError) IsPermanent() bool { return !e.transient && e.Code != codeInternal }
