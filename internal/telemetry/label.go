package telemetry

import (
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/providers"
)

// Label values for success and for anything outside a fixed set.
const (
	labelOK    = "ok"
	labelOther = "other"
	labelNone  = "none"
	// labelError is the outcome of an operation with errors.
	labelError = "error"
	// labelCanceled is the outcome of a request whose client disconnected before there was a
	// response.
	labelCanceled = "canceled"
)

// internalError is the code of a failure of this server.
const internalError = "INTERNAL_SERVER_ERROR"

// validationFailed is the code of a document that is not valid; its name takes no room.
const validationFailed = "GRAPHQL_VALIDATION_FAILED"

// codes are the error codes of the GraphQL API.
var codes = []string{
	"BAD_REQUEST", "GRAPHQL_PARSE_FAILED", validationFailed, "BAD_USER_INPUT",
	"QUERY_TOO_LARGE", "QUERY_TOO_COMPLEX", "BATCHING_DISABLED", "INTROSPECTION_DISABLED",
	"PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED", "CSRF_PREVENTION",
	"UNAUTHENTICATED", "FORBIDDEN", "RATE_LIMITED", "OVERLOADED",
	"UPSTREAM_UNAUTHENTICATED", "UPSTREAM_FORBIDDEN",
	"UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "UPSTREAM_CIRCUIT_OPEN", "UPSTREAM_RATE_LIMITED",
	"UPSTREAM_BAD_RESPONSE", "UPSTREAM_TRUNCATED", "UPSTREAM_INDEXING",
	"BUDGET_EXCEEDED", "TIMEOUT", internalError,
}

// outcomeLabels maps error kinds to values of the label "outcome".
var outcomeLabels = map[providers.Kind]string{
	0:                         labelOK,
	providers.InvalidArgument: "bad_input",
	providers.NotFound:        "not_found",
	providers.Unauthenticated: "unauthenticated",
	providers.Forbidden:       "forbidden",
	providers.Timeout:         "timeout",
	providers.Unavailable:     "unavailable",
	providers.CircuitOpen:     "circuit_open",
	providers.RateLimited:     "rate_limited",
	providers.BadResponse:     "bad_response",
	providers.Incomplete:      "truncated",
	providers.BudgetExceeded:  "budget_exceeded",
	providers.Canceled:        "canceled",
	providers.Overloaded:      "overloaded",
	providers.Indexing:        "indexing",
	providers.InvalidID:       "bad_response",
}

// Outcome returns the value of the label outcome for a kind of error.
func Outcome(k providers.Kind) string {
	if label, known := outcomeLabels[k]; known {
		return label
	}
	return labelOther
}

// labelIn returns the label if it is in the set, else labelOther.
func labelIn(set map[string]bool, label string) string {
	if set[label] {
		return label
	}
	return labelOther
}

func setOf(labels []string) map[string]bool {
	set := make(map[string]bool, len(labels))
	for _, l := range labels {
		set[l] = true
	}
	return set
}

// names are the first so many values of a label that clients choose; safe for concurrent use.
type names struct {
	limit int

	mu    sync.RWMutex
	known map[string]bool
}

// newNames returns names with these values, and room for more.
func newNames(more int, known []string) *names {
	set := setOf(known)
	return &names{limit: len(set) + more, known: set}
}

// labelOfKnown returns the name if it is one of those that are known, and else what label returns
// without room for more.
func (n *names) labelOfKnown(name string) string {
	if name == "" {
		return labelNone
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.known[name] {
		return name
	}
	return labelOther
}

// label returns the name if it is one of the first, "other" if it is not, and "none" for "".
func (n *names) label(name string) string {
	if name == "" {
		return labelNone
	}
	n.mu.RLock()
	known, full := n.known[name], len(n.known) >= n.limit
	n.mu.RUnlock()
	switch {
	case known:
		return name
	case full:
		return labelOther
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.known[name] && len(n.known) >= n.limit {
		return labelOther
	}
	n.known[strings.Clone(name)] = true
	return name
}
