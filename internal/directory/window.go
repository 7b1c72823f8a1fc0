package directory

import "github.com/accountgraph/accountgraph/graph/model"

// Window is a part of a list.
type Window struct {
	First int
	// After is the cursor before the window; nil is the start of the list.
	After *model.Cursor
	// More is set when HasNextPage is needed, Total when TotalCount is. Either can cost a
	// call.
	More, Total bool
	// Rows is the number of rows that other windows of the same list, which are read at the same
	// time, want from its start.
	Rows int
	// NoCursors is set when no cursor of the window is needed; Paginate leaves them out.
	NoCursors bool
}

// Of returns the indices of the window in a list of so many rows.
func (w Window) Of(rows int) (from, to int) {
	if w.After != nil {
		from = min(w.After.Positions[0].Index, rows)
	}
	return from, min(from+w.First, rows)
}

// Listing is a window of a list, and why rows may be missing.
type Listing[T any] struct {
	*model.Connection[T]
	// Errors holds the error of each provider that failed or was read in part, and
	// those that tell why rows are missing.
	Errors []error
	// Incomplete are the providers whose rows may be missing.
	Incomplete []*model.Provider
	// Failed is set when no provider could be read.
	Failed bool
}

// Unread returns the listing of a list that could not be read. Without errors, the
// vendor hides the list.
func Unread[T any](w Window, errs ...error) Listing[T] {
	return Listing[T]{
		Connection: &model.Connection[T]{PageInfo: &model.PageInfo{HasPreviousPage: w.After != nil}},
		Errors:     errs, Failed: errs != nil,
	}
}

// Paginate returns a window of a list whose rows are given, without those that the gaps
// tell of. provider is the name that its cursors hold, which are made with the key.
func Paginate[T model.Node](key *CursorKey, l List, provider string, rows []T, gaps Gaps, w Window, freshness *model.Freshness) Listing[T] {
	start, end := w.Of(len(rows))
	c := &model.Connection[T]{
		PageInfo:  &model.PageInfo{HasNextPage: end < len(rows), HasPreviousPage: w.After != nil},
		Freshness: freshness,
	}
	edges := make([]model.Edge[T], end-start)
	c.Edges = make([]*model.Edge[T], end-start)
	for i, row := range rows[start:end] {
		edges[i].Node, c.Edges[i] = row, &edges[i]
	}
	if !w.NoCursors {
		id, positions := l.ID(key), make([]model.Position, end-start)
		for i := range edges {
			positions[i] = model.Position{Provider: provider, Index: start + i + 1}
			edges[i].Position = model.Cursor{List: id, Positions: positions[i : i+1 : i+1]}
		}
	}
	var total *int
	if gaps.Empty() {
		n := len(rows)
		total = &n
	}
	listing := Listing[T]{Connection: c}
	listing.finish(w, total, gaps)
	return listing
}

// finish sets Complete, TotalCount and PageInfo, and stores the first two in the
// cursors: later pages return the total of the first page that selected it, and stay
// incomplete after an incomplete page. total is nil if this window does not know it.
func (l *Listing[T]) finish(w Window, total *int, gaps Gaps) {
	l.Errors, l.Incomplete = gaps.Errors, gaps.Providers
	l.Complete, l.TotalCount = gaps.Empty(), total
	counted := w.Total
	if after := w.After; after != nil {
		l.Complete = l.Complete && !after.Incomplete
		if after.Counted {
			l.TotalCount, counted = after.Total, true
		}
	}
	for _, e := range l.Edges {
		e.Position.Incomplete, e.Position.Counted = !l.Complete, counted
		if counted {
			e.Position.Total = l.TotalCount
		}
	}
	if n := len(l.Edges); n > 0 {
		l.PageInfo.First, l.PageInfo.Last = &l.Edges[0].Position, &l.Edges[n-1].Position
	}
}
