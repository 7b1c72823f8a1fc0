package directory

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// maxJoined bounds the parents that one call names, so that its URL stays short:
// a hundred quoted ids of 15 letters take two kilobytes.
const maxJoined = 100

// ReadChildren reads the same window of the lists that belong to several parents of
// one provider and type: in one reading for all where the vendor can and the
// rows are few enough, else list by list in parallel. Where a common reading
// fails for a reason that each list would fail for, the lists are not tried.
func ReadChildren[T model.Node](ctx context.Context, d *Directory, pick Selector[T], l List, parents []model.ID, w Window) map[model.ID]Listing[T] {
	r := childReader[T]{d: d, pick: pick, list: l, window: w, listings: make(map[model.ID]Listing[T], len(parents))}
	var wg sync.WaitGroup
	for chunk := range slices.Chunk(parents, maxJoined) {
		wg.Go(func() { r.read(ctx, chunk) })
	}
	wg.Wait()
	return r.listings
}

type childReader[T model.Node] struct {
	d      *Directory
	pick   Selector[T]
	list   List
	window Window

	mu       sync.Mutex
	listings map[model.ID]Listing[T]
}

func (r *childReader[T]) read(ctx context.Context, parents []model.ID) {
	p, ok := r.d.byName[parents[0].Provider()]
	if !ok {
		return
	}
	collection := r.pick(p.Collections())
	if collection == nil {
		return
	}
	if len(parents) > 1 && r.window.After == nil && collection.SupportsParents(parents[0].Type()) {
		if r.readJoined(ctx, collection, parents) {
			return
		}
	}
	var wg sync.WaitGroup
	for _, parent := range parents {
		wg.Go(func() {
			listing := Read(ctx, r.d, r.pick, r.list.Of(parent), r.window)
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

// readJoined reads the rows of all parents together. It reports false when the
// parents have to be asked for one by one: that takes fewer pages, or one of them
// may have spoilt the common call.
func (r *childReader[T]) readJoined(ctx context.Context, c providers.Collection[T], parents []model.ID) bool {
	query := r.list.Of(parents...).Query
	rows := map[string][]T{}
	var freshness *model.Freshness
	seen := map[model.ID]bool{}
	for token, pages := "", 0; ; pages++ {
		page, err := c.Page(ctx, query, token)
		if err != nil {
			return r.fail(err, parents)
		}
		if pages == 0 && tooMany(page, len(parents)) {
			return false
		}
		freshness = freshness.Merge(&page.Freshness)
		for _, row := range page.Items {
			if seen[row.GlobalID()] || !matches(row, query.Filter) {
				continue
			}
			seen[row.GlobalID()] = true
			parent := parentOf(row, query.Parent.Type)
			rows[parent] = append(rows[parent], row)
		}
		if page.Next == "" || page.Next == token {
			break
		}
		if pages >= len(parents) {
			return false
		}
		token = page.Next
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, parent := range parents {
		r.listings[parent] = Paginate(r.list.Of(parent), parent.Provider(), rows[parent.VendorID()], r.window, freshness)
	}
	return true
}

// fail gives all parents the error of a common call. It reports false for an error
// that may be due to one of them.
func (r *childReader[T]) fail(err error, parents []model.ID) bool {
	switch providers.KindOf(err) {
	case providers.InvalidArgument, providers.NotFound, providers.Forbidden, providers.BadResponse:
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, parent := range parents {
		r.listings[parent] = Listing[T]{
			Connection: &model.Connection[T]{PageInfo: &model.PageInfo{HasPreviousPage: r.window.After != nil}},
			Errors:     []error{err}, Failed: true,
		}
	}
	return true
}

// tooMany reports whether the first of several pages shows that reading all of
// them takes more calls than one a parent.
func tooMany[T any](first *providers.Page[T], parents int) bool {
	return first.Total != nil && len(first.Items) > 0 && *first.Total > parents*len(first.Items)
}

// Paginate is a window of a list whose rows are all at hand.
func Paginate[T model.Node](l List, provider string, rows []T, w Window, freshness *model.Freshness) Listing[T] {
	start, end := w.Of(len(rows))
	n := len(rows)
	c := &model.Connection[T]{
		PageInfo:   &model.PageInfo{HasNextPage: end < n, HasPreviousPage: w.After != nil},
		TotalCount: &n, Freshness: freshness,
	}
	id := l.ID()
	edges, positions := make([]model.Edge[T], end-start), make([]model.Position, end-start)
	c.Edges = make([]*model.Edge[T], end-start)
	for i, row := range rows[start:end] {
		positions[i] = model.Position{Provider: provider, Index: start + i + 1}
		edges[i] = model.Edge[T]{Position: model.Cursor{List: id, Positions: positions[i : i+1 : i+1]}, Node: row}
		c.Edges[i] = &edges[i]
	}
	if len(c.Edges) > 0 {
		c.PageInfo.First, c.PageInfo.Last = &c.Edges[0].Position, &c.Edges[len(c.Edges)-1].Position
	}
	return Listing[T]{Connection: c}
}

// parentOf is the vendor id of the parent that a row names, "" where it names
// none.
func parentOf(row model.Node, parentType string) string {
	switch o := row.(type) {
	case *model.Membership:
		switch parentType {
		case model.TypeUser:
			return vendorID(o.User)
		case model.TypeAccount:
			return vendorID(o.Account)
		}
		return vendorID(o.Organization)
	case *model.Group:
		return vendorID(o.Account)
	case *model.Buyer:
		return vendorID(o.Account)
	case *model.Organization:
		return vendorID(o.Parent)
	}
	return ""
}

func vendorID[T any, N interface {
	*T
	model.Node
}](o N) string {
	if o == nil {
		return ""
	}
	return o.GlobalID().VendorID()
}
