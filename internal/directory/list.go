package directory

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// MaxPages bounds the pages that one list reads from one provider: 10,000 rows
// at the usual 100 a page.
const MaxPages = 100

// List describes a list over providers.
type List struct {
	// Kind names the sort of objects; it keeps cursors of different lists apart.
	Kind string
	// Providers narrows the list by name; nil means all.
	Providers []string
	Query     providers.Query
}

// ID is the list's fingerprint.
func (l List) ID() model.ListID {
	description, _ := json.Marshal(l) // strings, numbers and times only
	return model.NewListID(string(description))
}

// Window is the part of a list that is wanted.
type Window struct {
	First int
	// After is nil for the beginning.
	After *model.Cursor
	// More is set when it is wanted whether there is more behind the window, and
	// Total when the list's length is; either can cost a call.
	More, Total bool
}

// Of is the window's place in a list whose rows are all at hand.
func (w Window) Of(rows int) (from, to int) {
	if w.After != nil {
		from = min(w.After.Positions[0].Index, rows)
	}
	return from, min(from+w.First, rows)
}

// Listing is a window of a list: what came, and what went wrong on the way.
type Listing[T any] struct {
	*model.Connection[T]
	// Errors holds one error a provider that failed or was read in part.
	Errors []error
	// Failed is set when no provider could be read.
	Failed bool
}

// Read reads a window of a list: provider by provider, or in one order.
func Read[T model.Node](ctx context.Context, d *Directory, pick Selector[T], l List, w Window) Listing[T] {
	listing := Listing[T]{Connection: &model.Connection[T]{PageInfo: &model.PageInfo{HasPreviousPage: w.After != nil}}}
	streams, err := open(d, pick, l, w.After)
	if err != nil {
		listing.Errors, listing.Failed = []error{err}, true
		return listing
	}
	order := l.Query.Order
	next := inSequence(streams)
	if order.Field != "" {
		next = inOrder(streams, order)
	}
	if order.Field != "" || len(l.Query.Filter.Emails) > 0 {
		peekAll(ctx, streams)
	}
	for id := l.ID(); len(listing.Edges) < w.First; {
		row, ok := next(ctx)
		if !ok {
			break
		}
		listing.Edges = append(listing.Edges, &model.Edge[T]{Position: place(id, streams, order), Node: row})
	}
	if w.More {
		listing.PageInfo.HasNextPage = slices.ContainsFunc(streams, func(s *stream[T]) bool { return s.more(ctx) })
	}
	if n := len(listing.Edges); n > 0 {
		listing.PageInfo.First, listing.PageInfo.Last = &listing.Edges[0].Position, &listing.Edges[n-1].Position
	}
	if w.Total {
		listing.TotalCount = total(ctx, streams)
	}
	listing.Failed = len(streams) > 0
	for _, s := range streams {
		listing.Freshness = listing.Freshness.Merge(s.freshness)
		if s.err != nil {
			listing.Errors = append(listing.Errors, s.err)
		}
		if s.err == nil || s.pages > 0 {
			listing.Failed = false
		}
	}
	return listing
}

// open begins each provider's part of the list where the cursor left it.
func open[T model.Node](d *Directory, pick Selector[T], l List, after *model.Cursor) ([]*stream[T], error) {
	for _, name := range l.Providers {
		if _, ok := d.byName[name]; !ok {
			return nil, errNoProvider()
		}
	}
	positions := map[string]model.Position{}
	if after != nil {
		for _, p := range after.Positions {
			if _, ok := d.byName[p.Provider]; !ok {
				return nil, &providers.Error{Kind: providers.InvalidArgument, Detail: "the cursor names a provider that is not configured"}
			}
			positions[p.Provider] = p
		}
	}
	var streams []*stream[T]
	for _, p := range d.providers {
		collection := pick(p.Collections())
		if collection == nil || l.Providers != nil && !slices.Contains(l.Providers, p.Connection().Name) {
			continue
		}
		s := newStream(p.Connection(), collection, l.Query, positions[p.Connection().Name])
		streams = append(streams, s)
	}
	if after != nil && l.Query.Order.Field == "" {
		passOver(streams, after.Positions[0].Provider)
	}
	return streams, nil
}

// passOver closes the streams before the one that an unordered cursor names.
func passOver[T model.Node](streams []*stream[T], provider string) {
	for _, s := range streams {
		if s.provider.Name == provider {
			return
		}
		s.at.Done = true
	}
}

// place is where a reader stands: in an unordered list the last stream that was
// read tells all, an ordered one needs every stream.
func place[T model.Node](id model.ListID, streams []*stream[T], order providers.Order) model.Cursor {
	c := model.Cursor{List: id}
	if order.Field != "" {
		for _, s := range streams {
			c.Positions = append(c.Positions, s.at)
		}
		return c
	}
	for _, s := range streams {
		if !s.at.Done {
			c.Positions = []model.Position{s.at}
			break
		}
	}
	return c
}

// inSequence reads one stream after the other.
func inSequence[T model.Node](streams []*stream[T]) func(context.Context) (T, bool) {
	return func(ctx context.Context) (T, bool) {
		for _, s := range streams {
			if row, ok := s.next(ctx); ok {
				return row, true
			}
		}
		var none T
		return none, false
	}
}

// inOrder takes the smallest head of all streams; of equal ones the first
// stream's.
func inOrder[T model.Node](streams []*stream[T], order providers.Order) func(context.Context) (T, bool) {
	return func(ctx context.Context) (T, bool) {
		var first *stream[T]
		for _, s := range streams {
			if !s.peek(ctx) {
				continue
			}
			if first == nil || compare(s.head, first.head, order) < 0 {
				first = s
			}
		}
		if first == nil {
			var none T
			return none, false
		}
		return first.next(ctx)
	}
}

// peekAll fetches the first row of every stream at once.
func peekAll[T model.Node](ctx context.Context, streams []*stream[T]) {
	var wg sync.WaitGroup
	for _, s := range streams {
		wg.Go(func() { s.peek(ctx) })
	}
	wg.Wait()
}

// total adds up the streams' lengths; nil when one is unknown. Streams are asked
// one after the other, since the first that does not know ends it.
func total[T model.Node](ctx context.Context, streams []*stream[T]) *int {
	sum := 0
	for _, s := range streams {
		n := s.total(ctx)
		if n == nil {
			return nil
		}
		sum += *n
	}
	return &sum
}
