package upstream

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Get reads the objects with these ids: each from the cache, the others in as few
// calls as o allows, in parallel. An id that is not in an answer, or whose only
// object is not found, is in neither map of the result. An id that o.Request
// refuses fails alone. When ctx ends, whatever was not read by then is in Failed.
func (o BatchRequest[T]) Get(ctx context.Context, c *Client, ids []string) providers.BatchResult[T] {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if c.scope == nil {
		return noCredentials[T](c, ids)
	}
	start := time.Now()
	callerDeadline, _ := ctx.Deadline()
	keys := make([]pagecache.Key, len(ids))
	for i, id := range ids {
		keys[i] = c.scope.Object(o.Kind, id)
	}
	answers := pagecache.Read(ctx, c.scope, keys,
		func(_ int, row []byte) (cacheEntry[T], error) { return decodeEntry(c, row, o.Decode) },
		func(ctx context.Context, missing []int, complete func(int, pagecache.Loaded)) {
			o.fetchMissing(ctx, c, ids, missing, callerDeadline, complete)
		})
	found := providers.BatchResult[T]{Objects: make(map[string]T, len(ids)), Failed: map[string]error{}}
	ledger := ledgerOf(ctx)
	for i, id := range ids {
		if answers[i].Err == nil {
			ledger.age(answers[i].FreshFor)
		}
		switch a := answers[i]; {
		case a.Err != nil:
			found.Failed[id] = c.withProvider(a.Err)
		case !a.Absent:
			found.Objects[id] = a.Value.value
		}
	}
	o.recordCacheHits(ctx, c, ids, answers, start)
	return found
}

// noCredentials is what a client without a credential finds.
func noCredentials[T any](c *Client, ids []string) providers.BatchResult[T] {
	failed := make(map[string]error, len(ids))
	for _, id := range ids {
		failed[id] = c.noCredential()
	}
	return providers.BatchResult[T]{Failed: failed}
}

// recordCacheHits writes down what came without a call of this operation's own: a line an
// object, or, where one call takes many, a line for all of one source.
func (o BatchRequest[T]) recordCacheHits(ctx context.Context, c *Client, ids []string, answers []pagecache.Answer[cacheEntry[T]], start time.Time) {
	noted := map[Source]bool{}
	for i, a := range answers {
		if a.Source == Vendor || a.Source == "" || noted[a.Source] {
			continue
		}
		noted[a.Source] = o.PerCall > 1
		if r, err := o.tryRequest(c, ids[i:i+1]); err == nil {
			c.recordCacheHit(ctx, r.Path, a.Source, start)
		}
	}
}

// fetchMissing asks the vendor for those of the ids that are missing, and lands what one
// call brought before the others are there.
func (o BatchRequest[T]) fetchMissing(ctx context.Context, c *Client, ids []string, missing []int, callerDeadline time.Time, complete func(int, pagecache.Loaded)) {
	var wg sync.WaitGroup
	perCall := max(1, o.PerCall)
	for start := 0; start < len(missing); start += perCall {
		end := min(start+perCall, len(missing))
		wg.Go(func() {
			chunk := make([]string, 0, perCall)
			for _, i := range missing[start:end] {
				chunk = append(chunk, ids[i])
			}
			loadedOf := o.fetchChunk(ctx, c, chunk, callerDeadline)
			for n, id := range chunk {
				complete(start+n, loadedOf(id))
			}
		})
	}
	wg.Wait()
}

// fetchChunk makes one call and returns what it said of each id.
func (o BatchRequest[T]) fetchChunk(ctx context.Context, c *Client, ids []string, callerDeadline time.Time) func(id string) pagecache.Loaded {
	request, ids, failed := o.requestFor(c, ids)
	var rows map[string]json.RawMessage
	var err *providers.Error
	if len(ids) > 0 {
		var answer response
		if answer, err = c.fetch(ctx, request, callerDeadline); err == nil {
			rows, err = o.splitRows(c, answer.body)
		}
	}
	return func(id string) pagecache.Loaded {
		row, ok := rows[id]
		switch {
		case failed[id] != nil:
			return pagecache.Loaded{Err: failed[id]}
		// Not found is one object's fate; of several it is the list that is gone.
		case err != nil && (err.Kind != providers.NotFound || o.PerCall > 1):
			return pagecache.Loaded{Err: err}
		}
		return pagecache.Loaded{Body: row, Absent: !ok}
	}
}

func (o BatchRequest[T]) splitRows(c *Client, body []byte) (map[string]json.RawMessage, *providers.Error) {
	rows, err := catchPanic(func() (map[string]json.RawMessage, error) { return o.Rows(body) })
	if err != nil {
		return nil, c.badResponse(http.StatusOK, "")
	}
	return rows, nil
}

// rowSize is what a row of a page measures, about: SoftwareOne's accounts, users
// and buyers take 0.5 to 2 kB each.
const rowSize = 1 << 10

// Prime keeps the full objects of a page that was decoded for this reader, so
// that they are not asked for again one by one.
func (o BatchRequest[T]) Prime(c *Client, page []T, freshness model.Freshness) {
	for _, object := range page {
		if n, ok := any(object).(model.Node); ok && n.Complete() {
			key := c.scope.Object(o.Kind, n.GlobalID().VendorID())
			pagecache.Remember(c.scope, key, newCacheEntry(object), rowSize, freshness.FetchedAt)
		}
	}
}

// requestFor asks for those ids that can be asked for, and returns them; the others
// have failed.
func (o BatchRequest[T]) requestFor(c *Client, ids []string) (Request, []string, map[string]error) {
	failed := map[string]error{}
	r, err := o.tryRequest(c, ids)
	if err != nil && len(ids) > 1 && providers.KindOf(err) == providers.InvalidArgument {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			_, err := o.tryRequest(c, []string{id})
			if err != nil {
				failed[id] = err
			}
			return err != nil
		})
		if len(failed) > 0 && len(ids) > 0 {
			r, err = o.tryRequest(c, ids)
		}
	}
	if err != nil {
		for _, id := range ids {
			failed[id] = err
		}
		return r, nil, failed
	}
	return r, ids, failed
}

// tryRequest returns no error but a *providers.Error with a provider.
func (o BatchRequest[T]) tryRequest(c *Client, ids []string) (Request, error) {
	r, err := catchPanic(func() (Request, error) { return o.Request(slices.Clone(ids)) })
	if err == nil {
		if _, unsendable := c.newRequest(r); unsendable != nil {
			return r, unsendable
		}
		return r, nil
	}
	var e *providers.Error
	if !errors.As(err, &e) {
		return r, c.newError(providers.InvalidArgument)
	}
	return r, c.withProvider(e)
}
