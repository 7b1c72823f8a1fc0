// Package apierror turns errors into GraphQL errors. It defines every value of
// `extensions.code` and is the only place that chooses one.
//
// An error that it does not know becomes INTERNAL_SERVER_ERROR with a request id
// and nothing else.
package apierror

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/providers"
)

// Code is a value of `extensions.code`, which clients may rely on.
type Code string

// The codes of errors that do not come from a vendor. Those above BadUserInput, and
// Unauthenticated, belong to requests that are not executed.
const (
	BadRequest                 Code = "BAD_REQUEST"
	BatchingDisabled           Code = "BATCHING_DISABLED"
	CSRFPrevention             Code = "CSRF_PREVENTION"
	PersistedQueryNotFound     Code = "PERSISTED_QUERY_NOT_FOUND"
	PersistedQueryNotSupported Code = "PERSISTED_QUERY_NOT_SUPPORTED"
	ParseFailed                     = Code(complexity.ParseFailed)
	ValidationFailed                = Code(complexity.ValidationFailed)
	QueryTooLarge                   = Code(complexity.TooLarge)
	QueryTooComplex                 = Code(complexity.TooComplex)
	BadUserInput               Code = "BAD_USER_INPUT"
	BudgetExceeded             Code = "BUDGET_EXCEEDED"
	Timeout                    Code = "TIMEOUT"
	Overloaded                 Code = "OVERLOADED"
	RateLimited                Code = "RATE_LIMITED"
	Unauthenticated            Code = "UNAUTHENTICATED"
	Forbidden                  Code = "FORBIDDEN"
	Internal                   Code = "INTERNAL_SERVER_ERROR"
)

// vendorCodes maps what went wrong at a vendor to a code.
var vendorCodes = map[providers.Kind]Code{
	providers.InvalidArgument: BadUserInput,
	providers.Unauthenticated: "UPSTREAM_UNAUTHENTICATED",
	providers.Forbidden:       "UPSTREAM_FORBIDDEN",
	providers.Timeout:         "UPSTREAM_TIMEOUT",
	providers.Unavailable:     "UPSTREAM_UNAVAILABLE",
	providers.CircuitOpen:     "UPSTREAM_CIRCUIT_OPEN",
	providers.RateLimited:     "UPSTREAM_RATE_LIMITED",
	providers.BadResponse:     "UPSTREAM_BAD_RESPONSE",
	providers.NotFound:        "UPSTREAM_BAD_RESPONSE", // a list that does not exist; a missing object is no error
	providers.Incomplete:      "UPSTREAM_TRUNCATED",
	providers.BudgetExceeded:  BudgetExceeded,
	providers.Canceled:        Timeout,
	providers.Overloaded:      Overloaded,
	providers.Indexing:        "UPSTREAM_INDEXING",
	providers.InvalidID:       "UPSTREAM_BAD_RESPONSE",
}

// New returns an error with a code and a message for the client.
func New(code Code, format string, args ...any) *gqlerror.Error {
	return &gqlerror.Error{Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": code}}
}

// CodeOf returns the code of an error that this package made.
func CodeOf(err *gqlerror.Error) Code {
	return Code(fmt.Sprint(err.Extensions["code"]))
}
