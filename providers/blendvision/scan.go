package blendvision

import (
	"context"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// scanResult is the part of one organization's list that was read.
type scanResult[T any] struct {
	list      list[T]
	items     []T
	freshness *model.Freshness
	// err is the error that ended the reading, and gaps tell why rows are missing from
	// the pages that were read.
	err  error
	gaps []error
	// first is the first page, nil if it was not read.
	first *listPage[T]
}

// firstError returns why rows may be missing, nil if none are.
func (r scanResult[T]) firstError() error {
	if r.err == nil && len(r.gaps) > 0 {
		return r.gaps[0]
	}
	return r.err
}

// scan reads lists of organizations. It reads the first page of each in parallel and
// then, in parallel, all other pages of the lists that missing returns true for. The
// results are in the order of lists.
func scan[T any](ctx context.Context, c *client, lists []list[T], missing func(results []scanResult[T], i int) bool) []scanResult[T] {
	results := make([]scanResult[T], len(lists))
	parallel(len(lists), func(i int) {
		r := &results[i]
		r.list = lists[i]
		reply, err := readNumber(ctx, c, lists[i], 1)
		if r.err = err; err == nil {
			r.items, r.freshness, r.first = reply.Value.items, &reply.Freshness, &reply.Value
		}
	})
	var rest []int
	for i := range results {
		if missing(results, i) {
			rest = append(rest, i)
		}
	}
	parallel(len(rest), func(i int) { results[rest[i]].readRest(ctx, c) })
	return results
}

// readRest reads the pages after the first one: those that the total promises in
// parallel, then one by one until the list ends.
func (r *scanResult[T]) readRest(ctx context.Context, c *client) {
	if r.first == nil {
		return
	}
	// The items of the first page stay a slice of the cache, which is not changed.
	r.items = r.items[:len(r.items):len(r.items)]
	at, step := judge(ctx, c, r.list, upstream.Start(), *r.first)
	r.gaps = c.gaps(step, r.first.unreadable)
	var ahead []func() (upstream.Reply[listPage[T]], error)
	if step == upstream.More {
		ahead = r.readAhead(ctx, c)
	}
	for step == upstream.More {
		if at.Number > maxPages {
			r.err = c.newError(providers.Incomplete, "list has more than 100 pages")
			return
		}
		var reply upstream.Reply[listPage[T]]
		if i := at.Number - 2; i < len(ahead) {
			reply, r.err = ahead[i]()
		} else {
			reply, r.err = readNumber(ctx, c, r.list, at.Number)
		}
		if r.err != nil {
			return
		}
		at, step = judge(ctx, c, r.list, at, reply.Value)
		r.gaps = append(r.gaps, c.gaps(step, reply.Value.unreadable)...)
		r.freshness = r.freshness.Merge(&reply.Freshness)
		if step != upstream.Repeated {
			r.items = append(r.items, reply.Value.items...)
		}
	}
}

// readAhead reads the pages after the first one that the total promises, in parallel.
// It returns a function for each.
func (r *scanResult[T]) readAhead(ctx context.Context, c *client) []func() (upstream.Reply[listPage[T]], error) {
	rows := len(r.first.ids)
	if rows == 0 || r.first.total <= rows {
		return nil
	}
	pages := min((r.first.total+rows-1)/rows, maxPages)
	read := make([]func() (upstream.Reply[listPage[T]], error), pages-1)
	parallel(len(read), func(i int) {
		reply, err := readNumber(ctx, c, r.list, i+2)
		read[i] = func() (upstream.Reply[listPage[T]], error) { return reply, err }
	})
	return read
}

// readAll makes scan read all pages.
func readAll[T any]([]scanResult[T], int) bool { return true }

// parallel calls f for 0 to n-1, each in a goroutine, and waits for all of them. The
// client limits the concurrent calls.
func parallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// mergeReadable concatenates results. A list that cannot be read, or not to its end,
// has an error in errs beside what was read. It fails if no list can be read, and with
// the first error of another kind.
func mergeReadable[T any](results []scanResult[T]) (items []T, freshness model.Freshness, errs []error, err error) {
	var oldest *model.Freshness
	for _, r := range results {
		if r.err != nil && !providers.IsUnreadable(r.err) && providers.KindOf(r.err) != providers.Incomplete {
			return nil, model.Freshness{}, nil, r.err
		}
		for _, gap := range r.gaps {
			errs = append(errs, ofOrganization(gap, r.list.organization))
		}
		if r.err != nil {
			errs = append(errs, ofOrganization(r.err, r.list.organization))
		}
		items, oldest = append(items, r.items...), oldest.Merge(r.freshness)
	}
	if oldest == nil {
		return nil, model.Freshness{}, nil, errs[0]
	}
	return items, *oldest, errs, nil
}

// now is the freshness of a result without any response.
func now() model.Freshness { return model.Freshness{FetchedAt: time.Now()} }
