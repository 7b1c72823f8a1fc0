package directory

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// List describes a list over providers.
type List struct {
	// Kind is part of the identity: it distinguishes the cursors of different lists.
	Kind string
	// Providers are the names of the providers that are read; nil is all of them, and
	// an empty list none.
	Providers []string
	Query     providers.Query
}

// ID returns the identity of the list, which is the same for names that differ in case,
// accents or Unicode form. Cursors depend on it, so that the JSON encoding of List must not
// change.
func (l List) ID(key *CursorKey) model.ListID {
	if l.IsPlain() {
		kind, _ := json.Marshal(l.Kind) // cannot fail
		return key.list(`{"Kind":` + string(kind) + plainList)
	}
	l.Query.Filter.Name = foldName(l.Query.Filter.Name)
	description, _ := json.Marshal(l) // cannot fail: strings, numbers and times
	return key.list(string(description))
}

// IsPlain reports whether the list has no other description than its kind.
func (l List) IsPlain() bool { return l.Providers == nil && reflect.ValueOf(&l.Query).Elem().IsZero() }

// plainList is what follows the kind in the encoding of a plain list.
var plainList = func() string {
	text, _ := json.Marshal(List{}) // cannot fail
	return strings.TrimPrefix(string(text), `{"Kind":""`)
}()

// isEmpty reports whether the list has no rows, whatever the vendors have.
func (l List) isEmpty() bool {
	return l.Providers != nil && len(l.Providers) == 0 || l.Query.Filter.MatchesNothing()
}

// Read reads a window of a list. It calls no vendor where the description of the list
// shows that it has no rows. Without an order it reads one provider after the
// other, and only as far as the window needs; with one it merges the providers. A
// provider that fails is left out of the rest of the list: its error and `complete:
// false` are on each later page.
func Read[T model.Node](ctx context.Context, d *Directory, sel Selector[T], l List, w Window) Listing[T] {
	if l.isEmpty() {
		return Paginate[T](d.cursorKey, l, "", nil, Gaps{}, w, nil)
	}
	wanted := w.First
	streams, err := openStreams(d, sel, l, w.After, &wanted)
	if err != nil {
		return Unread[T](w, err)
	}
	defer func() {
		for _, s := range streams {
			s.stop()
		}
	}()
	if len(streams) == 1 && w.After != nil {
		streams[0].most = w.After.Total
	}
	for _, s := range streams {
		s.beyond = max(w.Rows-w.First, 0)
	}
	listing := Listing[T]{Connection: &model.Connection[T]{PageInfo: &model.PageInfo{HasPreviousPage: w.After != nil}}}
	order := l.Query.Order
	next := concat(streams)
	if order.Field != "" {
		next = mergeSorted(streams, order)
	}
	if order.Field != "" || len(l.Query.Filter.Emails) > 0 {
		prefetchHeads(ctx, streams)
	} else {
		setBehind(streams)
	}
	for id := l.ID(d.cursorKey); len(listing.Edges) < w.First; {
		row, ok := next(ctx)
		if !ok {
			break
		}
		listing.Edges = append(listing.Edges, &model.Edge[T]{Position: cursorAt(id, streams, order), Node: row})
		if wanted != math.MaxInt {
			wanted = max(wanted-1, 1)
		}
	}
	if w.More {
		listing.PageInfo.HasNextPage = slices.ContainsFunc(streams, func(s *stream[T]) bool { return s.more(ctx) })
	}
	var count *int
	if w.Total && (w.After == nil || !w.After.Counted) {
		count = total(ctx, streams)
	}
	var gaps Gaps
	listing.Failed = len(streams) > 0
	for _, s := range streams {
		listing.Freshness = listing.Freshness.Merge(s.freshness)
		s.report(&gaps)
		listing.Failed = listing.Failed && s.failed()
	}
	if order.Field == "" {
		warnCursors(listing.Edges, streams)
	}
	listing.finish(w, count, gaps)
	return listing
}

// readAll reads all rows of a list without an order, from all providers in parallel. The
// rows are in the order of the providers.
func readAll[T model.Node](ctx context.Context, d *Directory, sel Selector[T], l List) (rows []T, gaps Gaps) {
	wanted := math.MaxInt
	streams, err := openStreams(d, sel, l, nil, &wanted)
	if err != nil {
		return nil, Gaps{Errors: []error{err}}
	}
	parts := make([][]T, len(streams))
	var wg sync.WaitGroup
	for i, s := range streams {
		s.noCursors = true
		wg.Go(func() {
			defer s.stop()
			for row, ok := s.next(ctx); ok; row, ok = s.next(ctx) {
				parts[i] = append(parts[i], row)
			}
		})
	}
	wg.Wait()
	for _, s := range streams {
		s.report(&gaps)
	}
	return slices.Concat(parts...), gaps
}

