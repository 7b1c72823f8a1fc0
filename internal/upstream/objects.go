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
		return lacking[T](c, ids)
	}
	began := time.Now()
	patience, _ := ctx.Deadline()
	keys := make([]pagecache.Key, len(ids))
	for i, id := range ids {
		keys[i] = c.scope.Object(o.Kind, id)
	}
	answers := pagecache.Read(ctx, c.scope, keys,
		func(_ int, row []byte) (tagged[T], error) { return decoded(c, row, o.Decode) },
		func(ctx context.Context, missing []int, land func(int, pagecache.Loaded)) {
			o.load(ctx, c, ids, missing, patience, land)
		})
	found := providers.BatchResult[T]{Objects: make(map[string]T, len(ids)), Failed: map[string]error{}}
	ledger := ledgerOf(ctx)
	for i, id := range ids {
		if answers[i].Err == nil {
			ledger.age(answers[i].FreshFor)
		}
		switch a := answers[i]; {
		case a.Err != nil:
			found.Failed[id] = c.own(a.Err)
		case !a.Absent:
			found.Objects[id] = a.Value.value
		}
	}
	o.note(ctx, c, ids, answers, began)
	return found
}

// lacking is what a client without a credential finds.
func lacking[T any](c *Client, ids []string) providers.BatchResult[T] {
	failed := make(map[string]error, len(ids))
	for _, id := range ids {
		failed[id] = c.lacking()
	}
	return providers.BatchResult[T]{Failed: failed}
}

// note writes down what came without a call of this operation's own: a line an
// object, or, where one call takes many, a line for all of one source.
func (o BatchRequest[T]) note(ctx context.Context, c *Client, ids []string, answers []pagecache.Answer[tagged[T]], began time.Time) {
	noted := map[Source]bool{}
	for i, a := range answers {
		if a.Source == Vendor || a.Source == "" || noted[a.Source] {
			continue
		}
		noted[a.Source] = o.PerCall > 1
		if r, err := o.safeRequest(c, ids[i:i+1]); err == nil {
			c.note(ctx, r.Path, a.Source, began)
		}
	}
}

// load asks the vendor for those of the ids that are missing, and lands what one
// call brought before the others are there.
func (o BatchRequest[T]) load(ctx context.Context, c *Client, ids []string, missing []int, patience time.Time, land func(int, pagecache.Loaded)) {
	var wg sync.WaitGroup
	perCall := max(1, o.PerCall)
	for start := 0; start < len(missing); start += perCall {
		end := min(start+perCall, len(missing))
		wg.Go(func() {
			chunk := make([]string, 0, perCall)
			for _, i := range missing[start:end] {
				chunk = append(chunk, ids[i])
			}
			said := o.call(ctx, c, chunk, patience)
			for n, id := range chunk {
				land(start+n, said(id))
			}
		})
	}
	wg.Wait()
}

// call makes one call and returns what it said of each id.
func (o BatchRequest[T]) call(ctx context.Context, c *Client, ids []string, patience time.Time) func(id string) pagecache.Loaded {
	request, ids, failed := o.request(c, ids)
	var rows map[string]json.RawMessage
	var err *providers.Error
	if len(ids) > 0 {
		var answer answer
		if answer, err = c.load(ctx, request, patience); err == nil {
			rows, err = o.rows(c, answer.body)
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

func (o BatchRequest[T]) rows(c *Client, body []byte) (map[string]json.RawMessage, *providers.Error) {
	rows, err := guarded(func() (map[string]json.RawMessage, error) { return o.Rows(body) })
	if err != nil {
		return nil, c.unusable(http.StatusOK, "")
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
			pagecache.Remember(c.scope, key, tag(object), rowSize, freshness.FetchedAt)
		}
	}
}

// request asks for those ids that can be asked for, and returns them; the others
// have failed.
func (o BatchRequest[T]) request(c *Client, ids []string) (Request, []string, map[string]error) {
	failed := map[string]error{}
	r, err := o.safeRequest(c, ids)
	if err != nil && len(ids) > 1 && providers.KindOf(err) == providers.InvalidArgument {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			_, err := o.safeRequest(c, []string{id})
			if err != nil {
				failed[id] = err
			}
			return err != nil
		})
		if len(failed) > 0 && len(ids) > 0 {
			r, err = o.safeRequest(c, ids)
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

// safeRequest returns no error but a *providers.Error with a provider.
func (o BatchRequest[T]) safeRequest(c *Client, ids []string) (Request, error) {
	r, err := guarded(func() (Request, error) { return o.Request(slices.Clone(ids)) })
	if err == nil {
		if _, unsendable := c.request(r); unsendable != nil {
			return r, unsendable
		}
		return r, nil
	}
	var e *providers.Error
	if !errors.As(err, &e) {
		return r, c.failure(providers.InvalidArgument)
	}
	return r, c.own(e)
}
