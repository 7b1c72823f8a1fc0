package blendvision

import (
	"context"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// pageReader reads one page of an organization's list.
type pageReader[T any] func(ctx context.Context, organization string, number int) (upstream.Reply[listPage[T]], error)

// scanResult is the part of one organization's list that was read.
type scanResult[T any] struct {
	items     []T
	freshness *model.Freshness
	// err is the first error; rows may be missing unless it is nil.
	err error
	// last is the last page that was read.
	last listPage[T]
}

// scan reads the lists of organizations. It reads the first page of each in parallel
// and then, unless enough returns true for the results, all other pages in parallel.
// The results are in the order of organizations.
func scan[T any](ctx context.Context, c *client, organizations []string, read pageReader[T], enough func([]scanResult[T]) bool) []scanResult[T] {
	results := make([]scanResult[T], len(organizations))
	parallel(len(organizations), func(i int) {
		reply, err := read(ctx, organizations[i], 1)
		results[i].add(reply, err)
	})
	if enough(results) {
		return results
	}
	parallel(len(organizations), func(i int) {
		readRest(ctx, c, &results[i], func(number int) (upstream.Reply[listPage[T]], error) {
			return read(ctx, organizations[i], number)
		})
	})
	return results
}

// readRest reads the pages after the first one: the estimated number of pages in
// parallel, then one by one until there is no next page.
func readRest[T any](ctx context.Context, c *client, r *scanResult[T], read func(int) (upstream.Reply[listPage[T]], error)) {
	if r.err != nil {
		return
	}
	pages := min(r.last.pageCount(), maxPages)
	replies := make([]upstream.Reply[listPage[T]], pages-1)
	errs := make([]error, pages-1)
	parallel(pages-1, func(i int) { replies[i], errs[i] = read(i + 2) })
	for i := range replies {
		r.add(replies[i], errs[i])
	}
	for r.err == nil && r.last.hasNext() {
		if r.last.number >= maxPages {
			r.err = c.newError(providers.Incomplete, "list has more than 100 pages")
			return
		}
		r.add(read(r.last.number + 1))
	}
}

func (r *scanResult[T]) add(reply upstream.Reply[listPage[T]], err error) {
	if err != nil {
		if r.err == nil {
			r.err = err
		}
		return
	}
	r.items = append(r.items, reply.Value.items...)
	r.freshness = r.freshness.Merge(&reply.Freshness)
	r.last = reply.Value
}

// readAll makes scan read all pages.
func readAll[T any]([]scanResult[T]) bool { return false }

// parallel calls f for 0 to n-1, each in a goroutine, and waits for all of them. The
// client limits the concurrent calls.
func parallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// merge concatenates results. It fails with the error of the first failed result.
func merge[T any](results []scanResult[T]) ([]T, model.Freshness, error) {
	for _, r := range results {
		if r.err != nil {
			return nil, model.Freshness{}, r.err
		}
	}
	items, freshness := concat(results)
	return items, freshness, nil
}

// mergeReadable concatenates the results of organizations. An organization that cannot
// be read, or is too large, has an error in errs beside what was read. It fails if no
// organization can be read, and with the first error of another kind.
func mergeReadable[T any](organizations []string, results []scanResult[T]) (items []T, freshness model.Freshness, errs []error, err error) {
	read := false
	for i, r := range results {
		switch {
		case r.err == nil:
			read = true
		case providers.IsUnreadable(r.err), providers.KindOf(r.err) == providers.Incomplete:
			read = read || r.last.number > 0
			errs = append(errs, ofOrganization(r.err, organizations[i]))
		default:
			return nil, model.Freshness{}, nil, r.err
		}
	}
	if !read {
		return nil, model.Freshness{}, nil, errs[0]
	}
	items, freshness = concat(results)
	return items, freshness, errs, nil
}

// concat returns the rows of all results, and their freshness.
func concat[T any](results []scanResult[T]) ([]T, model.Freshness) {
	var items []T
	var freshness *model.Freshness
	for _, r := range results {
		items = append(items, r.items...)
		freshness = freshness.Merge(r.freshness)
	}
	if freshness == nil {
		return items, now()
	}
	return items, *freshness
}

// now is the freshness of a result without any response.
func now() model.Freshness { return model.Freshness{FetchedAt: time.Now()} }
