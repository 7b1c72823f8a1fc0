package transport

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.opentelemetry.io/otel/trace"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/operation"
)

// response is an HTTP response with the members of a GraphQL response.
type response struct {
	limits     *Limits
	status     int
	mediaType  string
	allow      string
	vary       string
	challenge  string
	data       json.RawMessage // absent when the request was not executed
	errors     gqlerror.List
	extensions json.RawMessage
	// compressor is nil if responses are not compressed; coding is that of the response, and
	// coded what the requests with this result share.
	compressor *compressor
	coding     string
	coded      *codedBodies
	// request describes the request; span is nil until the caller is known.
	request operation.Request
	span    trace.Span
	// fresh is how long the client may cache the response; less than a second is not
	// at all.
	fresh time.Duration
	// retryAfter is when the client may try again; 0 for no statement.
	retryAfter time.Duration
	// charge is nil without a rate limit.
	charge *charge
}

// fail sets the status and errors of a request that is not executed.
func (r *response) fail(status int, errs ...*gqlerror.Error) {
	r.status, r.errors = status, errs
}

// succeed sets the result of an operation that was executed.
func (r *response) succeed(res result) {
	r.status, r.data, r.errors, r.extensions, r.fresh = http.StatusOK, res.data, res.errors, res.extensions, res.fresh
	r.coded = res.coded
}

// documentError rejects a well-formed request. The status for an invalid document is
// 200 with application/json and 400 with the GraphQL media type, as GraphQL over
// HTTP specifies.
func (r *response) documentError(errs ...*gqlerror.Error) *httpError {
	status := http.StatusBadRequest
	switch apierror.CodeOf(errs[0]) {
	case apierror.ParseFailed, apierror.ValidationFailed, apierror.BadUserInput:
		if r.mediaType == jsonType {
			status = http.StatusOK
		}
	case apierror.QueryTooLarge:
		status = http.StatusRequestEntityTooLarge
	case apierror.Timeout:
		status = http.StatusServiceUnavailable
	case apierror.Internal:
		status = http.StatusInternalServerError
	}
	return &httpError{status: status, errors: errs}
}

// codes returns the distinct codes of the errors.
func (r *response) codes() []string {
	var codes []string
	for _, err := range r.errors {
		if code := string(apierror.CodeOf(err)); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// listedErrors are the errors in the body. Beyond Limits.Errors, one more entry has the
// path of the first omitted error and says how many there are.
func (r *response) listedErrors() gqlerror.List {
	limit := r.limits.Errors
	if len(r.errors) <= limit {
		return r.errors
	}
	first := *r.errors[limit]
	first.Message = fmt.Sprintf("%d more errors are omitted; the first of them is at this path", len(r.errors)-limit)
	return append(r.errors[:limit:limit], &first)
}

// write sends the response.
func (r *response) write(w http.ResponseWriter) {
	h := w.Header()
	// Names are in their canonical form, and values in one piece of memory.
	values := make([]string, 0, 4)
	set := func(name, value string) {
		values = append(values, value)
		h[name] = values[len(values)-1 : len(values) : len(values)]
	}
	set("Cache-Control", r.cacheControl())
	h.Add("Vary", r.vary)
	if r.compressor != nil {
		h.Add("Vary", "Accept-Encoding")
	}
	set("X-Content-Type-Options", "nosniff")
	if r.allow != "" {
		h.Set("Allow", r.allow)
	}
	if r.challenge != "" {
		h.Set("WWW-Authenticate", r.challenge)
	}
	r.charge.setHeaders(h)
	if r.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(wholeSeconds(r.retryAfter)))
	}
	if r.status == http.StatusNoContent {
		w.WriteHeader(r.status)
		return
	}
	body, length := r.body(), 0
	for _, part := range body {
		length += len(part)
	}
	if r.compressor != nil && r.coding != identity && length >= minCompressed {
		coded := r.coded.get(r.coding, func() []byte { return r.compressor.compress(r.coding, body) })
		body, length = [][]byte{coded}, len(coded)
		h.Set("Content-Encoding", r.coding)
	}
	// Not every ResponseWriter has deadlines; that of the server does.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(r.limits.timeToRead(length)))
	set("Content-Type", r.mediaType+"; charset=utf-8")
	set("Content-Length", strconv.Itoa(length))
	w.WriteHeader(r.status)
	for _, part := range body {
		_, _ = w.Write(part) // an error means that the client has gone away
	}
}

// cacheControl allows private caching while the response is fresh, in whole seconds.
func (r *response) cacheControl() string {
	if r.fresh < time.Second {
		return "no-store"
	}
	return "private, max-age=" + strconv.Itoa(int(r.fresh.Seconds()))
}

// body returns the parts of the encoded response, with the errors first, as the
// specification recommends. Parts are not joined, because data is large and shared.
func (r *response) body() [][]byte {
	parts := make([][]byte, 0, 2*len(members)+1)
	for i, value := range [...][]byte{r.encodedErrors(), r.data, r.extensions} {
		if len(value) > 0 {
			name := members[i]
			if len(parts) == 0 {
				name = firstMembers[i]
			}
			parts = append(parts, name, value)
		}
	}
	if len(parts) == 0 {
		return [][]byte{[]byte("{}\n")}
	}
	return append(parts, lastPart)
}

// members are the names of the members of a response, in the order of the specification;
// firstMembers begin it, and lastPart ends it. They are not changed.
var (
	members      = [...][]byte{[]byte(`,"errors":`), []byte(`,"data":`), []byte(`,"extensions":`)}
	firstMembers = [...][]byte{[]byte(`{"errors":`), []byte(`{"data":`), []byte(`{"extensions":`)}
	lastPart     = []byte("}\n")
)

// encodedErrors returns the errors in JSON, nil if there are none.
func (r *response) encodedErrors() []byte {
	if len(r.errors) == 0 {
		return nil
	}
	return marshal(r.listedErrors())
}

// marshal encodes a value that is known to be valid JSON.
func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return text
}
