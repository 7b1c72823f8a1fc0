package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// build is one reading of a list into a table. All but the table is set before done is
// closed.
type build[T model.Node, R any] struct {
	table *table[T, R]
	// started is when the reading began: the age of the oldest row is at most that.
	started time.Time
	// version is that of the provider when the reading began.
	version uint64
	cancel  context.CancelFunc
	done    chan struct{}

	mu sync.Mutex
	// total is the length of the list as far as the vendor tells it, 0 if it does not.
	total int
	gaps  directory.Gaps
	took  time.Duration
	err   error
}

// The attempts to read a page.
const (
	// maxAttempts bounds the attempts at a page that fails. A vendor that limits the rate
	// does not fail.
	maxAttempts = 4
	// minPause and maxPause bound the pause between two attempts where the vendor requests
	// none.
	minPause = time.Second
	maxPause = 30 * time.Second
)

// comparedFields are the fields of users that filters and orders compare.
var comparedFields = []string{"createdAt", "email", "lastLoginAt", "name", "status", "updatedAt"}

// comparedOfMemberships are those of memberships, beside their users' fields.
var comparedOfMemberships = []string{"license", "role", "status"}

// source is where a build reads rows from.
type source[T model.Node] struct {
	collection providers.Collection[T]
	provider   *model.Provider
	maxRows    int
	concurrent int
}

// run reads the list to its end.
func (b *build[T, R]) run(ctx context.Context, s source[T]) error {
	reader := readahead.New(ctx, s.concurrent, s.read)
	defer reader.Stop()
	seen := map[string]bool{}
	for token := ""; ; {
		page, err := reader.Page(token, math.MaxInt)
		if err != nil {
			return err
		}
		page = directory.CompletePage(ctx, s.collection, comparedFields, page)
		b.table.add(token, page.Items)
		b.report(token, page)
		if b.table.len() > s.maxRows {
			return &providers.Error{Kind: providers.Incomplete, Provider: s.provider,
				Detail: fmt.Sprintf("the list has more than %d rows, the maximum of an index", s.maxRows)}
		}
		if page.Next == "" {
			b.table.finish()
			return nil
		}
		if seen[page.Next] {
			return &providers.Error{Kind: providers.Incomplete, Provider: s.provider, Detail: "the vendor's pages do not advance"}
		}
		seen[page.Next] = true
		token = page.Next
	}
}

// answers reports whether a reading, or the error that it ended with, answers what concerns
// the tenant with a vendor id; "" is none. It does unless the tenant's own list may tell
// more: where the reading failed or has gaps, and of a tenant without rows, which the list of
// all memberships may not contain, or which the id may spell differently.
func (b *build[T, R]) answers(tenant string, err error) bool {
	if tenant == "" {
		return true
	}
	switch providers.KindOf(err) {
	case providers.Indexing, providers.Timeout, providers.Canceled:
		return true
	}
	return err == nil && b.gaps.Empty() && b.table.codec.hasTenant(tenant)
}

// report notes what a page tells of the list.
func (b *build[T, R]) report(token string, page *providers.Page[T]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if token == "" && page.Total != nil {
		b.total = *page.Total
	}
	b.gaps.Add(directory.GapsOf(page))
}

// read reads a page, several times if the vendor is unavailable or limits the rate. The
// first page is read once: its error is that of the query which needs the index.
func (s source[T]) read(ctx context.Context, token string) (*providers.Page[T], error) {
	for attempt := 1; ; attempt++ {
		page, err := s.collection.Page(ctx, providers.Query{}, token)
		if err == nil {
			return page, nil
		}
		var e *providers.Error
		if token == "" || !errors.As(err, &e) || ctx.Err() != nil {
			return nil, err
		}
		pause := min(minPause<<(attempt-1), maxPause)
		switch e.Kind {
		case providers.RateLimited:
			attempt = min(attempt, maxAttempts)
		case providers.Unavailable, providers.Timeout, providers.CircuitOpen, providers.BadResponse:
			if attempt == maxAttempts {
				return nil, err
			}
		default:
			return nil, err
		}
		if err := wait(ctx, max(pause, e.RetryAfter)); err != nil {
			return nil, err
		}
	}
}

// wait waits, or returns an error when ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return &providers.Error{Kind: providers.Canceled}
	}
}

// The bounds of the time after which a client can try again.
const (
	minRetryAfter = time.Second
	maxRetryAfter = time.Minute
)

// indexing is the error of a query that did not wait for the end of the build.
func (b *build[T, R]) indexing(p *model.Provider, now time.Time) error {
	b.mu.Lock()
	total := b.total
	b.mu.Unlock()
	rows := b.table.len()
	if rows == 0 {
		return &providers.Error{Kind: providers.Timeout, Provider: p}
	}
	elapsed := now.Sub(b.started)
	rest := elapsed
	if total > rows {
		rest = time.Duration(math.Ceil(float64(elapsed) * float64(total-rows) / float64(rows)))
	}
	return &providers.Error{
		Kind: providers.Indexing, Provider: p, RetryAfter: min(max(rest, minRetryAfter), maxRetryAfter),
		Detail: fmt.Sprintf("%d rows were read so far", rows),
	}
}
