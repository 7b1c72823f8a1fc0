package directory

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// stream reads one provider's part of a list row by row. It fetches pages as they are
// needed and drops rows that do not match the filter or have been returned before. It
// is not safe for concurrent use.
type stream[T model.Node] struct {
	provider   *model.Provider
	collection providers.Collection[T]
	query      providers.Query
	// sortLocally is set when the vendor does not support the order. Then all rows are
	// read and sorted first, and Index counts within the sorted rows.
	sortLocally bool

	// at is the position after the last returned row.
	at model.Position
	// head is the next row if peeked is set, and headAt the position after it.
	head   T
	headAt model.Position
	peeked bool

	// first is the list's first page, nil if it was not read; page is the current one.
	first, page *providers.Page[T]
	// fromStart is set when the stream begins at the start of the list.
	fromStart bool
	// count is the number of rows that were returned.
	count  int
	sorted []T
	// seen are the rows that were returned or skipped.
	seen map[model.ID]bool
	// pages is the number of pages that were fetched.
	pages     int
	freshness *model.Freshness
	// err ended the stream.
	err error
	// gaps are the errors of the pages that were read, and hidden is set if one of them
	// lacks rows that the vendor hides.
	gaps   []error
	hidden bool
}

func newStream[T model.Node](p *model.Provider, c providers.Collection[T], q providers.Query, at model.Position) *stream[T] {
	fromStart := at == model.Position{}
	at.Provider = p.Name
	return &stream[T]{
		provider: p, collection: c, query: q, at: at, fromStart: fromStart, seen: map[model.ID]bool{},
		sortLocally: q.Order.Field != "" && !c.SupportsOrder(q),
	}
}

// next returns the next row; false at the end of the list or after an error.
func (s *stream[T]) next(ctx context.Context) (T, bool) {
	if !s.peek(ctx) {
		var none T
		return none, false
	}
	s.at, s.peeked = s.headAt, false
	s.count++
	return s.head, true
}

// peek reads the next row into head, and reports whether there is one.
func (s *stream[T]) peek(ctx context.Context) bool {
	if s.peeked {
		return true
	}
	if s.at.Done {
		return false
	}
	s.headAt = s.at
	if s.sortLocally {
		s.peeked = s.advanceSorted(ctx)
	} else {
		s.peeked = s.advance(ctx)
	}
	s.at.Done = !s.peeked
	return s.peeked
}

// more reports whether rows are left. It makes no call where the vendor's total is
// enough to know.
func (s *stream[T]) more(ctx context.Context) bool {
	if s.peeked || s.at.Done {
		return s.peeked
	}
	if p := s.page; p != nil && p.Next != "" && p.Total != nil && !p.MayRepeat {
		return true
	}
	return s.peek(ctx)
}

// errors returns the reasons for which rows are missing.
func (s *stream[T]) errors() []error {
	if s.err == nil {
		return s.gaps
	}
	return append(slices.Clip(s.gaps), s.err)
}

// isIncomplete reports whether rows of the pages that were read may be missing.
func (s *stream[T]) isIncomplete() bool { return s.hidden || s.err != nil || len(s.gaps) > 0 }

// total returns the number of rows of the whole list; nil unless the vendor gives it or
// all rows have been read.
func (s *stream[T]) total(ctx context.Context) *int {
	switch {
	case s.err == nil && s.sorted != nil:
		n := len(s.sorted)
		return &n
	case s.err == nil && s.fromStart && s.at.Done:
		return &s.count
	case s.err == nil && s.page == nil:
		s.page = s.fetch(ctx, s.at.Token)
	}
	if s.page == nil {
		return nil
	}
	if s.page.Total == nil && s.err == nil && s.first != nil && s.first.Next == "" {
		return s.countFirstPage()
	}
	return s.page.Total
}

// countFirstPage counts the rows of a list that consists of its first page.
func (s *stream[T]) countFirstPage() *int {
	rows := map[model.ID]bool{}
	for _, row := range s.first.Items {
		if matches(row, s.query.Filter) {
			rows[row.GlobalID()] = true
		}
	}
	n := len(rows)
	return &n
}

// advance reads the next row that matches and is new into head, and moves headAt after
// it.
func (s *stream[T]) advance(ctx context.Context) bool {
	for {
		if s.page == nil {
			resumed := s.pages == 0 && s.headAt.Token != ""
			s.page = s.fetch(ctx, s.headAt.Token)
			if s.page == nil {
				return false
			}
			if resumed && s.page.MayRepeat {
				s.rereadPages(ctx)
			}
			s.skipSeen()
		}
		for s.headAt.Index < len(s.page.Items) {
			row := s.page.Items[s.headAt.Index]
			s.headAt.Index++
			if s.isNew(row) && matches(row, s.query.Filter) {
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

// skipSeen marks the rows of the current page before the cursor as seen.
func (s *stream[T]) skipSeen() {
	for _, row := range s.page.Items[:min(s.headAt.Index, len(s.page.Items))] {
		s.seen[row.GlobalID()] = true
	}
}

// rereadPages reads the pages before the cursor again and marks their rows as seen,
// for a list in which rows can repeat.
func (s *stream[T]) rereadPages(ctx context.Context) {
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

// advanceSorted reads the next row of the sorted list into head, and moves headAt after
// it. It reads and sorts the list first.
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

// isNew reports whether a row has not been seen, and marks it as seen.
func (s *stream[T]) isNew(row T) bool {
	if s.seen[row.GlobalID()] {
		return false
	}
	s.seen[row.GlobalID()] = true
	return true
}

// fetch reads a page. It returns nil and sets err when that fails or MaxPages is
// reached.
func (s *stream[T]) fetch(ctx context.Context, token string) *providers.Page[T] {
	if s.pages == MaxPages {
		s.err = &providers.Error{Kind: providers.Incomplete, Provider: s.provider, Detail: "the list has more than 100 pages; the rest was not read"}
		return nil
	}
	page, err := s.collection.Page(ctx, s.query, token)
	if err != nil {
		s.err = err
		return nil
	}
	s.pages++
	s.freshness = s.freshness.Merge(&page.Freshness)
	s.gaps, s.hidden = append(s.gaps, page.Errors...), s.hidden || page.Hidden
	if page.Next != "" && page.Next == token {
		s.err = &providers.Error{Kind: providers.Incomplete, Provider: s.provider, Detail: "the vendor's pages do not advance"}
		page = &providers.Page[T]{Items: page.Items, Freshness: page.Freshness}
	}
	if token == "" {
		s.first = page
	}
	return page
}
