package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// stream reads one provider's part of a list row by row. It fetches pages as they are
// needed and drops rows that do not match the filter or have been returned before. It
// is not safe for concurrent use.
type stream[T model.Node] struct {
	provider *model.Provider
	// key is that of the digests of rows in cursors.
	key *CursorKey
	// noCursors is set when no cursor of the list is needed.
	noCursors bool
	// whole is the collection of the list, and collection that which continues it.
	whole, collection providers.Collection[T]
	query             providers.Query
	// listed is the query of the pages: without the order if the list is sorted here.
	listed providers.Query
	// users are those of the provider, for lists of memberships that compare them.
	users providers.Collection[*model.User]
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
	count int
	// sorted are all rows, if they are sorted here.
	sorted []T
	// previous is the last row with a value that the vendor returned in its order.
	previous T
	// seen are the rows that were returned or skipped.
	seen map[model.ID]bool
	// tokensAt hold, by the tokens of pages that can begin with any row, the tokens of
	// those.
	tokensAt map[string]func(i int) string
	// counts is set when headAt.Rows counts all rows before headAt, and most is the
	// largest total of a page, and of the cursor in a list of one provider.
	counts bool
	most   *int
	// repeated are the rows that a page repeats, which its total counts. conflict is set if
	// one of them differs from the first with its id.
	repeated duplicates[T]
	conflict bool
	// inexact is set when a row of a page with a total did not match the filter.
	inexact bool
	// pages is the number of pages that were fetched, and maxPages its limit, perList for each
	// reading of the list. rows is the number of their rows, and matching of those that match
	// the filter.
	pages, rows, matching int
	maxPages, perList     int
	// reader reads the pages; nil until the first one.
	reader *readahead.Reader[T]
	// behind are the parts after this one, which are begun while it takes long.
	behind []*stream[T]
	// wanted is the number of rows of the list that are still needed; math.MaxInt is all.
	wanted *int
	// beyond is the number of rows that other windows want in addition, and firstRows that of
	// the query for the first page, until it is read.
	beyond, firstRows int
	freshness         *model.Freshness
	// gaps are what the pages with gapTokens lack.
	gaps      Gaps
	gapTokens []string
	// err ended the stream.
	err error
	// warning is the error with which an earlier window could not look ahead into the
	// part. It is reported until the part is read.
	warning error
	// leftOut is the kind of the error with which an earlier page has left the part out; 0 if
	// none has.
	leftOut int
}

func newStream[T model.Node](p *model.Provider, c providers.Collection[T], q providers.Query, at model.Position, wanted *int, perList int) *stream[T] {
	s := &stream[T]{provider: p, whole: c, collection: c, query: q, listed: q, at: at, wanted: wanted, seen: map[model.ID]bool{}, maxPages: perList, perList: perList}
	if at.Failed != 0 {
		s.at.Failed = 0
		s.warning = &providers.Error{Kind: providers.Kind(at.Failed), Provider: p, Detail: failedAhead}
		if at.Done {
			s.err, s.leftOut = errLeftOut(p, at), at.Failed
			s.warning = s.err
		}
	}
	s.at.Provider = p.Name
	s.fromStart = s.at == model.Position{Provider: p.Name}
	if !s.fromStart {
		s.resume()
	}
	if s.at.Token == "" && s.at.Rows == 0 {
		s.at.Rows = s.at.Index
	}
	s.counts = s.fromStart || s.at.Rows > 0
	if s.at.Sorted {
		s.listed.Order = providers.Order{}
	}
	return s
}

// resume replaces the collection by the one that continues the list.
func (s *stream[T]) resume() {
	if resumable, ok := s.collection.(providers.Resumable[T]); ok {
		s.collection = resumable.ResumeAt(s.at)
	}
}

const failedAhead = "failed when an earlier page looked ahead; it is tried again when the list reaches it"

// errLeftOut returns the error of a provider that an earlier page of the list has left out. A
// state that ends by itself is not its kind: the same request would never succeed.
func errLeftOut(p *model.Provider, at model.Position) error {
	e := &providers.Error{
		Kind: providers.Kind(at.Failed), Provider: p,
		Detail: "failed at an earlier page of this list; its rows are left out, read the list from its start",
	}
	if e.Kind == providers.Indexing {
		e.Kind, e.RetryAfter = providers.Incomplete, time.Second
		e.Detail = "its index was being built at an earlier page of this list; its rows are left out, read the list from its start"
	}
	return e
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
	s.peeked = s.advanceInOrder(ctx)
	s.at.Done = !s.peeked
	return s.peeked
}

// more reports whether rows are left. It makes no call where the vendor's total is
// enough to know.
func (s *stream[T]) more(ctx context.Context) bool {
	switch {
	case s.peeked || s.at.Done:
		return s.peeked
	case s.at.Last:
		return s.at.Blanks > 0
	}
	if p := s.page; p != nil && (p.Partial || p.Next != "" && p.Total != nil && !p.MayRepeat) {
		return true
	}
	return s.peek(ctx)
}

// position is the position that a cursor holds: of a part that failed, the reason.
func (s *stream[T]) position() model.Position {
	if s.err == nil || !s.at.Done {
		at := s.at
		if tokenAt := s.tokensAt[at.Token]; tokenAt != nil && at.Index > 0 {
			at.Token, at.Index = tokenAt(at.Index), 0
		}
		if tokenAt := s.tokensAt[at.BlankToken]; tokenAt != nil && at.BlankIndex > 0 {
			at.BlankToken, at.BlankIndex = tokenAt(at.BlankIndex), 0
		}
		if at.Token == "" && at.Rows == at.Index {
			at.Rows = 0
		}
		return at
	}
	failed := cmp.Or(s.leftOut, int(providers.KindOf(s.err)))
	return model.Position{Provider: s.provider.Name, Failed: failed, Done: true}
}

