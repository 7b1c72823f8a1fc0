package blendvision

import (
	"context"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// maxPages bounds the reading of one organization's whole list, to 10,000 rows
// of a vendor that keeps to the page size.
const maxPages = 100

// rows is one page of one organization's list.
type rows[T any] struct {
	items []T
	// number counts pages from 1.
	number int
	// size is how many rows the vendor says a page has, or what was asked for
	// where it does not say.
	size int
	// total is the length of the list, 0 where the vendor does not say.
	total int
}

// Nodes are the objects on the page.
func (r rows[T]) Nodes() []model.Node { return upstream.NodesIn(r.items) }

// more reports whether to read the next page. A vendor that takes no notice of
// the page size, or miscounts, is believed by its rows: reading goes on until a
// page is empty.
func (r rows[T]) more() bool {
	if len(r.items) == 0 {
		return false
	}
	if r.total == 0 {
		return len(r.items) >= r.size
	}
	before := (r.number - 1) * r.size
	read := before + len(r.items)
	if read <= r.total {
		return read < r.total
	}
	return before >= r.total || len(r.items) >= r.size
}

// pages is how many pages the list seems to have, judged by its first one.
func (r rows[T]) pages() int {
	if !r.more() || r.total == 0 {
		return 1
	}
	size := min(r.size, len(r.items))
	return (r.total + size - 1) / size
}

// count is the list's length for a query, nil where it is not known, more rows
// came than it says, or a filter is left to the core.
func (r rows[T]) count(q providers.Query) *int {
	before := (r.number - 1) * r.size
	switch {
	case !unfiltered(q),
		len(r.items) > 0 && before+len(r.items) > r.total,
		before > 0 && r.total == 0:
		return nil
	}
	total := r.total
	return &total
}

func unfiltered(q providers.Query) bool { return reflect.ValueOf(q.Filter).IsZero() }

// next is the token of the page behind this one in one organization's list.
func (r rows[T]) next() string {
	if !r.more() {
		return ""
	}
	return strconv.Itoa(r.number + 1)
}

// parseNumber reads the token of a page in one organization's list.
func (c *client) parseNumber(token string) (int, error) {
	if token == "" {
		return 1, nil
	}
	// The vendor counts pages in 32 bits.
	number, err := strconv.ParseInt(token, 10, 32)
	if err != nil || number < 1 || strconv.FormatInt(number, 10) != token {
		return 0, c.fail(providers.InvalidArgument, "not a page of this list")
	}
	return int(number), nil
}

// reader reads one page of an organization's list.
type reader[T any] func(ctx context.Context, organization string, number int) (upstream.Reply[rows[T]], error)

// reading is what was read of one organization's list.
type reading[T any] struct {
	items     []T
	freshness *model.Freshness
	// err is why something may be missing, nil where nothing is.
	err  error
	last rows[T]
}

// scan reads the lists of some organizations: first the first page of each, in
// parallel, then, unless that is enough, all others, in parallel. An
// organization that does not exist has no rows.
func scan[T any](ctx context.Context, c *client, organizations []string, read reader[T], enough func([]reading[T]) bool) []reading[T] {
	readings := make([]reading[T], len(organizations))
	parallel(len(organizations), func(i int) {
		reply, err := read(ctx, organizations[i], 1)
		if providers.KindOf(err) == providers.NotFound {
			return
		}
		readings[i].add(reply, err)
	})
	if enough(readings) {
		return readings
	}
	parallel(len(organizations), func(i int) {
		rest(ctx, c, &readings[i], func(number int) (upstream.Reply[rows[T]], error) {
			return read(ctx, organizations[i], number)
		})
	})
	return readings
}

// rest reads the pages behind the first one: as many as that one promised in
// parallel, then one by one for as long as there are more.
func rest[T any](ctx context.Context, c *client, r *reading[T], read func(int) (upstream.Reply[rows[T]], error)) {
	if r.err != nil {
		return
	}
	promised := min(r.last.pages(), maxPages)
	replies := make([]upstream.Reply[rows[T]], promised-1)
	errs := make([]error, promised-1)
	parallel(promised-1, func(i int) { replies[i], errs[i] = read(i + 2) })
	for i := range replies {
		r.add(replies[i], errs[i])
	}
	for r.err == nil && r.last.more() {
		if r.last.number >= maxPages {
			r.err = c.fail(providers.Incomplete, "an organization's list has too many pages")
			return
		}
		r.add(read(r.last.number + 1))
	}
}

func (r *reading[T]) add(reply upstream.Reply[rows[T]], err error) {
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

// never makes scan read everything.
func never[T any]([]reading[T]) bool { return false }

// parallel runs f for 0 to n-1. The client's own bound limits the calls.
func parallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// gather joins readings, in their order. It fails with the first error of one.
func gather[T any](readings []reading[T]) ([]T, model.Freshness, error) {
	var items []T
	var freshness *model.Freshness
	for _, r := range readings {
		if r.err != nil {
			return nil, model.Freshness{}, r.err
		}
		items = append(items, r.items...)
		freshness = freshness.Merge(r.freshness)
	}
	if freshness == nil {
		return items, thisMoment(), nil
	}
	return items, *freshness, nil
}

// thisMoment is the age of a list that holds nothing because no organization of
// it is there.
func thisMoment() model.Freshness { return model.Freshness{FetchedAt: time.Now()} }
