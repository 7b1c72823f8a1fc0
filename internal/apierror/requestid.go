package apierror

import (
	"context"
	"crypto/rand"

	"github.com/99designs/gqlgen/graphql"
)

// maxRequestID bounds the request id of a client, in bytes.
const maxRequestID = 64

// requestID returns the id that response and log share: the X-Request-Id header of
// the request, or a random one.
func requestID(ctx context.Context) string {
	if graphql.HasOperationContext(ctx) {
		if id := graphql.GetOperationContext(ctx).Headers.Get("X-Request-Id"); id != "" && len(id) <= maxRequestID {
			return id
		}
	}
	return rand.Text()
}
