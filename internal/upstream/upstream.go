// Package upstream is the HTTP client that every vendor gets. It adds the
// credential, bounds and repeats calls, checks answers, observes, and turns
// every failure into a *providers.Error without a secret.
//
// A request passes these stations, always in this order:
//
//  1. cache: what is remembered is not asked for, and what is in flight already is
//     waited for, not asked for twice (package pagecache);
//  2. ledger: the operation's budget of calls (WithLedger);
//  3. bulkhead: at most MaxConcurrent calls at once;
//  4. circuit breaker: a vendor that fails is left alone for a while;
//  5. repetition: what may go well a moment later is tried again, within an allowance;
//  6. attempt: one exchange, from the connection to the last byte of the body.
//
// Each station is one file, and docs/upstream.md tells their numbers.
//
// The package knows no vendor and no GraphQL; what an answer means is told to it
// by the functions that a vendor hands in.
package upstream

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

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
	// Decoded is set for the reader for whom the value was decoded: this process did
	// not have it before.
	Decoded bool
}

// Read reads a page: from the cache, or by one call. Every error is a
// *providers.Error; an error of decode, or its panic, becomes kind BadResponse. A
// 404 or 410 is an error of kind NotFound.
//
// The body is shared with others who asked for the same, and so is the value:
// neither may be changed. Which objects a value holds is found where it is an
// object, a slice of objects, or Nodes. Read returns when ctx ends, even where the call goes on
// for others.
func Read[T any](ctx context.Context, c *Client, r Request, decode func(body []byte) (T, error)) (Reply[T], error) {
	if _, err := c.newRequest(r); err != nil {
		return Reply[T]{}, err
	}
	if c.scope == nil {
		return Reply[T]{}, c.noCredential()
	}
	start := time.Now()
	callerDeadline, _ := ctx.Deadline()
	answer := pagecache.Read(ctx, c.scope, []pagecache.Key{c.scope.Page(r.keyParts()...)},
		func(_ int, body []byte) (cacheEntry[T], error) { return decodeEntry(c, body, decode) },
		func(ctx context.Context, _ []int, complete func(int, pagecache.Loaded)) {
			answer, err := c.fetch(ctx, r, callerDeadline)
			if err != nil {
				complete(0, pagecache.Loaded{Err: err})
				return
			}
			complete(0, pagecache.Loaded{Body: answer.body})
		})[0]
	c.recordCacheHit(ctx, r.Path, answer.Source, start)
	if answer.Err != nil {
		return Reply[T]{}, c.withProvider(answer.Err)
	}
	ledgerOf(ctx).age(answer.FreshFor)
	return Reply[T]{
		Value: answer.Value.value, Decoded: answer.Source == Vendor || answer.Source == pagecache.FromRedis,
		Freshness: model.Freshness{FetchedAt: answer.FetchedAt, Stale: answer.Stale},
	}, nil
}

// decodeEntry reads a body with a vendor's function.
func decodeEntry[T any](c *Client, body []byte, decode func(body []byte) (T, error)) (cacheEntry[T], error) {
	value, err := catchPanic(func() (T, error) { return decode(body) })
	if err != nil {
		return cacheEntry[T]{}, c.badResponse(http.StatusOK, "")
	}
	return newCacheEntry(value), nil
}

// catchPanic turns a panic of code that reads what a vendor sent into an error: an
// answer must not end the program.
func catchPanic[T any](f func() (T, error)) (value T, err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return f()
}

var errPanic = errors.New("panic")

// BatchRequest tells how to read single objects by their vendor ids.
type BatchRequest[T any] struct {
	// Kind names the sort of object and which fields are asked for.
	Kind string
	// PerCall is how many ids one call can take; less than 1 is 1.
	PerCall int
	// Request asks for these ids: at least one, at most PerCall, sorted, each once.
	// It may refuse ids with kind BadInput.
	Request func(ids []string) (Request, error)
	// Rows splits an answer into its objects, by vendor id. Rows that were not
	// asked for are dropped.
	Rows func(body []byte) (map[string]json.RawMessage, error)
	// Decode reads one object. Where it fails, only this object does.
	Decode func(row []byte) (T, error)
}
