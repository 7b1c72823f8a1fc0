package upstream

import (
	"context"
	"net/http"
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
// vendor sends them in parts. It sets the result of each id at its index.
func (o BatchRequest[T]) fetchChunk(ctx context.Context, c *Client, ids []string, callerDeadline time.Time, results []pagecache.Loaded) {
	request, accepted, failed := o.requestFor(c, ids)
	for i, id := range ids {
		if err := failed[id]; err != nil {
			results[i].Err = err
		}
	}
	if len(accepted) == 0 {
		return
	}
	body, err := c.fetch(ctx, request.Request, request.http, callerDeadline)
	var objects response[T]
	if err == nil {
		objects, err = o.split(c, body)
	}
	// A 404 means absence only for a single-object request; for a list request the list
	// itself is missing, which is an error.
	isAbsence := err != nil && err.Kind == providers.NotFound && o.PerCall <= 1
	var missing []int
	for i, id := range ids {
		switch {
		case results[i].Err != nil:
			continue
		case err != nil && !isAbsence:
			results[i].Err = err
			continue
		}
		loaded, ok := objects.loaded(c, id)
		if !ok {
			loaded.Absent = true
			missing = append(missing, i)
		}
		results[i] = loaded
	}
	if err == nil && len(missing) > 0 && !o.Unfiltered && objects.hasOther(ids) {
		c.health.reject()
		err = c.badResponse(http.StatusOK, "the response has an object that was not requested")
		for _, i := range missing {
			results[i] = pagecache.Loaded{Err: err}
		}
		return
	}
	if err == nil && len(missing) > 0 && o.hasMore(body) {
		o.fetchRest(ctx, c, ids, missing, len(accepted)-len(missing), callerDeadline, results)
	}
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
// in parallel, so many per call as it had. missing are the indices of their ids. If the
// response had none, the vendor does not send the rest, and they fail with kind Incomplete.
func (o BatchRequest[T]) fetchRest(ctx context.Context, c *Client, ids []string, missing []int, perCall int, callerDeadline time.Time, results []pagecache.Loaded) {
	if perCall == 0 {
		err := c.newError(providers.Incomplete)
		err.Detail = "the vendor did not send all requested objects"
		for _, i := range missing {
			results[i] = pagecache.Loaded{Err: err}
		}
		return
	}
	var wg sync.WaitGroup
	for chunk := range slices.Chunk(missing, perCall) {
		wg.Go(func() {
			rest, fetched := make([]string, len(chunk)), make([]pagecache.Loaded, len(chunk))
			for n, i := range chunk {
				rest[n] = ids[i]
			}
			o.fetchChunk(ctx, c, rest, callerDeadline, fetched)
			for n, i := range chunk {
				results[i] = fetched[n]
			}
		})
	}
	wg.Wait()
}
