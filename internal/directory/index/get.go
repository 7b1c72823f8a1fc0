package index

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/providers"
)

// Get reads objects by their ids. Where the vendor would search its lists for them, the
// index tells the page that holds each. An object that has moved is searched on the pages
// beside that one, and then in the lists.
func (c *collection[T, R]) Get(ctx context.Context, ids []string) providers.BatchResult[T] {
	if len(ids) == 0 || c.IndexedCollection.SupportsGet() || !c.size.isLarge(ctx) {
		return c.IndexedCollection.Get(ctx, ids)
	}
	result := providers.BatchResult[T]{Objects: map[string]T{}, Failed: map[string]error{}}
	b, unknown := c.live.get(ctx)
	if b == nil {
		for _, id := range ids {
			result.Failed[id] = unknown
		}
		return result
	}
	if unknown == nil && len(b.gaps.Errors) > 0 {
		unknown = b.gaps.Errors[0]
	}
	wanted, pages, beside := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, id := range ids {
		page, neighbors, ok := b.table.pageOf(id)
		if !ok {
			if unknown != nil {
				result.Failed[id] = unknown
			}
			continue
		}
		wanted[id], pages[page] = true, true
		for _, token := range neighbors {
			beside[token] = true
		}
	}
	failures := c.collect(ctx, pages, wanted, result)
	if len(wanted) > 0 && len(failures) == 0 {
		failures = c.collect(ctx, beside, wanted, result)
	}
	rest := slices.Collect(maps.Keys(wanted))
	if len(failures) > 0 {
		for _, id := range rest {
			result.Failed[id] = failures[0]
		}
		return result
	}
	if len(rest) > 0 {
		searched := c.IndexedCollection.Get(ctx, rest)
		maps.Copy(result.Objects, searched.Objects)
		maps.Copy(result.Failed, searched.Failed)
	}
	return result
}

// collect reads pages, moves the objects that are wanted to the result, and returns the
// errors of pages.
func (c *collection[T, R]) collect(ctx context.Context, tokens, wanted map[string]bool, result providers.BatchResult[T]) (failures []error) {
	var mu sync.Mutex
	var reads sync.WaitGroup
	for token := range tokens {
		reads.Go(func() {
			page, err := c.IndexedCollection.Page(ctx, providers.Query{}, token)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failures = append(failures, err)
				return
			}
			for _, row := range page.Items {
				if id := row.GlobalID().VendorID(); wanted[id] {
					result.Objects[id] = row
					delete(wanted, id)
				}
			}
		})
	}
	reads.Wait()
	return failures
}
