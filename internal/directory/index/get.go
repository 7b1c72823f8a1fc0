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
	if len(ids) == 0 || c.IndexedCollection.SupportsGet() || !c.sizeOf(providers.Query{}).isLarge(ctx) {
		return c.IndexedCollection.Get(ctx, ids)
	}
	result := providers.BatchResult[T]{Objects: map[string]T{}, Failed: map[string]error{}}
	b, err := c.live.get(ctx)
	unknown := err
	if err == nil && len(b.gaps.Errors) > 0 {
		unknown = b.gaps.Errors[0]
	}
	var rest []string
	wanted, pages, beside := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, id := range ids {
		page, neighbors, ok := c.pageOf(b, id)
		if !ok {
			switch {
			case c.live.isReadable(err), !b.answers(c.tenantOfID(id), err):
				rest = append(rest, id)
			case unknown != nil:
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
	if len(failures) == 0 {
		rest = slices.AppendSeq(rest, maps.Keys(wanted))
	} else {
		for id := range wanted {
			result.Failed[id] = failures[0]
		}
	}
	if len(rest) > 0 {
		searched := c.IndexedCollection.Get(ctx, rest)
		maps.Copy(result.Objects, searched.Objects)
		maps.Copy(result.Failed, searched.Failed)
	}
	return result
}

// pageOf returns the tokens of the page that a row came from and of its neighbors. ok is
// false without a reading.
func (c *collection[T, R]) pageOf(b *build, id string) (page string, neighbors []string, ok bool) {
	if b == nil {
		return "", nil, false
	}
	return c.table(b).pageOf(id)
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
