package upstream

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/providers"
)

// Get reads the objects with these ids in as few calls as o allows, in parallel.
// An id that is not in an answer, or whose only object is not found, is in
// neither map of the result. An id that o.Request refuses fails alone. When ctx
// ends, whatever was not read by then is in Failed.
func (o Objects[T]) Get(ctx context.Context, c *Client, ids []string) providers.Found[T] {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	found := providers.Found[T]{Objects: make(map[string]T, len(ids)), Failed: map[string]error{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for chunk := range slices.Chunk(ids, max(1, o.PerCall)) {
		wg.Go(func() {
			part := o.call(ctx, c, chunk)
			mu.Lock()
			defer mu.Unlock()
			for id, object := range part.Objects {
				found.Objects[id] = object
			}
			for id, err := range part.Failed {
				found.Failed[id] = err
			}
		})
	}
	wg.Wait()
	return found
}

func (o Objects[T]) call(ctx context.Context, c *Client, ids []string) providers.Found[T] {
	request, ids, failed := o.request(c, ids)
	part := providers.Found[T]{Failed: failed}
	if len(ids) == 0 {
		return part
	}
	reply, err := Read(ctx, c, request, func(body []byte) (providers.Found[T], error) {
		return o.decode(c, body, ids)
	})
	if err == nil {
		part.Objects = reply.Value.Objects
		for id, err := range reply.Value.Failed {
			failed[id] = err
		}
		return part
	}
	// Not found is one object's fate; of several it is the list that is gone.
	if providers.KindOf(err) != providers.NotFound || o.PerCall > 1 {
		for _, id := range ids {
			failed[id] = err
		}
	}
	return part
}

// request asks for those ids that can be asked for, and returns them; the others
// have failed.
func (o Objects[T]) request(c *Client, ids []string) (Request, []string, map[string]error) {
	failed := map[string]error{}
	r, err := o.safeRequest(c, ids)
	if err != nil && len(ids) > 1 && providers.KindOf(err) == providers.BadInput {
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
func (o Objects[T]) safeRequest(c *Client, ids []string) (Request, error) {
	r, err := guarded(func() (Request, error) { return o.Request(slices.Clone(ids)) })
	if err == nil {
		_, err = c.request(r)
	}
	if err == nil {
		return r, nil
	}
	var e *providers.Error
	if !errors.As(err, &e) {
		return r, c.failure(providers.BadInput)
	}
	own := *e
	own.Provider = c.config.Provider
	return r, &own
}

// decode reads the rows with these ids. A row that cannot be read fails alone.
func (o Objects[T]) decode(c *Client, body []byte, ids []string) (providers.Found[T], error) {
	part := providers.Found[T]{Objects: make(map[string]T, len(ids)), Failed: map[string]error{}}
	rows, err := o.Rows(body)
	if err != nil {
		return part, err
	}
	for _, id := range ids {
		row, ok := rows[id]
		if !ok {
			continue
		}
		object, err := guarded(func() (T, error) { return o.Decode(row) })
		if err != nil {
			part.Failed[id] = c.unusable(http.StatusOK, "an object that cannot be read")
			continue
		}
		part.Objects[id] = object
	}
	return part, nil
}
