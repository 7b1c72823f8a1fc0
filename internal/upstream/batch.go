package upstream

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// BatchRequest describes how to read single objects by their vendor ids.
type BatchRequest[T any] struct {
	// Kind names the type of object and the fields requested. It is part of the cache key.
	Kind string
	// PerCall is the number of ids that one call can take; values below 1 mean 1.
	PerCall int
	// Size returns the size of an id in a request, and MaxSize bounds the sum of the
	// sizes in one call; nil means no bound. An id that is larger gets its own call.
	Size    func(id string) int
	MaxSize int
	// Request builds the request for these ids: 1 to PerCall of them, sorted and
	// unique. It may reject ids with kind InvalidArgument.
	Request func(ids []string) (Request, error)
	// Rows splits a response into its objects, by vendor id. Get ignores rows that
	// it did not request.
	Rows func(body []byte) (map[string]json.RawMessage, error)
	// Objects does what Rows and Decode do for all objects of a response: the results are the
	// same. It is called in their place if no response is stored; nil has them called always.
	Objects func(body []byte) (map[string]T, error)
	// More reports whether the vendor has objects for a request that its response lacks;
	// nil means never. Get requests the missing objects again then, as many per call as
	// the response had.
	More func(body []byte) bool
	// Decode decodes one object. If it fails, only this object fails.
	Decode func(row []byte) (T, error)
}

// Get returns the objects with these ids. Each object is cached on its own; missing
// objects are fetched in as few calls as PerCall allows, in parallel. An id that a
// response lacks, or whose single-object request gets 404, is in neither map of the
// result. An id that o.Request rejects fails alone. When ctx ends, every object that
// has not been read is in Failed.
func (o BatchRequest[T]) Get(ctx context.Context, c *Client, ids []string) providers.BatchResult[T] {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if c.scope == nil {
		return noCredentials[T](c, ids)
	}
	start := time.Now()
	callerDeadline := pagecache.Deadline(ctx)
	keys := make([]pagecache.Key, len(ids))
	for i, id := range ids {
		keys[i] = c.scope().Object(o.Kind, id)
	}
	answers := pagecache.GetMulti(ctx, c.scope().For(operation.From(ctx)), keys,
		func(_ pagecache.Key, row []byte) (cacheEntry[T], error) {
			// It may come from Redis.
			if err := objectBounds().check(row); err != nil {
				return cacheEntry[T]{}, err
			}
			return decodeEntry(c, row, nil, o.Decode)
		},
		func(ctx context.Context, missing []pagecache.Key, deliver func(pagecache.Key, pagecache.Loaded)) {
			idByKey := make(map[pagecache.Key]string, len(ids))
			for i, key := range keys {
				idByKey[key] = ids[i]
			}
			o.fetchMissing(ctx, c, missing, idByKey, callerDeadline, deliver)
		})
	found := providers.BatchResult[T]{Objects: make(map[string]T, len(ids)), Failed: map[string]error{}}
	trace := operation.From(ctx).Trace
	for i, id := range ids {
		a := answers[keys[i]]
		if a.Err == nil {
			trace.LimitFreshness(a.FreshFor)
		}
		switch {
		case a.Err != nil:
			found.Failed[id] = c.withProvider(a.Err)
		case !a.Absent:
			found.Objects[id] = a.Value.value
		}
	}
	o.recordCacheHits(ctx, c, ids, keys, answers, start)
	return found
}

// Prime caches the complete objects of a page under their own keys, so that a later
// Get needs no call for them. It is for the reader whose Reply is Decoded.
func (o BatchRequest[T]) Prime(ctx context.Context, c *Client, page []T, freshness model.Freshness) {
	scope := c.scope().For(operation.From(ctx))
	if !scope.Stores() {
		return
	}
	for _, object := range page {
		if n, ok := any(object).(model.Node); ok && n.Complete() {
			key := scope.Object(o.Kind, n.GlobalID().VendorID())
			pagecache.Prime(scope, key, newCacheEntry(object), rowSize, freshness.FetchedAt)
		}
	}
}

// rowSize is the approximate size of a page row in bytes. Accounts and users take 0.5
// to 2 kB each.
const rowSize = 1 << 10

// fetchMissing fetches the missing keys in chunks, in parallel. It delivers the results
// of a chunk as soon as they are there.
func (o BatchRequest[T]) fetchMissing(ctx context.Context, c *Client, missing []pagecache.Key, idByKey map[pagecache.Key]string, callerDeadline time.Time, deliver func(pagecache.Key, pagecache.Loaded)) {
	ids, keyByID := make([]string, len(missing)), make(map[string]pagecache.Key, len(missing))
	for i, key := range missing {
		ids[i] = idByKey[key]
		keyByID[ids[i]] = key
	}
	fetch := func(chunk []string) {
		for id, loaded := range o.fetchChunk(ctx, c, chunk, callerDeadline) {
			deliver(keyByID[id], loaded)
		}
	}
	chunks := o.chunks(ids, o.PerCall)
	var wg sync.WaitGroup
	for _, chunk := range chunks[1:] {
		wg.Go(func() { fetch(chunk) })
	}
	fetch(chunks[0])
	wg.Wait()
}

func (o BatchRequest[T]) splitRows(c *Client, body []byte) (map[string]json.RawMessage, *providers.Error) {
	rows, err := catchPanic(func() (map[string]json.RawMessage, error) { return o.Rows(body) })
	if err != nil {
		c.health.reject()
		return nil, c.badResponse(http.StatusOK, "")
	}
	return rows, nil
}

// load splits a response into what is loaded for each of its objects, by vendor id.
func (o BatchRequest[T]) load(c *Client, body []byte) (map[string]pagecache.Loaded, *providers.Error) {
	if o.Objects == nil || c.config.Cache.StoresBodies() {
		rows, err := o.splitRows(c, body)
		loaded := make(map[string]pagecache.Loaded, len(rows))
		for id, row := range rows {
			loaded[id] = pagecache.Loaded{Body: row}
		}
		return loaded, err
	}
	objects, err := catchPanic(func() (map[string]T, error) { return o.Objects(body) })
	if err != nil {
		c.health.reject()
		return nil, c.badResponse(http.StatusOK, "")
	}
	loaded := make(map[string]pagecache.Loaded, len(objects))
	for id, object := range objects {
		loaded[id] = pagecache.Loaded{Value: entryOf(c, object), Size: len(body) / len(objects)}
	}
	return loaded, nil
}

// recordCacheHits adds the answers that needed no call of this operation to the
// trace: one row per object or, if one call takes several ids, one row per source.
func (o BatchRequest[T]) recordCacheHits(ctx context.Context, c *Client, ids []string, keys []pagecache.Key, answers map[pagecache.Key]*pagecache.Answer[cacheEntry[T]], start time.Time) {
	recorded := map[Source]bool{}
	for i, key := range keys {
		a := answers[key]
		if a.Source == Vendor || a.Source == "" || recorded[a.Source] {
			continue
		}
		recorded[a.Source] = o.PerCall > 1
		if r, err := o.tryRequest(c, ids[i:i+1]); err == nil {
			c.recordCacheHit(ctx, r.Path, a.Source, start)
		}
	}
}
