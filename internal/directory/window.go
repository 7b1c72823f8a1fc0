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
}

// Of returns the indices of the window in a list of so many rows.
func (w Window) Of(rows int) (from, to int) {
	if w.After != nil {
		from = min(w.After.Positions[0].Index, rows)
	}
	return from, min(from+w.First, rows)
}

// Listing is a window of a list, and the errors of reading it.
type Listing[T any] struct {
	*model.Connection[T]
	// Errors holds the error of each provider that failed or was read in part, and
	// those that tell why rows are missing. If there are any, the connection is not
	// complete and has no total.
	Errors []error
	// Failed is set when no provider could be read.
	Failed bool
}

// Incomplete marks a listing as one in which rows may be missing for these reasons,
// or, without reasons, because the vendor hides them. Its total is unknown then.
func (l *Listing[T]) Incomplete(reasons ...error) {
	l.Errors = append(l.Errors, reasons...)
	l.Complete, l.TotalCount = false, nil
}

// Unread returns the listing of a list that could not be read. Without errors, the
// vendor hides the list.
func Unread[T model.Node](w Window, errs ...error) Listing[T] {
	return Listing[T]{
		Connection: &model.Connection[T]{PageInfo: &model.PageInfo{HasPreviousPage: w.After != nil}},
		Errors:     errs, Failed: errs != nil,
	}
}

// Paginate returns a window of a complete list whose rows are given. provider is the
// name that its cursors hold.
func Paginate[T model.Node](l List, provider string, rows []T, w Window, freshness *model.Freshness) Listing[T] {
	start, end := w.Of(len(rows))
	n := len(rows)
	c := &model.Connection[T]{
		PageInfo:   &model.PageInfo{HasNextPage: end < n, HasPreviousPage: w.After != nil},
		TotalCount: &n, Complete: true, Freshness: freshness,
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