// failed reports whether no row of the part could be read.
func (s *stream[T]) failed() bool {
	return s.err != nil && (s.pages == 0 || s.at.Sorted)
}

// report adds what is missing in the part to gaps.
func (s *stream[T]) report(gaps *Gaps) {
	gaps.Add(s.gaps)
	switch {
	case s.err != nil:
		gaps.Add(Gaps{Errors: []error{s.err}})
	case s.warning != nil && s.pages == 0:
		gaps.Add(Gaps{Errors: []error{s.warning}})
	default:
		return
	}
	gaps.Providers = append(gaps.Providers, s.provider)
}

// total returns the number of rows of the whole part; nil unless the vendor gives it or
// all rows have been read. It does not depend on the position of the stream.
func (s *stream[T]) total(ctx context.Context) *int {
	n := s.length(ctx)
	if s.err != nil || !s.gaps.Empty() || s.warning != nil {
		return nil
	}
	return n
}

func (s *stream[T]) length(ctx context.Context) *int {
	switch {
	case s.err != nil:
		return nil
	case s.at.Sorted:
		s.readSorted(ctx)
		n := len(s.sorted)
		return &n
	case s.fromStart && s.at.Done:
		return &s.count
	case s.page != nil && s.page.Total != nil:
		return distinctTotal(s.page)
	case s.first == nil && s.fetch(ctx, "") == nil:
		return nil
	case s.first.Next == "":
		return s.countFirstPage()
	}
	if first := *s.first; first.Total == nil && first.Count != nil && !s.inexact {
		if first.Total, s.err = first.Count(ctx); s.err != nil {
			return nil
		}
		return distinctTotal(&first)
	}
	return distinctTotal(s.first)
}

// countFirstPage counts the rows of a list that consists of its first page.
func (s *stream[T]) countFirstPage() *int {
	rows := map[model.ID]bool{}
	var repeated duplicates[T]
	for i, row := range s.first.Items {
		if rows[row.GlobalID()] && repeated.differs(s.first, i) {
			s.addConflict()
			return nil
		}
		if Accepts(row, s.query) {
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
			resumed := s.pages == 0 && (s.headAt.Token != "" || s.headAt.Index > 0)
			s.page = s.fetch(ctx, s.headAt.Token)
			if s.page == nil {
				return false
			}
			if resumed && s.page.MayRepeat && s.skipRepeated(ctx) {
				continue
			}
			s.skipSeen()
			if s.headAt.Index == 0 && repeats(s.page, s.seen) {
				s.err = &providers.Error{Kind: providers.Incomplete, Provider: s.provider, Detail: "the vendor repeats a page; the rest was not read"}
				return false
			}
		}
		for s.headAt.Index < len(s.page.Items) {
			row := s.page.Items[s.headAt.Index]
			s.headAt.Index++
			isNew := s.isNew(row)
			if isNew || s.page.Total != nil && s.repeated.before(s.page, s.headAt.Index-1) {
				s.headAt.Rows++
			}
			if !isNew {
				if s.repeated.differs(s.page, s.headAt.Index-1) {
					s.addConflict()
				}
				continue
			}
			if s.page.MayRepeat && s.counts && !s.headAt.Last && !s.noCursors {
				s.headAt.Seen += s.rowDigest(row.GlobalID().VendorID())
			}
			if Accepts(row, s.query) {
				s.head = row
				return true
			}
		}
		if s.page.Partial {
			if !s.readWhole(ctx) {
				return false
			}
			continue
		}
		if s.page.Next == "" {
			s.checkTotal()
			return false
		}
		s.headAt.Token, s.headAt.Index = s.page.Next, s.headAt.Index-len(s.page.Items)
		s.page = nil
	}
}

// checkTotal reports a list that has ended with fewer rows than the vendor's total. If
// pages differ in it, the largest counts: the list has changed while it was read, and a row
// that was removed moved one over the border between two pages, where it was not read.
func (s *stream[T]) checkTotal() {
	if !s.counts || s.headAt.Last || s.most == nil || s.headAt.Rows >= *s.most || !s.gaps.Empty() || s.err != nil {
		return
	}
	s.gaps.Add(Gaps{Providers: []*model.Provider{s.provider}, Errors: []error{&providers.Error{
		Kind: providers.Incomplete, Provider: s.provider,
		Detail: fmt.Sprintf("the list has ended after %d rows, but the vendor counts %d", s.headAt.Rows, *s.most),
	}}})
}

// addConflict adds the gap of rows that differ and have one id, once.
func (s *stream[T]) addConflict() {
	if s.conflict {
		return
	}
	s.conflict = true
	s.gaps.Add(Gaps{Providers: []*model.Provider{s.provider}, Errors: []error{&providers.Error{
		Kind: providers.BadResponse, Provider: s.provider, Detail: "different rows have one id; only the first one is in the list",
	}}})
}

// repeats reports whether all rows of a page are among those of earlier pages: the
// vendor does not advance. Where rows may repeat, that is no sign of it.
func repeats[T model.Node](page *providers.Page[T], seen map[model.ID]bool) bool {
	return len(page.Items) > 0 && !page.MayRepeat &&
		!slices.ContainsFunc(page.Items, func(row T) bool { return !seen[row.GlobalID()] })
}

// isNew reports whether a row has not been seen, and marks it as seen.
func (s *stream[T]) isNew(row T) bool {
	if s.seen[row.GlobalID()] {
		return false
	}
	s.seen[row.GlobalID()] = true
	return true
}
