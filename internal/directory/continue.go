package directory

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// skipRepeated prepares a list in which rows can repeat for the rows after the cursor. It
// reports whether the list continues with another page, at headAt, and else marks the rows
// before the cursor as seen. A list whose rows before the cursor are not those that its client
// has got says that it lacks rows.
func (s *stream[T]) skipRepeated(ctx context.Context) bool {
	var rows *providers.Rows
	var err error
	if resumable, ok := s.whole.(providers.Resumable[T]); ok && s.counts {
		rows, err = resumable.Rows(ctx, s.listed, s.headAt.Rows)
	}
	if rows != nil && s.headAt.Seen != 0 && s.digestOfFirst(rows, s.headAt.Rows) == s.headAt.Seen {
		s.continueAt(rows.TokenAt(s.headAt.Rows))
		return true
	}
	s.rereadPages(ctx)
	if s.err != nil {
		if err != nil {
			s.err = err
		}
		return false
	}
	s.skipSeen()
	seen := s.digestOfSeen()
	changed := s.headAt.Seen != 0 && s.headAt.Seen != seen
	if s.counts {
		s.headAt.Seen = seen
	}
	if changed {
		s.gaps.Add(Gaps{Providers: []*model.Provider{s.provider}, Errors: []error{ChangedError(s.provider)}})
	}
	if rows == nil {
		return false
	}
	end, exact := s.endOfSeen(rows)
	if end == 0 || !exact && !changed {
		return false
	}
	s.continueAt(rows.TokenAt(end))
	return true
}

// ChangedError is the error of a list whose rows before a cursor are others than those that
// were returned.
func ChangedError(p *model.Provider) error {
	return &providers.Error{
		Kind: providers.Incomplete, Provider: p,
		Detail: "the rows before this page have changed since they were returned; others may be missing or come twice, read the list from its start",
	}
}

// continueAt makes the list continue with the page of a token of the whole list.
func (s *stream[T]) continueAt(token string) {
	s.stop()
	s.reader, s.page = nil, nil
	s.headAt.Token, s.headAt.Index, s.headAt.Seen = token, 0, 0
	s.collection = s.whole.(providers.Resumable[T]).ResumeAt(s.headAt)
}

// endOfSeen returns the position after the last row that was seen, 0 if none was. exact reports
// that all rows before it were.
func (s *stream[T]) endOfSeen(rows *providers.Rows) (end int, exact bool) {
	seen := make(map[string]bool, len(s.seen))
	for id := range s.seen {
		seen[id.VendorID()] = true
	}
	n := 0
	for i := range rows.Len {
		if seen[rows.ID(i)] {
			end, n = i+1, n+1
		}
	}
	return end, n == end
}

// rowDigest returns the digest of a set of one row; that of more rows is the sum of theirs.
func (s *stream[T]) rowDigest(vendorID string) uint64 {
	return s.key.Digest("seen", s.provider.Name, vendorID)
}

// digestOfSeen returns the digest of the rows that were seen.
func (s *stream[T]) digestOfSeen() (sum uint64) {
	for id := range s.seen {
		sum += s.rowDigest(id.VendorID())
	}
	return sum
}

// digestOfFirst returns the digest of so many rows; 0 if there are fewer.
func (s *stream[T]) digestOfFirst(rows *providers.Rows, n int) (sum uint64) {
	for i := range n {
		if i == rows.Len {
			return 0
		}
		sum += s.rowDigest(rows.ID(i))
	}
	return sum
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
	for token, wanted := "", 1; token != s.headAt.Token; {
		page := s.fetchOf(ctx, token, wanted)
		if page == nil {
			return
		}
		isCursor := func(a providers.Ahead) bool { return a.Is(s.headAt.Token) }
		if wanted = slices.IndexFunc(page.Ahead, isCursor); wanted < 0 {
			wanted = len(page.Ahead)
		}
		for _, row := range page.Items {
			s.seen[row.GlobalID()] = true
		}
		if token = page.Next; token == "" {
			return
		}
	}
}
