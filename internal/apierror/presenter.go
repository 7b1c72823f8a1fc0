package apierror

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const internalMessage = "internal server error"

// ErrorPresenter returns gqlgen's error presenter. It logs the type and the request
// id of internal errors, never their text, which may hold personal data.
func ErrorPresenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		result := FromError(ctx, err)
		if result.Extensions["code"] == Internal {
			log.ErrorContext(ctx, "internal error", "requestId", result.Extensions["requestId"], "type", fmt.Sprintf("%T", errors.Unwrap(err)))
		}
		return result
	}
}

// RecoverFunc returns gqlgen's panic handler. The client gets a request id; the log
// gets the id and the stack, without argument values.
func RecoverFunc(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, _ any) error {
		id := requestID(ctx)
		log.ErrorContext(ctx, "panic", "requestId", id, "stack", stack())
		return &gqlerror.Error{Message: internalMessage, Extensions: map[string]any{"code": Internal, "requestId": id}}
	}
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
