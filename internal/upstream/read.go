package upstream

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Read returns a page, from the cache or by one call. Every error is a
// *providers.Error. A 404 or 410 is an error of kind NotFound; an error or a panic
// of decode is one of kind BadResponse.
//
// The body and the value are shared with other readers of the same request:
// neither may be changed. The cache tags an entry with r.Tags, and with the objects in
// the value if it is an object, a slice of objects, or implements Nodes. Read returns at
// pagecache.Deadline of ctx and when ctx ends, even if the call continues for other readers.
//
// An uncached client makes one call for each Read, unless the page is fresh in memory.
func Read[T any](ctx context.Context, c *Client, r Request, decode func(body []byte) (T, error)) (Reply[T], error) {
	return ReadList(ctx, c, r, func(_ context.Context, body []byte) (T, error) { return decode(body) })
}

// ReadList is Read for responses that can be long: decode gets a context that ends when no reader
// waits any more, and returns then.
func ReadList[T any](ctx context.Context, c *Client, r Request, decode func(ctx context.Context, body []byte) (T, error)) (Reply[T], error) {
	request, invalid := c.newRequest(r)
	if invalid != nil {
		return Reply[T]{}, invalid
	}
	if c.scope == nil {
		return Reply[T]{}, c.noCredential()
	}
	start := time.Now()
	callerDeadline := pagecache.Deadline(ctx)
	if c.uncached {
		return readUncached(ctx, c, r, request, callerDeadline, decode)
	}
	key := c.scope().Page(r.keyParts()...)
	var reading reading
	answer := pagecache.Get(ctx, c.scope().For(operation.From(ctx)), key,
		func(_ pagecache.Key, body []byte) (cacheEntry[T], error) {
			ctx, checked := reading.get(body)
			if !checked && r.Condense == nil {
				if err := boundsOf(r).check(body); err != nil {
					return cacheEntry[T]{}, err
				}
			}
			entry, err := decodeEntry(c, body, r.Tags, func(body []byte) (T, error) { return decode(ctx, body) })
			if err != nil && ctx.Err() != nil {
				err = c.newError(kindOfContext(context.Cause(ctx)))
			}
			return entry, err
		},
		func(ctx context.Context, _ []pagecache.Key, deliver func(pagecache.Key, pagecache.Loaded)) {
			body, err := c.fetch(ctx, r, request, callerDeadline)
			reading.set(ctx, body)
			if err != nil {
				deliver(key, pagecache.Loaded{Err: err})
				return
			}
			deliver(key, pagecache.Loaded{Body: body, Unreadable: func() {
				if ctx.Err() == nil {
					c.health.reject()
				}
			}})
		})
	c.recordCacheHit(ctx, r.Path, answer.Source, start)
	if answer.Err != nil {
		return Reply[T]{}, c.withProvider(answer.Err)
	}
	operation.From(ctx).Trace.LimitFreshness(answer.FreshFor)
	return Reply[T]{
		Value: answer.Value.value, Decoded: answer.Source == Vendor || answer.Source == pagecache.FromRedis,
		Freshness: model.Freshness{FetchedAt: answer.FetchedAt, Stale: answer.Stale},
	}, nil
}

// reading is the call whose response is decoded. Safe for concurrent use.
type reading struct {
	call atomic.Pointer[fetched]
}

// fetched is the response to a call, whose bounds were checked while it arrived.
type fetched struct {
	ctx  context.Context
	body []byte
}

func (r *reading) set(ctx context.Context, body []byte) { r.call.Store(&fetched{ctx, body}) }

// get returns the context of the call, and whether body is its response. A response from Redis,
// which is short, has no context.
func (r *reading) get(body []byte) (ctx context.Context, isResponse bool) {
	call := r.call.Load()
	if call == nil {
		return context.Background(), false
	}
	return call.ctx, len(body) > 0 && len(call.body) > 0 && &call.body[0] == &body[0]
}

func readUncached[T any](ctx context.Context, c *Client, r Request, request *http.Request, callerDeadline time.Time, decode func(ctx context.Context, body []byte) (T, error)) (Reply[T], error) {
	if entry, fetched, ok := pagecache.Peek[cacheEntry[T]](c.scope(), c.scope().Page(r.keyParts()...)); ok {
		return Reply[T]{Value: entry.value, Freshness: model.Freshness{FetchedAt: fetched}}, nil
	}
	ctx, cancel := pagecache.WithDeadline(ctx)
	defer cancel()
	body, failure := c.fetch(ctx, r, request, callerDeadline)
	if failure != nil {
		if providers.KindOf(failure) == providers.Unauthenticated {
			c.scope().Drop(ctx)
		}
		return Reply[T]{}, failure
	}
	value, err := catchPanic(func() (T, error) { return decode(ctx, body) })
	switch {
	case err != nil && ctx.Err() != nil:
		return Reply[T]{}, c.newError(kindOfContext(context.Cause(ctx)))
	case err != nil:
		return Reply[T]{}, c.badResponse(http.StatusOK, "")
	}
	c.scope().Keeps()
	return Reply[T]{Value: value, Freshness: model.Freshness{FetchedAt: c.config.Now()}}, nil
}

// decodeEntry decodes a body with the vendor's function and tags the value, also with
// tags, if the cache stores it. Its error is of kind BadResponse.
func decodeEntry[T any](c *Client, body []byte, tags []model.ID, decode func(body []byte) (T, error)) (cacheEntry[T], error) {
	value, err := catchPanic(func() (T, error) { return decode(body) })
	if err != nil {
		return cacheEntry[T]{}, c.badResponse(http.StatusOK, "")
	}
	return entryOf(c, value, tags...), nil
}
