// Package upstream is the HTTP client that every vendor gets. It adds the
// credential, bounds and repeats calls, checks answers, observes, and turns
// every failure into a *providers.Error without a secret.
//
// It knows no vendor and no GraphQL; what an answer means is told to it by the
// functions that a vendor hands in.
package upstream

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Config is one connection to a vendor.
type Config struct {
	// Provider names the connection; its BaseURL is what paths are appended to.
	Provider *model.Provider
	// Credential is added to each request, here and nowhere else.
	Credential Credential
	// VendorCode finds the vendor's own error word in the body of a failed
	// answer; it returns "" where there is none. The body may be anything.
	VendorCode func(body []byte) string
	// Timeout bounds one call with all its repetitions.
	Timeout time.Duration
	// MaxConcurrent bounds the calls in flight.
	MaxConcurrent int
	// Transport carries the requests; nil for the default one.
	Transport http.RoundTripper
	// Observe is told of every call that was made; may be nil.
	Observe func(Call)
}

// Request is one GET. Path is made by Path, or is a constant; Query is encoded.
type Request struct {
	Path, Query string
	// Header holds what a vendor wants beside the credential.
	Header http.Header
}

// Reply is a decoded answer and its age.
type Reply[T any] struct {
	Value     T
	Freshness model.Freshness
}

// Read makes one call and decodes its answer. An error of decode becomes kind
// BadResponse. A 404 or 410 is an error of kind NotFound.
func Read[T any](ctx context.Context, c *Client, r Request, decode func(body []byte) (T, error)) (Reply[T], error) {
	var reply Reply[T]
	body, err := c.get(ctx, r)
	if err != nil {
		return reply, err
	}
	reply.Freshness.FetchedAt = c.now()
	reply.Value, err = decode(body)
	if err != nil {
		return reply, &providers.Error{Kind: providers.BadResponse, Provider: c.config.Provider, HTTPStatus: http.StatusOK}
	}
	return reply, nil
}

// Objects tells how to read single objects by their vendor ids.
type Objects[T any] struct {
	// Kind names the sort of object and which fields are asked for.
	Kind string
	// PerCall is how many ids one call can take.
	PerCall int
	// Request asks for these ids: at least one, at most PerCall, sorted, each once.
	Request func(ids []string) (Request, error)
	// Rows splits an answer into its objects, by vendor id.
	Rows func(body []byte) (map[string]json.RawMessage, error)
	// Decode reads one object.
	Decode func(row []byte) (T, error)
}
