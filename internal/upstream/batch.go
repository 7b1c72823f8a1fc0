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
	// unique. It may reject ids with kind InvalidID.
	Request func(ids []string) (Request, error)
	// Rows splits a response into its objects, by vendor id.
	Rows func(body []byte) (map[string]json.RawMessage, error)
	// Objects does what Rows and Decode do for all objects of a response: the results are the
	// same. It is called in their place if no response is stored; nil has them called always.
	Objects func(body []byte) (map[string]T, error)
	// More reports whether the vendor has objects for a request that its response lacks;
	// nil means never. Get requests the missing objects again then, as many per call as
	// the response had.
	More func(body []byte) bool
	// Unfiltered is set if the vendor may send other objects than the requested ones: those that
	// its response lacks are absent then.
	Unfiltered bool
	// Decode decodes one object. If it fails, only this object fails.
	Decode func(row []byte) (T, error)
}

// Get returns the objects with these ids. Each object is cached on its own; missing
// objects are fetched in as few calls as PerCall allows, in parallel. An id that a
// response lacks, or whose single-object request gets 404, is in neither map of the
// result; it fails with kind BadResponse if the response has an object that was not requested.
// An id that o.Request rejects fails alone. When ctx ends, every object that
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
	get := batchGet[T]{BatchRequest: o, client: c, ids: ids, keys: keys, callerDeadline: callerDeadline}
	answers := pagecache.GetMulti(ctx, c.scope().For(operation.From(ctx)), keys,
		func(_ pagecache.Key, row []byte) (cacheEntry[T], error) {
			// It may come from Redis.
			if err := objectBounds().check(row); err != nil {
				return cacheEntry[T]{}, err
			}
			return decodeEntry(c, row, nil, o.Decode)
		},
		get.fetch)
	found := providers.BatchResult[T]{Objects: make(map[string]T, len(ids)), Failed: map[string]error{}}
	trace := operation.From(ctx).Trace
	for i, id := range ids {
		a := &answers[i]
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
	o.recordCacheHits(ctx, c, ids, answers, start)
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

// batchGet is one Get. The ids are sorted and unique, and each has the key at its index.
type batchGet[T any] struct {
	BatchRequest[T]
	client         *Client
	ids            []string
	keys           []pagecache.Key
	callerDeadline time.Time
}

// fetch fetches the missing keys in chunks, in parallel. It delivers the results of a chunk as
// soon as they are there.
func (g *batchGet[T]) fetch(ctx context.Context, missing []pagecache.Key, deliver func(pagecache.Key, pagecache.Loaded)) {
	ids := g.ids
	if len(missing) < len(ids) {
		wanted := make(map[pagecache.Key]bool, len(missing))
		for _, key := range missing {
			wanted[key] = true
		}
		ids = make([]string, 0, len(missing))
		for i, key := range g.keys {
			if wanted[key] {
				ids = append(ids, g.ids[i])
			}
		}
	}
	fetch := func(chunk []string) {
		results := make([]pagecache.Loaded, len(chunk))
		g.fetchChunk(ctx, g.client, chunk, g.callerDeadline, results)
		at, _ := slices.BinarySearch(g.ids, chunk[0])
		for i, id := range chunk {
			for g.ids[at] != id {
				at++
			}
			deliver(g.keys[at], results[i])
		}
	}
	chunks := g.chunks(ids, g.PerCall)
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

// response is what a response holds, by vendor id: rows that have to be decoded, or objects.
type response[T any] struct {
	rows    map[string]json.RawMessage
	objects map[string]T
	// size is that of an object in the response.
	size int
}

// split splits a response into its objects.
func (o BatchRequest[T]) split(c *Client, body []byte) (r response[T], err *providers.Error) {
	if o.Objects == nil || c.config.Cache.StoresBodies() {
		r.rows, err = o.splitRows(c, body)
		return r, err
	}
	objects, malformed := catchPanic(func() (map[string]T, error) { return o.Objects(body) })
	if malformed != nil {
		c.health.reject()
		return r, c.badResponse(http.StatusOK, "")
	}
	return response[T]{objects: objects, size: len(body) / max(len(objects), 1)}, nil
}

// loaded returns what the response has for an id. ok is false if it lacks the object.
func (r *response[T]) loaded(c *Client, id string) (loaded pagecache.Loaded, ok bool) {
	if r.objects == nil {
		row, ok := r.rows[id]
		return pagecache.Loaded{Body: row}, ok
	}
	object, ok := r.objects[id]
	if !ok {
		return pagecache.Loaded{}, false
	}
	return pagecache.Loaded{Value: entryOf(c, object), Size: r.size}, true
}

// recordCacheHits adds the answers that needed no call of this operation to the
// trace: one row per object or, if one call takes several ids, one row per source.
func (o BatchRequest[T]) recordCacheHits(ctx context.Context, c *Client, ids []string, answers []pagecache.Answer[cacheEntry[T]], start time.Time) {
	recorded := map[Source]bool{}
	for i := range answers {
		a := &answers[i]
		if a.Source == Vendor || a.Source == "" || recorded[a.Source] {
			continue
		}
		recorded[a.Source] = o.PerCall > 1
		if r, err := o.tryRequest(c, ids[i:i+1]); err == nil {
			c.recordCacheHit(ctx, r.Path, a.Source, start)
		}
	}
}
