package upstream

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// chunks splits ids into those of single calls: at most perCall, and at most MaxSize
// together.
func (o BatchRequest[T]) chunks(ids []string, perCall int) (chunks [][]string) {
	from, size := 0, 0
	for i, id := range ids {
		n := 0
		if o.Size != nil {
			n = o.Size(id)
		}
		if i > from && (i-from >= perCall || o.Size != nil && size+n > o.MaxSize) {
			chunks = append(chunks, ids[from:i])
			from, size = i, 0
		}
		size += n
	}
	if from < len(ids) {
		chunks = append(chunks, ids[from:])
	}
	return chunks
}

// fetchChunk fetches the objects with these ids by one call, or by several if the
// vendor sends them in parts. The result has every id.
func (o BatchRequest[T]) fetchChunk(ctx context.Context, c *Client, ids []string, callerDeadline time.Time) map[string]pagecache.Loaded {
	results := make(map[string]pagecache.Loaded, len(ids))
	request, ids, failed := o.requestFor(c, ids)
	for id, err := range failed {
		results[id] = pagecache.Loaded{Err: err}
	}
	if len(ids) == 0 {
		return results
	}
	body, err := c.fetch(ctx, request.Request, request.http, callerDeadline)
	var objects map[string]pagecache.Loaded
	if err == nil {
		objects, err = o.load(c, body)
	}
	// A 404 means absence only for a single-object request; for a list request the list
	// itself is missing, which is an error.
	if err != nil && (err.Kind != providers.NotFound || o.PerCall > 1) {
		for _, id := range ids {
			results[id] = pagecache.Loaded{Err: err}
		}
		return results
	}
	var missing []string
	for _, id := range ids {
		loaded, ok := objects[id]
		if !ok {
			loaded.Absent = true
			missing = append(missing, id)
		}
		results[id] = loaded
	}
	if err == nil && len(missing) > 0 && o.hasMore(body) {
		o.fetchRest(ctx, c, missing, len(ids)-len(missing), callerDeadline, results)
	}
	return results
}

// hasMore calls o.More. A panic is no.
func (o BatchRequest[T]) hasMore(body []byte) bool {
	if o.More == nil {
		return false
	}
	more, err := catchPanic(func() (bool, error) { return o.More(body), nil })
	return more && err == nil
}

// fetchRest fetches the objects that a response lacked although the vendor has them,
// in parallel, so many per call as it had. It sets them in results. If the response
// had none, the vendor does not send the rest, and they fail with kind Incomplete.
func (o BatchRequest[T]) fetchRest(ctx context.Context, c *Client, missing []string, perCall int, callerDeadline time.Time, results map[string]pagecache.Loaded) {
	if perCall == 0 {
		err := c.newError(providers.Incomplete)
		err.Detail = "the vendor did not send all requested objects"
		for _, id := range missing {
			results[id] = pagecache.Loaded{Err: err}
		}
		return
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for chunk := range slices.Chunk(missing, perCall) {
		wg.Go(func() {
			fetched := o.fetchChunk(ctx, c, chunk, callerDeadline)
			mu.Lock()
			defer mu.Unlock()
			for id, loaded := range fetched {
				results[id] = loaded
			}
		})
	}
	wg.Wait()
}
