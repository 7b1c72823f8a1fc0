package resolvers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers"
)

// Code is a word in `extensions.code`: what a client may look at.
type Code string

// The codes of errors that are not a vendor's. Those above BadUserInput, and
// Unauthenticated, are of requests that are not executed.
const (
	BadRequest             Code = "BAD_REQUEST"
	BatchingDisabled       Code = "BATCHING_DISABLED"
	CSRFPrevention         Code = "CSRF_PREVENTION"
	PersistedQueryNotFound Code = "PERSISTED_QUERY_NOT_FOUND"
	ParseFailed                 = Code(complexity.ParseFailed)
	ValidationFailed            = Code(complexity.ValidationFailed)
	QueryTooLarge               = Code(complexity.TooLarge)
	QueryTooComplex             = Code(complexity.TooComplex)
	BadUserInput           Code = "BAD_USER_INPUT"
	BudgetExceeded         Code = "BUDGET_EXCEEDED"
	Timeout                Code = "TIMEOUT"
	Unauthenticated        Code = "UNAUTHENTICATED"
	Forbidden              Code = "FORBIDDEN"
	Internal               Code = "INTERNAL_SERVER_ERROR"
)

// refusal is the error of a request that is not executed.
func refusal(code Code, format string, args ...any) *gqlerror.Error {
	return &gqlerror.Error{Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": code}}
}

// uncoerced is the error of variables that do not fit the operation; its path
// leads into the variables, not into the answer.
func uncoerced(err *gqlerror.Error) *gqlerror.Error {
	return refusal(BadUserInput, "%s: %s", err.Path, err.Message)
}

// codeOf is the code of an error as it is shown.
func codeOf(err *gqlerror.Error) Code {
	return Code(fmt.Sprint(err.Extensions["code"]))
}

// codes are the words for what went wrong at a vendor.
var codes = map[providers.Kind]Code{
	providers.InvalidArgument: BadUserInput,
	providers.Unauthenticated: "UPSTREAM_UNAUTHENTICATED",
	providers.Forbidden:       "UPSTREAM_FORBIDDEN",
	providers.Timeout:         "UPSTREAM_TIMEOUT",
	providers.Unavailable:     "UPSTREAM_UNAVAILABLE",
	providers.CircuitOpen:     "UPSTREAM_CIRCUIT_OPEN",
	providers.RateLimited:     "UPSTREAM_RATE_LIMITED",
	providers.BadResponse:     "UPSTREAM_BAD_RESPONSE",
	providers.NotFound:        "UPSTREAM_BAD_RESPONSE", // a list that is not there
	providers.Incomplete:      "UPSTREAM_TRUNCATED",
	providers.BudgetExceeded:  BudgetExceeded,
	providers.Canceled:        Timeout,
}

// present makes a GraphQL error of whatever a resolver or the executor gave. An
// error that is not known here says nothing to the client but a request's id.
func present(ctx context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{Path: graphql.GetPath(ctx), Extensions: map[string]any{}}
	var known *gqlerror.Error
	if errors.As(err, &known) {
		if known.Path != nil {
			shown.Path = known.Path
		}
		shown.Locations = known.Locations
	}
	var upstream *providers.Error
	switch {
	case errors.As(err, &upstream):
		presentUpstream(shown, upstream)
	case errors.Is(err, model.ErrRepresentation):
		shown.Message, shown.Extensions["code"] = model.ErrRepresentation.Error(), BadUserInput
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		shown.Message = "the operation took too long"
		shown.Extensions["code"] = Timeout
	case known != nil && known.Err == nil && known.Rule != "":
		shown.Message, shown.Extensions["code"] = known.Message, ValidationFailed
	case known != nil && known.Extensions["code"] != nil:
		shown.Message, shown.Extensions = known.Message, known.Extensions
	case isInput(known):
		shown.Message, shown.Extensions["code"] = known.Message, BadUserInput
	default:
		internal(ctx, shown)
	}
	return shown
}

func presentUpstream(shown *gqlerror.Error, e *providers.Error) {
	shown.Extensions["code"] = codes[e.Kind]
	if e.Provider == nil {
		shown.Message = e.Detail
		return
	}
	shown.Message = e.Error()
	shown.Extensions["provider"] = e.Provider.Name
	shown.Extensions["vendor"] = e.Provider.Vendor
	if e.HTTPStatus != 0 {
		shown.Extensions["httpStatus"] = e.HTTPStatus
	}
	if e.VendorCode != "" {
		shown.Extensions["vendorCode"] = e.VendorCode
	}
	if e.RetryAfter > 0 {
		shown.Extensions["retryAfter"] = int(math.Ceil(e.RetryAfter.Seconds()))
	}
}

// isInput reports whether the executor refused an argument or a variable.
func isInput(e *gqlerror.Error) bool {
	return e != nil && e.Err == nil && !strings.Contains(e.Message, "internal")
}

// report adds errors to the elements of a list by their index.
func report(ctx context.Context, errs []error) {
	for i, err := range errs {
		if err != nil {
			for _, err := range loaders.SplitErrors(err) {
				graphql.AddError(at(ctx, i), err)
			}
		}
	}
}

// badInput reports whether a list failed because of how it was asked for.
func badInput(errs []error) bool {
	return len(errs) > 0 && providers.KindOf(errs[0]) == providers.InvalidArgument
}

// together adds all errors but the last to the field's path and returns the last,
// for a field that is null because of them.
func together(ctx context.Context, errs []error) error {
	for _, err := range errs[:len(errs)-1] {
		graphql.AddError(ctx, err)
	}
	return errs[len(errs)-1]
}
