package resolvers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// presenter presents errors, and tells the log of those that clients are told
// nothing about: their type and the request's id, since their text may hold
// anything.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := present(ctx, err)
		if shown.Extensions["code"] == Internal {
			log.ErrorContext(ctx, "internal error", "requestId", shown.Extensions["requestId"], "type", fmt.Sprintf("%T", errors.Unwrap(err)))
		}
		return shown
	}
}

// internal hides an error that is not known behind a request's id.
func internal(ctx context.Context, shown *gqlerror.Error) {
	shown.Message = "internal server error"
	shown.Extensions["code"] = Internal
	shown.Extensions["requestId"] = requestID(ctx)
}

// requestID is the id that the log and the answer share: the caller's, or a new
// one.
func requestID(ctx context.Context) string {
	if graphql.HasOperationContext(ctx) {
		if id := graphql.GetOperationContext(ctx).Headers.Get("X-Request-Id"); id != "" && len(id) <= 64 {
			return id
		}
	}
	return rand.Text()
}

// stack names the functions on the stack, without their arguments.
func stack() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var b strings.Builder
	for {
		f, more := frames.Next()
		fmt.Fprintf(&b, "%s:%d ", f.Function, f.Line)
		if !more {
			return b.String()
		}
	}
}
