package directory

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// advanceInOrder reads the next row in the order of the query into head, and moves
// headAt after it. If the first page of a list is not in this order, although the vendor
// says so, the list is read again without the order.
func (s *stream[T]) advanceInOrder(ctx context.Context) bool {
	if s.query.Order.Field == "" {
		return s.advance(ctx)
	}
	if s.pages == 0 && s.fromStart && !s.at.Sorted {
		if s.page = s.fetch(ctx, ""); s.page == nil {
			return false
		}
		switch {
		case !s.page.Sorted:
			s.sortHere()
		case !s.isInOrder(s.page.Items):
			s.sortHere()
			s.page, s.first = nil, nil
		}
	}
	if s.at.Sorted {
		return s.advanceSorted(ctx)
	}
	return s.advanceAsSorted(ctx)
}

// sortHere makes the stream read the rest of the list without the order, and sort. No page
// but the first one was requested before.
func (s *stream[T]) sortHere() {
	s.at.Sorted, s.listed.Order = true, providers.Order{}
	s.resume()
}

// isInOrder reports whether the rows with a value are in the order of the query.
func (s *stream[T]) isInOrder(rows []T) bool {
	rows = slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return !hasValue(row, s.query.Order) })
	return slices.IsSortedFunc(rows, func(a, b T) int { return Compare(a, b, s.query.Order) })
}

// advanceSorted reads the next row of a list that is sorted here.
func (s *stream[T]) advanceSorted(ctx context.Context) bool {
	s.readSorted(ctx)
	s.headAt = s.at
	if s.headAt.Index >= len(s.sorted) {
		return false
	}
	s.head = s.sorted[s.headAt.Index]
	s.headAt.Index++
	return true
}

// readSorted reads the whole list and sorts it. If that fails or a limit stops it, the
// part has no rows, since an order over the rows that were read would be no order of
// the list.
func (s *stream[T]) readSorted(ctx context.Context) {
	if s.sorted != nil {
		return
	}
	s.sorted, s.headAt, s.counts = []T{}, model.Position{}, true
	for s.advance(ctx) {
		s.sorted = append(s.sorted, s.head)
	}
	if s.err == nil {
		s.err = s.gaps.takeIncomplete()
	}
	if s.err != nil {
		s.sorted = s.sorted[:0]
		return
	}
	slices.SortStableFunc(s.sorted, func(a, b T) int { return Compare(a, b, s.query.Order) })
}

// advanceAsSorted reads the next row of a list that the vendor sorts. It skips rows
// without a value, wherever the vendor has them, and returns them after all others.
func (s *stream[T]) advanceAsSorted(ctx context.Context) bool {
	for !s.isAtEnd() && s.advance(ctx) {
		blank := !hasValue(s.head, s.query.Order) && !s.page.NullsLast
		switch {
		case !s.page.Sorted:
			s.err = &providers.Error{Kind: providers.BadResponse, Provider: s.provider, Detail: "the vendor does not sort the list any more; read it from its start"}
			return false
		case s.headAt.Last && blank:
			s.headAt.Blanks--
			return true
		case s.headAt.Last: // returned before
		case blank:
			s.skipBlank()
		case !isZero(s.previous) && Compare(s.previous, s.head, s.query.Order) > 0:
			s.err = &providers.Error{Kind: providers.BadResponse, Provider: s.provider, Detail: "the vendor's list is not in the requested order"}
			return false
		default:
			s.previous = s.head
			return true
		}
	}
	if s.err != nil || s.headAt.Last || s.headAt.Blanks == 0 {
		return false
	}
	s.headAt = model.Position{
		Provider: s.provider.Name, Token: s.headAt.BlankToken, Index: s.headAt.BlankIndex,
		Blanks: s.headAt.Blanks, Last: true,
	}
	s.page, s.seen, s.maxPages = nil, map[model.ID]bool{}, s.pages+s.perList
	return s.advanceAsSorted(ctx)
}

// isAtEnd reports whether all rows without a value were returned, which are the last.
func (s *stream[T]) isAtEnd() bool { return s.headAt.Last && s.headAt.Blanks == 0 }

// skipBlank counts the row without a value before headAt, and notes where the
// first one is.
func (s *stream[T]) skipBlank() {
	if s.headAt.Blanks == 0 {
		s.headAt.BlankToken, s.headAt.BlankIndex = s.headAt.Token, s.headAt.Index-1
	}
	s.headAt.Blanks++
}

func isZero[T model.Node](row T) bool { return any(row) == any(*new(T)) }
