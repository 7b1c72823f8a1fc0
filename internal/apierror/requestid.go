package apierror

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// RequestIDHeader is the header with the id of a request.
const RequestIDHeader = "X-Request-Id"

// maxRequestID bounds the request id of a client, in bytes.
const maxRequestID = 64

// RequestID returns the id that response and log share: the X-Request-Id header of a
// request, or a random one if it has none that is at most 64 letters, digits and -._~:/+=.
func RequestID(h http.Header) string {
	if id := h.Get(RequestIDHeader); id != "" && len(id) <= maxRequestID && !strings.ContainsFunc(id, notInRequestID) {
		return id
	}
	return rand.Text()
}

func notInRequestID(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~:/+=", r)
}

// requestID returns the id of the request of ctx.
func requestID(ctx context.Context) string {
	if graphql.HasOperationContext(ctx) {
		return RequestID(graphql.GetOperationContext(ctx).Headers)
	}
	return rand.Text()
}
