// Package upstream is the HTTP client for vendor REST APIs. It authenticates,
// limits, retries, validates and observes every call, and turns each failure into
// a *providers.Error that contains no secret.
//
// Every read passes this request pipeline, in this order:
//
//  1. cache: cached values are returned, and identical requests in flight share
//     one call (package pagecache);
//  2. budget: the vendor calls that one operation may make (operation.CallBudget);
//  3. bulkhead: at most MaxConcurrent calls at a time;
//  4. breaker: calls fail fast after repeated outages;
//  5. retry: transient failures are retried within a retry budget;
//  6. round trip: one HTTP exchange, from the connection to the last byte of the body.
//
// docs/upstream.md documents the limits of each step.
//
// The package knows no vendor and no GraphQL. Vendors pass in functions that build
// requests and decode responses.
package upstream

import (
	"io"
	"net/http"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Request is one GET. Path comes from function Path or is a constant; Query is
// already encoded.
type Request struct {
	Path, Query string
	// Collection is set if the path names no single object, so that a 404 means that the
	// base URL is wrong or that the vendor has removed the path.
	Collection bool
	// Configured is set if the configuration names the object that the path belongs to,
	// so that a 403 or a 404 means that the configuration is wrong or that the credential
	// lacks a permission.
	Configured bool
	// Header holds the headers that the vendor needs besides the credential.
	Header http.Header
	// Tags are objects with which the cached response is invalidated although it may not
	// contain them: the parents of a list, and Client.AnyID. They are the same for equal
	// requests.
	Tags []model.ID
	// Condense reads the response of a long list as it arrives, and returns what decode gets
	// and the cache stores in its place; nil means the response itself. It is called for each
	// attempt. Its result is not used if it fails, or if the response is not complete. Format
	// names what it returns, so that no other code reads it, such as that of another release.
	Condense func(body io.Reader) ([]byte, error)
	Format   string
	// MaxRows limits the elements of an array of the response that is in no other array; 0
	// means 1,000, ten times a page. A response with more, or with a text that is too long, is
	// an error of kind BadResponse, and hardly anything of it is read.
	MaxRows int
}

// Reply is a decoded response and its age.
type Reply[T any] struct {
	Value     T
	Freshness model.Freshness
	// Decoded is true for the reader that caused this process to decode the value:
	// it came from the vendor or from Redis, not from memory or another reader's call.
	Decoded bool
}
