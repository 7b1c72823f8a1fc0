package transport

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/strictjson"
)

// request holds the parameters of a GraphQL request.
type request struct {
	*graphql.RawParams
	// documentID names a persisted document by GraphQL over HTTP, and hash by Apollo's
	// extension; both are empty in a request that sends the text only.
	documentID, hash string
}

// requestBody is the body of a POST. Other methods have none, and the digest of no body.
type requestBody struct {
	buffer *bytes.Buffer // nil without a body
	digest bodyDigest
}

// bodyBuffers are the buffers of bodies, which are decoded into copies.
var bodyBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooledBody bounds the buffers that are kept for further bodies.
const maxPooledBody = 64 << 10

// release ends the use of the body.
func (b requestBody) release() {
	if b.buffer != nil && b.buffer.Cap() <= maxPooledBody {
		b.buffer.Reset()
		bodyBuffers.Put(b.buffer)
	}
}

// readBody reads the body of a POST.
func (t *transport) readBody(w http.ResponseWriter, r *http.Request) (requestBody, *httpError) {
	if r.Method == http.MethodGet {
		return requestBody{}, nil
	}
	limit := t.validator.Limits().Body
	b := requestBody{buffer: bodyBuffers.Get().(*bytes.Buffer)}
	err := fill(b.buffer, boundBody(w, r, limit), expectedLength(r, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return b, reject(http.StatusRequestEntityTooLarge, apierror.QueryTooLarge, "the body has more than %d bytes", limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return b, reject(http.StatusRequestTimeout, apierror.BadRequest, "the body did not arrive in time")
	case err != nil:
		return b, reject(http.StatusBadRequest, apierror.BadRequest, "the body could not be read")
	}
	b.digest = sha256.Sum256(b.buffer.Bytes())
	return b, nil
}

// expectedLength returns the announced length of the body of a request, at most limit, and limit
// without one.
func expectedLength(r *http.Request, limit int) int {
	if r.ContentLength < 0 {
		return limit
	}
	return int(min(r.ContentLength, int64(limit)))
}

// fill reads body, of at most length bytes, into an empty buffer. The buffer grows as far as
// pooled buffers do while bytes arrive, then once to the whole length.
func fill(buffer *bytes.Buffer, body io.Reader, length int) error {
	const first = maxPooledBody - bytes.MinRead
	if n, err := buffer.ReadFrom(io.LimitReader(body, first)); err != nil || n < first {
		return err
	}
	buffer.Grow(max(length-first, 0) + bytes.MinRead + 1)
	_, err := buffer.ReadFrom(body)
	return err
}

// boundBody returns the body of a request, which fails with a *http.MaxBytesError if it is longer
// than limit: at once if its announced length is.
func boundBody(w http.ResponseWriter, r *http.Request, limit int) io.ReadCloser {
	if r.ContentLength > int64(limit) {
		return announcedTooLong{r.Body, &http.MaxBytesError{Limit: int64(limit)}}
	}
	return http.MaxBytesReader(w, r.Body, int64(limit))
}

// announcedTooLong is a body that is not read.
type announcedTooLong struct {
	io.Closer
	err error
}

// Read implements io.Reader.
func (b announcedTooLong) Read([]byte) (int, error) { return 0, b.err }

// read returns the parameters in the body or in the URL.
func (t *transport) read(b requestBody, r *http.Request) (*request, *httpError) {
	if b.buffer == nil {
		return t.readURL(r)
	}
	limits, body := t.validator.Limits(), b.buffer.Bytes()
	if text := bytes.TrimLeft(body, " \t\r\n"); len(text) > 0 && text[0] == '[' && json.Valid(text) {
		return nil, reject(http.StatusBadRequest, apierror.BatchingDisabled, "batching is disabled: send one operation, as a JSON object")
	}
	// The parameters are one level above the variables.
	value, err := strictjson.Decode(body, limits.VariableDepth+1, limits.Values)
	switch {
	case errors.Is(err, strictjson.ErrValues):
		return nil, reject(http.StatusBadRequest, apierror.QueryTooComplex, "the body has more than %d values", limits.Values)
	case err != nil:
		return nil, reject(http.StatusBadRequest, apierror.BadRequest, "the body is not valid JSON: %v", err)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, reject(http.StatusBadRequest, apierror.BadRequest, "the body must be a JSON object")
	}
	return newRequest(object, r.Header)
}

// parameters are the names of the parameters. A request may have other names, but
// none that differs from these in case only: JSON parsers disagree on such names.
var parameters = []string{"query", "documentId", "operationName", "variables", "extensions"}

// readURL reads the parameters of a GET, in which variables and extensions are JSON.
func (t *transport) readURL(r *http.Request) (*request, *httpError) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, reject(http.StatusBadRequest, apierror.BadRequest, "the query string of the URL is malformed")
	}
	limits, object := t.validator.Limits(), make(map[string]any, len(values))
	for name, texts := range values {
		if len(texts) > 1 && slices.Contains(parameters, name) {
			return nil, reject(http.StatusBadRequest, apierror.BadRequest, "%s must not be repeated", name)
		}
		object[name] = texts[0]
		if name != "variables" && name != "extensions" || texts[0] == "" {
			continue
		}
		if object[name], err = strictjson.Decode([]byte(texts[0]), limits.VariableDepth, limits.Values); err != nil {
			return nil, reject(http.StatusBadRequest, apierror.BadRequest, "%s must be a JSON object: %v", name, err)
		}
	}
	for _, name := range []string{"operationName", "variables", "extensions"} {
		if object[name] == "" {
			delete(object, name)
		}
	}
	return newRequest(object, r.Header)
}

// newRequest checks the names and the types of the parameters.
func newRequest(object map[string]any, header http.Header) (*request, *httpError) {
	for name := range object {
		i := slices.IndexFunc(parameters, func(p string) bool { return strings.EqualFold(p, name) })
		if i >= 0 && parameters[i] != name {
			return nil, reject(http.StatusBadRequest, apierror.BadRequest, "%s must be spelled in this case", parameters[i])
		}
	}
	r := &request{RawParams: &graphql.RawParams{Headers: header}}
	switch {
	case !assign(&r.Query, object["query"]):
		return nil, reject(http.StatusBadRequest, apierror.BadRequest, "query must be a string")
	case !assign(&r.OperationName, object["operationName"]):
		return nil, reject(http.StatusBadRequest, apierror.BadRequest, "operationName must be a string")
	case !assign(&r.Variables, object["variables"]):
		return nil, reject(http.StatusBadRequest, apierror.BadRequest, "variables must be an object")
	case !assign(&r.Extensions, object["extensions"]):
		return nil, reject(http.StatusBadRequest, apierror.BadRequest, "extensions must be an object")
	case !assign(&r.documentID, object["documentId"]), r.documentID == "" && object["documentId"] != nil:
		return nil, reject(http.StatusBadRequest, apierror.BadRequest, "documentId must be a non-empty string")
	}
	var err *httpError
	r.hash, err = persistedQueryHash(r.Extensions)
	return r, err
}

// assign sets a parameter to its value, unless that is null. It reports false for a
// value of another type.
func assign[T any](parameter *T, value any) bool {
	if value == nil {
		return true
	}
	var ok bool
	*parameter, ok = value.(T)
	return ok
}
