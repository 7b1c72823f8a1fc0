package directory

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// stream reads one provider's part of a list, row by row: pages as they are
// needed, without rows that do not match and rows that came before. It is for
// one goroutine.
type stream[T model.Node] struct {
	provider   *model.Provider
	collection providers.Collection[T]
	query      providers.Query
	// here is set when the rows have to be put in order here, since the vendor
	// does not: then they are all read first, and Index counts within them.
	here bool

	// at is the place behind the last delivered row.
	at model.Position
	// head is the next row, when peeked, and headAt the place behind it.
	head   T
	headAt model.Position
	peeked bool

	// first is the list's first page, when it was read, and page the current one.
	first, page *providers.Page[T]
	// whole is set when the stream begins where the list does; count is how many
	// rows it has delivered.
	whole     bool
	count     int
	sorted    []T
	seen      map[model.ID]bool
	pages     int
	freshness *model.Freshness
	err       error
}

func newStream[T model.Node](p *model.Provider, c providers.Collection[T], q providers.Query, at model.Position) *stream[T] {
	whole := at == model.Position{}
	at.Provider = p.Name
	return &stream[T]{
		provider: p, collection: c, query: q, at: at, whole: whole, seen: map[model.ID]bool{},
		here: q.Order.Field != "" && !c.SupportsOrder(q),
	}
}

// next delivers the next row.
func (s *stream[T]) next(ctx context.Context) (T, bool) {
	if !s.peek(ctx) {
		var none T
		return none, false
	}
	s.at, s.peeked = s.headAt, false
	s.count++
	return s.head, true
}

// peek makes sure that head is the next row, and reports whether there is one.
func (s *stream[T]) peek(ctx context.Context) bool {
	if s.peeked {
		return true
	}
	if s.at.Done {
		return false
	}
	s.headAt = s.at
	if s.here {
		s.peeked = s.advanceSorted(ctx)
	} else {
		s.peeked = s.advance(ctx)
	}
	s.at.Done = !s.peeked
	return s.peeked
}

// more reports whether rows are left, without a call where the vendor's total
// tells.
func (s *stream[T]) more(ctx context.Context) bool {
	if s.peeked || s.at.Done {
		return s.peeked
	}
	if p := s.page; p != nil && p.Next != "" && p.Total != nil && !p.MayRepeat {
		return true
	}
	return s.peek(ctx)
}

// total is the number of rows of the whole list, where the vendor tells it or
// all of them have been read.
func (s *stream[T]) total(ctx context.Context) *int {
	switch {
	case s.err == nil && s.sorted != nil:
		n := len(s.sorted)
		return &n
	case s.err == nil && s.whole && s.at.Done:
		return &s.count
	case s.err == nil && s.page == nil:
		s.page = s.fetch(ctx, s.at.Token)
	}
	if s.page == nil {
		return nil
	}
	if s.page.Total == nil && s.err == nil && s.first != nil && s.first.Next == "" {
		return s.matching()
	}
	return s.page.Total
}

// matching counts the rows of a list that is no more than its first page.
func (s *stream[T]) matching() *int {
	rows := map[model.ID]bool{}
	for _, row := range s.first.Items {
		if matches(row, s.query.Filter) {
			rows[row.GlobalID()] = true
		}
	}
	n := len(rows)
	return &n
}

// advance moves headAt behind the next row that matches and is new.
func (s *stream[T]) advance(ctx context.Context) bool {
	for {
		if s.page == nil {
			resumed := s.pages == 0 && s.headAt.Token != ""
			s.page = s.fetch(ctx, s.headAt.Token)
			if s.page == nil {
				return false
			}
			if resumed && s.page.MayRepeat {
				s.recall(ctx)
			}
			s.passOver()
		}
		for s.headAt.Index < len(s.page.Items) {
			row := s.page.Items[s.headAt.Index]
			s.headAt.Index++
			if s.fresh(row) && matches(row, s.query.Filter) {
				s.head = row
				return true
			}
		}
		if s.page.Next == "" {
			return false
		}
		s.headAt.Token, s.headAt.Index = s.page.Next, s.headAt.Index-len(s.page.Items)
		s.page = nil
	}
}

// passOver remembers the rows that a resumed reader has had.
func (s *stream[T]) passOver() {
	for _, row := range s.page.Items[:min(s.headAt.Index, len(s.page.Items))] {
		s.seen[row.GlobalID()] = true
	}
}

// recall reads the pages before a resumed one again, to know their rows.
func (s *stream[T]) recall(ctx context.Context) {
	for token := ""; token != s.headAt.Token; {
		page := s.fetch(ctx, token)
		if page == nil {
			return
		}
		for _, row := range page.Items {
			s.seen[row.GlobalID()] = true
		}
		if token = page.Next; token == "" {
			return
		}
	}
}

// advanceSorted moves headAt behind the next row of the whole list in order.
func (s *stream[T]) advanceSorted(ctx context.Context) bool {
	if s.sorted == nil {
		index := s.headAt.Index
		s.headAt.Index = 0
		s.sorted = []T{}
		for s.advance(ctx) {
			s.sorted = append(s.sorted, s.head)
		}
		slices.SortStableFunc(s.sorted, func(a, b T) int { return compare(a, b, s.query.Order) })
		s.headAt = model.Position{Provider: s.provider.Name, Index: index}
	}
	if s.headAt.Index >= len(s.sorted) {
		return false
	}
	s.head = s.sorted[s.headAt.Index]
	s.headAt.Index++
	return true
}

// fresh reports whether a row has not come before.
func (s *stream[T]) fresh(row T) bool {
	if s.seen[row.GlobalID()] {
		return false
	}
	s.seen[row.GlobalID()] = true
	return true
}

// fetch reads a page; nil when that fails or a bound is reached, with err set.
func (s *stream[T]) fetch(ctx context.Context, token string) *providers.Page[T] {
	if s.pages == MaxPages {
		s.err = &providers.Error{Kind: providers.Incomplete, Provider: s.provider, Detail: "the list has more pages than are read at once"}
		return nil
	}
	page, err := s.collection.Page(ctx, s.query, token)
	if err != nil {
		s.err = err
		return nil
	}
	s.pages++
	s.freshness = s.freshness.Merge(&page.Freshness)
	if page.Next != "" && page.Next == token {
		s.err = &providers.Error{Kind: providers.Incomplete, Provider: s.provider, Detail: "the vendor's pages do not advance"}
		page = &providers.Page[T]{Items: page.Items, Freshness: page.Freshness}
	}
	if token == "" {
		s.first = page
	}
	return page
}
