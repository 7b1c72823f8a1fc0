package directory

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// maxParents is the largest number of parents in one call. It keeps the URL short: a
// hundred quoted ids of 15 letters take two kilobytes.
const maxParents = 100

// ReadChildren reads the same window of the lists of several parents, which are of one
// provider and type. parentOf returns the parent that a row names, "" where it names
// none. Where the vendor supports it, one read serves up to 100 parents; otherwise,
// or where that takes more calls than one a parent, the lists are read one by one in
// parallel. If the common read fails for a reason that is not specific to one parent,
// every listing has its error. Errors of its pages are in every listing too. A parent of
// a provider without such lists has no listing.
func ReadChildren[T model.Node](
	ctx context.Context, d *Directory, sel Selector[T], parentOf func(row T) model.ID, l List, parents []model.ID, w Window,
) map[model.ID]Listing[T] {
	r := childReader[T]{d: d, sel: sel, parentOf: parentOf, list: l, window: w, listings: make(map[model.ID]Listing[T], len(parents))}
	var wg sync.WaitGroup
	for chunk := range slices.Chunk(parents, maxParents) {
		wg.Go(func() { r.read(ctx, chunk) })
	}
	wg.Wait()
	return r.listings
}

type childReader[T model.Node] struct {
	d        *Directory
	sel      Selector[T]
	parentOf func(row T) model.ID
	list     List
	window   Window

	mu       sync.Mutex
	listings map[model.ID]Listing[T]
}

func (r *childReader[T]) read(ctx context.Context, parents []model.ID) {
	p, ok := r.d.byName(parents[0].Provider())
	if !ok {
		return
	}
	collection := r.sel(p.Collections())
	if collection == nil {
		return
	}
	if len(parents) > 1 && !r.list.isEmpty() && r.window.After == nil && r.list.Query.Order.Field == "" && collection.SupportsParents(parents[0].Type()) {
		if r.readTogether(ctx, collection, p.Collections().Users, parents) {
			return
		}
	}
	var wg sync.WaitGroup
	for _, parent := range parents {
		wg.Go(func() {
			listing := Read(ctx, r.d, r.sel, r.list.Of(parent), r.window)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.listings[parent] = listing
		})
	}
	wg.Wait()
}

// Of narrows a list to the children of parents of one provider and type.
func (l List) Of(parents ...model.ID) List {
	l.Providers = []string{parents[0].Provider()}
	l.Query.Parent = providers.Parent{Type: parents[0].Type()}
	for _, p := range parents {
		l.Query.Parent.IDs = append(l.Query.Parent.IDs, p.VendorID())
	}
	return l
}

// readTogether reads the rows of all parents with one query. It returns false when the
// parents have to be read one by one: because that takes fewer calls, or because one
// of them may have failed the common call.
func (r *childReader[T]) readTogether(ctx context.Context, c providers.Collection[T], users providers.Collection[*model.User], parents []model.ID) bool {
	query := r.list.Of(parents...).Query
	rows := map[model.ID][]T{}
	var freshness *model.Freshness
	var gaps Gaps
	seen := map[model.ID]bool{}
	reader := readahead.New(ctx, readahead.Concurrent, func(ctx context.Context, token string) (*providers.Page[T], error) {
		return c.Page(ctx, query, token)
	})
	defer reader.Stop()
	// The first page tells whether the others are worth their calls.
	for token, pages, wanted := "", 0, 1; ; pages++ {
		page, err := reader.Page(token, wanted)
		if err != nil {
			return r.fail(err, parents)
		}
		page = ComparablePage(ctx, c, users, query, page)
		if pages == 0 && exceedsCallBudget(page, len(parents)) {
			return false
		}
		if repeats(page, seen) {
			return false // reading one by one attributes the error to its parent
		}
		freshness = freshness.Merge(&page.Freshness)
		gaps.Add(GapsOf(page))
		for _, row := range page.Items {
			if seen[row.GlobalID()] || !Accepts(row, query) {
				continue
			}
			seen[row.GlobalID()] = true
			parent := r.parentOf(row)
			rows[parent] = append(rows[parent], row)
		}
		if page.Next == "" {
			if gaps.Empty() && page.Total != nil && len(seen) < *page.Total {
				return false // reading one by one attributes the error to its parent
			}
			break
		}
		if page.Next == token || pages >= len(parents) {
			return false
		}
		token, wanted = page.Next, len(parents)-pages
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, parent := range parents {
		r.listings[parent] = Paginate(r.d.cursorKey, r.list.Of(parent), parent.Provider(), rows[parent], gaps, r.window, freshness)
	}
	return true
}

// fail sets the error of a common call for all parents. It returns false for an error
// that one of them may have caused.
func (r *childReader[T]) fail(err error, parents []model.ID) bool {
	switch providers.KindOf(err) {
	case providers.InvalidArgument, providers.InvalidID, providers.NotFound, providers.Forbidden, providers.BadResponse:
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, parent := range parents {
		r.listings[parent] = Unread[T](r.window, err)
	}
	return true
}

// exceedsCallBudget reports whether the first page shows that reading all pages takes
// more calls than one a parent.
func exceedsCallBudget[T any](first *providers.Page[T], parents int) bool {
	return first.Total != nil && len(first.Items) > 0 && *first.Total > parents*len(first.Items)
}