// openStreams opens the stream of each provider at its position in the cursor. wanted is
// the number of rows that are still needed.
func openStreams[T model.Node](d *Directory, sel Selector[T], l List, after *model.Cursor, wanted *int) ([]*stream[T], error) {
	for _, name := range l.Providers {
		if _, err := d.Provider(name); err != nil {
			return nil, err
		}
	}
	positions := map[string]model.Position{}
	if after != nil {
		for _, p := range after.Positions {
			if _, ok := d.byName(p.Provider); !ok {
				return nil, &providers.Error{Kind: providers.InvalidArgument, Detail: "the cursor names a provider that is not configured"}
			}
			if p.Failed != 0 && !providers.Kind(p.Failed).IsKnown() {
				return nil, &providers.Error{Kind: providers.InvalidArgument, Detail: model.ErrCursor.Error()}
			}
			positions[p.Provider] = p
		}
	}
	var streams []*stream[T]
	for _, p := range d.all() {
		collection := sel(p.Collections())
		if l.Query.Filter.NeedsLogins() && !p.Connection().Vendor.TellsLogins() {
			continue
		}
		if collection == nil || l.Providers != nil && !slices.Contains(l.Providers, p.Connection().Name) {
			continue
		}
		s := newStream(p.Connection(), collection, l.Query, positions[p.Connection().Name], wanted, d.pagesPerList)
		s.key = d.cursorKey
		s.users = p.Collections().Users
		streams = append(streams, s)
	}
	if after != nil && l.Query.Order.Field == "" {
		skipBefore(streams, after.Positions[0].Provider)
	}
	return streams, nil
}

// skipBefore closes the streams before the one that an unordered cursor names.
func skipBefore[T model.Node](streams []*stream[T], provider string) {
	for _, s := range streams {
		if s.provider.Name == provider {
			return
		}
		s.at.Done, s.fromStart = true, false
	}
}

// cursorAt returns the cursor after the last row: in an unordered list the position of
// the first stream that is not at its end, in an ordered one those of all streams. Both
// name the streams that are left out.
func cursorAt[T model.Node](id model.ListID, streams []*stream[T], order providers.Order) model.Cursor {
	c := model.Cursor{List: id}
	if order.Field != "" {
		for _, s := range streams {
			c.Positions = append(c.Positions, s.position())
		}
		return c
	}
	var leftOut []model.Position
	for _, s := range streams {
		if s.at.Done && s.err != nil {
			leftOut = append(leftOut, s.position())
		}
		if !s.at.Done {
			c.Positions = append(append(c.Positions, s.position()), leftOut...)
			break
		}
	}
	return c
}

// warnCursors adds to the cursors of an unordered list the streams into which this
// window could not look ahead, so that later windows report the error without a call,
// until they reach the stream and try again.
func warnCursors[T model.Node](edges []*model.Edge[T], streams []*stream[T]) {
	for _, s := range streams {
		err := s.err
		if err == nil && s.pages == 0 {
			err = s.warning
		}
		if err == nil {
			continue
		}
		ahead := model.Position{Provider: s.provider.Name, Failed: int(providers.KindOf(err))}
		for _, e := range edges {
			at := &e.Position
			if !slices.ContainsFunc(at.Positions, func(p model.Position) bool { return p.Provider == ahead.Provider }) {
				at.Positions = append(at.Positions, ahead)
			}
		}
	}
}

// concat returns the rows of one stream after the other.
func concat[T model.Node](streams []*stream[T]) func(context.Context) (T, bool) {
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

// mergeSorted returns the smallest head of all streams; of equal ones the first
// stream's.
func mergeSorted[T model.Node](streams []*stream[T], order providers.Order) func(context.Context) (T, bool) {
	return func(ctx context.Context) (T, bool) {
		var first *stream[T]
		for _, s := range streams {
			if !s.peek(ctx) {
				continue
			}
			if first == nil || Compare(s.head, first.head, order) < 0 {
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

// prefetchHeads fetches the first row of every stream in parallel.
func prefetchHeads[T model.Node](ctx context.Context, streams []*stream[T]) {
	var wg sync.WaitGroup
	for _, s := range streams {
		wg.Go(func() { s.peek(ctx) })
	}
	wg.Wait()
}

// total returns the sum of the streams' lengths; nil when one is unknown. It reads the
// streams one after the other and stops at the first unknown length.
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
