package providers

import (
	"errors"
	"fmt"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Kind classifies an error. Code decides by kind, never by text.
type Kind int

// The kinds of errors. Cursors contain their numbers: new kinds come last.
const (
	// InvalidArgument: the vendor cannot serve the query, or a page token is malformed.
	InvalidArgument Kind = iota + 1
	// NotFound: the object does not exist or is hidden from the credential (404, 410).
	NotFound
	// Unauthenticated: the vendor rejected the credential (401), or there is none.
	Unauthenticated
	// Forbidden: the credential lacks a permission (403).
	Forbidden
	// Timeout: no response before the deadline.
	Timeout
	// Unavailable: no connection, or a 5xx response.
	Unavailable
	// CircuitOpen: the circuit breaker rejected the call after repeated failures.
	CircuitOpen
	// RateLimited: the vendor rejected the call as one too many (429).
	RateLimited
	// BadResponse: the response does not have the documented format.
	BadResponse
	// Incomplete: a limit stopped the reading of a list before its end.
	Incomplete
	// BudgetExceeded: the operation has used up its vendor calls.
	BudgetExceeded
	// Canceled: the caller canceled the request.
	Canceled
	// Overloaded: this process lacks file descriptors, memory or ports for the call, or too
	// many calls wait for the provider. It says nothing about the vendor.
	Overloaded
	// Indexing: the index of the list is still being built. RetryAfter estimates when it is
	// complete.
	Indexing
	// InvalidID: no request can contain an id. It is the vendor's fault, unless a client has sent
	// the id: see OfClient.
	InvalidID
)

// Error is the only error type that a provider returns. It never contains a
// credential, a URL query or a part of the vendor's response except VendorCode.
type Error struct {
	Kind Kind
	// Provider is the connection that failed; nil if none was involved.
	Provider *model.Provider
	// HTTPStatus is the status of the vendor's response, 0 without a response.
	HTTPStatus int
	// VendorCode is the error code in the vendor's response, "" if there is none.
	VendorCode string
	// RetryAfter is the delay that the vendor requested, 0 if it requested none.
	RetryAfter time.Duration
	// Own is set if the error concerns only the operation that made the call: others that
	// wait for the same call make it themselves.
	Own bool
	// Detail explains the error to a client. It contains no personal data.
	Detail string
	// Reason tells operators why there was no response, such as "connection refused"; "" if
	// that is not known. It is no part of messages to clients.
	Reason string
}

// Error returns a message for logs and clients.
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

// IsKnown reports whether k is one of the kinds.
func (k Kind) IsKnown() bool { return k >= InvalidArgument && k <= InvalidID }

// KindOf returns the kind of the first *Error in err's chain, 0 if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// OfClient returns the error of reading an object whose id a client has sent: InvalidID is
// InvalidArgument then.
func OfClient(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Kind != InvalidID {
		return err
	}
	invalid := *e
	invalid.Kind = InvalidArgument
	return &invalid
}

// String returns the kind as it appears in messages, "failed" for an unknown kind.
func (k Kind) String() string {
	switch k {
	case InvalidArgument:
		return "invalid argument"
	case NotFound:
		return "not found"
	case Unauthenticated:
		return "authentication failed"
	case Forbidden:
		return "permission denied"
	case Timeout:
		return "request timed out"
	case Unavailable:
		return "unavailable"
	case CircuitOpen:
		return "circuit breaker open"
	case RateLimited:
		return "rate limited"
	case BadResponse:
		return "invalid response"
	case Incomplete:
		return "incomplete list"
	case BudgetExceeded:
		return "call budget exceeded"
	case Canceled:
		return "request canceled"
	case Overloaded:
		return "this server is overloaded"
	case Indexing:
		return "index is being built"
	case InvalidID:
		return "invalid id"
	}
	return "failed"
}
