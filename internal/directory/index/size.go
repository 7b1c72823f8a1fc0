package index

import (
	"context"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// size finds out whether a list is long enough for an index. It is safe for concurrent use.
type size[T model.Node] struct {
	options Options
	version func() uint64
	// isIndexed reports whether there is an index, or one is being built.
	isIndexed func() bool
	// collection and query are the list.
	collection providers.Collection[T]
	query      providers.Query

	mu sync.Mutex
	// small is set when the list was shorter than MinRows at the time measured, in a version
	// of the provider.
	small    bool
	measured time.Time
	at       uint64
}

// listSize is the size of a list of any type.
type listSize interface {
	isLarge(ctx context.Context) bool
	// isMeasured reports whether isLarge returns without a call.
	isMeasured() bool
}

func (s *size[T]) isMeasured() bool {
	return s.options.MinRows == 0 || s.isIndexed() || s.isSmall()
}

// isLarge reports whether the list has MinRows rows. To find out, it reads the list until it
// knows, and not again while an index would be fresh. If it does not know when waiting has
// ended, or the vendor limits the rate behind the first page, the list is read behind the
// operation, as a large one. If it cannot be read, it is not large: what reads it next finds out why.
func (s *size[T]) isLarge(ctx context.Context) bool {
	if s.options.MinRows == 0 || s.isIndexed() {
		return true
	}
	if s.isSmall() {
		return false
	}
	version, now := s.version(), s.options.Now()
	limited, cancel := waiting(ctx)
	defer cancel()
	reader := readahead.New(limited, readahead.Concurrent, func(ctx context.Context, token string) (*providers.Page[T], error) {
		return s.collection.Page(ctx, s.query, token)
	})
	defer reader.Stop()
	reader.SetFirstPages(providers.FirstPages(s.collection, s.query))
	rows, wanted := 0, max(1, s.options.MinRows/pageSize)
	for token := ""; ; {
		page, err := reader.Page(token, wanted)
		if err != nil {
			return limited.Err() != nil && ctx.Err() == nil || token != "" && providers.KindOf(err) == providers.RateLimited
		}
		rows += len(page.Items)
		switch {
		case rows >= s.options.MinRows, page.Total != nil && *page.Total >= s.options.MinRows:
			return true
		case page.Next == "" || page.Total != nil || page.Next == token:
			s.mu.Lock()
			defer s.mu.Unlock()
			s.small, s.measured, s.at = true, now, version
			return false
		}
		if token = page.Next; len(page.Items) > 0 {
			wanted = (s.options.MinRows - rows + len(page.Items) - 1) / len(page.Items)
		}
	}
}

func (s *size[T]) isSmall() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.small && s.at == s.version() && s.options.Now().Before(s.measured.Add(s.options.Fresh))
}
