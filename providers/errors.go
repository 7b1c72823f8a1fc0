package providers

import (
	"errors"
	"fmt"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Kind tells what went wrong at a vendor. Code looks at kinds, never at text.
type Kind int

// The kinds of errors.
const (
	// InvalidArgument: what was asked makes no sense at this vendor.
	InvalidArgument Kind = iota + 1
	// NotFound: the one object that was asked for does not exist or is hidden (404, 410).
	NotFound
	// Unauthenticated: the vendor does not accept the credential (401).
	Unauthenticated
	// Forbidden: the credential may not do this (403).
	Forbidden
	// Timeout: the vendor did not answer in time.
	Timeout
	// Unavailable: no connection, or a 5xx answer.
	Unavailable
	// CircuitOpen: not asked, since the last calls failed.
	CircuitOpen
	// RateLimited: too many calls (429).
	RateLimited
	// BadResponse: an answer that cannot be understood.
	BadResponse
	// Incomplete: a list was read in part, then a bound stopped the reading.
	Incomplete
	// BudgetExceeded: not asked, since the operation has used up its calls.
	BudgetExceeded
	// Canceled: the caller went away.
	Canceled
)

// Error is how a provider fails. It holds no credential, no URL with a query and
// nothing of a vendor's raw body but its error word.
type Error struct {
	Kind Kind
	// Provider is the connection that failed; nil where none was involved.
	Provider *model.Provider
	// HTTPStatus is the vendor's, 0 where there was no answer.
	HTTPStatus int
	// VendorCode is the vendor's own word, "" where it gave none.
	VendorCode string
	// RetryAfter is how long the vendor asked to wait, 0 where it did not.
	RetryAfter time.Duration
	// Detail is safe to show to a client: our words, no personal data.
	Detail string
}

// Error is a sentence for logs and clients.
func (e *Error) Error() string {
	name := "provider"
	if e.Provider != nil {
		name = e.Provider.Name
	}
	text := name + ": " + e.Kind.String()
	if e.HTTPStatus != 0 {
		text += fmt.Sprintf(" (HTTP %d)", e.HTTPStatus)
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// KindOf is the kind of an error, 0 where it has none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// String says the kind in words.
func (k Kind) String() string {
	switch k {
	case InvalidArgument:
		return "cannot be asked for this"
	case NotFound:
		return "not found"
	case Unauthenticated:
		return "does not accept the credential"
	case Forbidden:
		return "refuses this to the credential"
	case Timeout:
		return "did not answer in time"
	case Unavailable:
		return "is not available"
	case CircuitOpen:
		return "is not asked after repeated failures"
	case RateLimited:
		return "asks to wait"
	case BadResponse:
		return "gave an answer that cannot be understood"
	case Incomplete:
		return "was read in part"
	case BudgetExceeded:
		return "is not asked beyond the budget of an operation"
	case Canceled:
		return "was not asked to the end"
	}
	return "failed"
}
