package directory

import (
	"context"
	"math"
	"reflect"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// A list that begins with a partial page goes on with the whole first page. Cursors count the rows
// of the first page, so that they do not depend on which of the two was read. A list that may be
// read to its end, or whose rows are compared here, has no partial page.

// wantedOfFirst returns the number of rows that are wanted of the first page of a list which is
// read from its start; 0 is all.
func (s *stream[T]) wantedOfFirst() int {
	if s.pages > 0 || !s.fromStart || s.at.Sorted || *s.wanted == math.MaxInt || !reflect.ValueOf(&s.query.Filter).Elem().IsZero() {
		return 0
	}
	return max(*s.wanted+s.beyond, 1)
}

// readWhole replaces the partial page, whose rows are behind headAt, by the whole first page. It
// returns false and sets err when that fails. A list that has changed since says that it may lack
// rows.
func (s *stream[T]) readWhole(ctx context.Context) bool {
	partial := s.page
	s.maxPages++
	if s.page = s.fetch(ctx, s.headAt.Token); s.page == nil {
		return false
	}
	isSame := func(a, b T) bool { return a.GlobalID() == b.GlobalID() }
	n := min(len(partial.Items), len(s.page.Items))
	if !slices.EqualFunc(partial.Items[:n], s.page.Items[:n], isSame) {
		s.gaps.Add(Gaps{Providers: []*model.Provider{s.provider}, Errors: []error{ChangedError(s.provider)}})
	}
	s.skipSeen()
	return true
}

// hasDuplicates reports whether a page has two rows with one id.
func hasDuplicates[T model.Node](page *providers.Page[T]) bool {
	ascending := true
	for i := 1; i < len(page.Items) && ascending; i++ {
		ascending = page.Items[i-1].GlobalID() < page.Items[i].GlobalID()
	}
	if ascending {
		return false
	}
	ids := make(map[model.ID]bool, len(page.Items))
	for _, row := range page.Items {
		ids[row.GlobalID()] = true
	}
	return len(ids) < len(page.Items)
}
