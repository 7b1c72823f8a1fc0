package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// build is one reading of a provider's lists. What follows done is set before it is closed.
type build struct {
	users *table[*model.User, userRecord]
	// memberships is nil where they have no index. Its rows hold those of users.
	memberships *table[*model.Membership, membershipRecord]
	// members is the codec of memberships.
	members *membershipCodec
	// version is that of the provider when the reading began.
	version uint64
	cancel  context.CancelFunc
	done    chan struct{}

	gaps directory.Gaps
	// tookNanos is what took returns.
	tookNanos atomic.Int64
	// filled is the index that waiters get: this one, or what another replica has shared.
	filled *build
	err    error

	mu sync.Mutex
	// started is when the reading began, or when the first page was fetched that a query had
	// read before: the age of the oldest row is at most that.
	started time.Time
	// elsewhere is set while another replica reads the list.
	elsewhere bool
	// pausedUntil is when the reading continues that the vendor's limit of the rate delays; paused
	// is closed when that changes.
	pausedUntil time.Time
	paused      chan struct{}
	// pages is the number of the vendor's pages of a list that is too long for an index, at
	// least; 0 if it is not.
	pages int
	// total is the length of the list as far as the vendor tells it, 0 if it does not.
	total int
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
type source struct {
	users providers.Collection[*model.User]
	// memberships are nil where they have no index, and else the only list that is read.
	memberships providers.Collection[*model.Membership]
	provider    *model.Provider
	maxRows     int
	concurrent  int
	now         func() time.Time
}

// newBuild returns a build without rows.
func (s source) newBuild() *build {
	b, mu, rows := &build{done: make(chan struct{}), paused: make(chan struct{})}, new(sync.RWMutex), new(chunks)
	if s.memberships == nil {
		b.users = newTable(&userCodec{provider: s.provider}, mu, rows)
		return b
	}
	b.members = &membershipCodec{users: userCodec{provider: s.provider}}
	b.users = newTable(memberCodec{&b.members.users}, mu, rows)
	b.memberships = newTable(b.members, mu, rows)
	return b
}

// run reads the list to its end.
func (b *build) run(ctx context.Context, s source) error {
	var err error
	if s.memberships != nil {
		err = readList(ctx, b, s, s.memberships, b.addMemberships)
	} else {
		err = readList(ctx, b, s, s.users, b.addUsers)
	}
	if err == nil {
		b.finish()
	}
	return err
}

func readList[T model.Node](ctx context.Context, b *build, s source, c providers.Collection[T], add func(token string, rows []T)) error {
	reader := readahead.New(ctx, s.concurrent, func(ctx context.Context, token string) (*providers.Page[T], error) {
		return readPage(ctx, b, s, c, token)
	})
	defer reader.Stop()
	seen := map[string]bool{}
	for token := ""; ; {
		page, err := reader.Page(token, math.MaxInt)
		if err != nil {
			return err
		}
		page = directory.CompletePage(ctx, c, comparedFields, page)
		add(token, page.Items)
		b.holds(page.Freshness.FetchedAt)
		b.gaps.Add(directory.GapsOf(page))
		if token == "" && page.Total != nil {
			b.setTotal(*page.Total)
		}
		if b.exceeds(s.maxRows) {
			b.setPages(page.Total)
			return &providers.Error{Kind: providers.Incomplete, Provider: s.provider,
				Detail: fmt.Sprintf("the list is longer than its index may be, %d users and %d memberships (index.maxRows of this provider); raise index.maxRows, or look for users by their ids or addresses", s.maxRows, providers.MembershipsPerUser*s.maxRows)}
		}
		if page.Next == "" {
			return nil
		}
		if seen[page.Next] {
			return &providers.Error{Kind: providers.Incomplete, Provider: s.provider, Detail: "the vendor's pages do not advance"}
		}
		seen[page.Next] = true
		token = page.Next
	}
}

// beginPage makes the rows that are inserted next those of a page. The caller holds mu of the
// tables.
func (b *build) beginPage(token string) {
	b.users.beginPage(token)
	if b.memberships != nil {
		b.memberships.beginPage(token)
	}
}

// addUsers adds the rows of a page.
func (b *build) addUsers(token string, rows []*model.User) {
	b.users.mu.Lock()
	defer b.users.mu.Unlock()
	b.beginPage(token)
	var w writer
	for _, u := range rows {
		if !b.users.has(u) {
			b.users.pack(&w, u)
		}
	}
}

// addMemberships adds the rows of a page, and their users.
func (b *build) addMemberships(token string, rows []*model.Membership) {
	b.users.mu.Lock()
	defer b.users.mu.Unlock()
	b.beginPage(token)
	var w writer
	for _, m := range rows {
		if b.memberships.has(m) {
			continue
		}
		place := b.memberships.pack(&w, m)
		if !b.users.has(m.User) {
			b.users.insert(m.User, place)
		}
	}
}

// finish ends a reading that is complete.
func (b *build) finish() {
	b.users.mu.Lock()
	b.users.chunks.trim()
	b.users.mu.Unlock()
	b.users.finish()
	if b.memberships != nil {
		b.memberships.finish()
	}
}

// len is the number of rows of the list that were read.
func (b *build) len() int {
	if b.memberships != nil {
		return b.memberships.len()
	}
	return b.users.len()
}

// exceeds reports whether more than maxRows users, or more memberships than these may have
// together, were read.
func (b *build) exceeds(maxRows int) bool {
	return b.users.len() > maxRows || b.memberships != nil && (b.memberships.len()-1)/providers.MembershipsPerUser >= maxRows
}

// bytes is the memory that the rows take.
func (b *build) bytes() int {
	n := b.users.bytes()
	if b.memberships != nil {
		n += b.memberships.bytes()
	}
	b.users.mu.RLock()
	defer b.users.mu.RUnlock()
	return n + b.users.chunks.bytes()
}

// begin notes that the reading begins.
func (b *build) begin(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.started, b.elsewhere = now, false
}

// holds notes that the rows are those of a page which was fetched at this time.
func (b *build) holds(fetched time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !fetched.IsZero() && fetched.Before(b.started) {
		b.started = fetched
	}
}

// wait notes that another replica reads the list.
func (b *build) wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.elsewhere = true
}

// pauseUntil notes that the vendor's limit of the rate delays the reading.
func (b *build) pauseUntil(t time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pausedUntil = t
	close(b.paused)
	b.paused = make(chan struct{})
}

// pause returns until when the vendor's limit of the rate delays the reading, and a channel that
// is closed when that changes.
func (b *build) pause() (changed <-chan struct{}, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.paused, b.pausedUntil
}

func (b *build) setTotal(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total = n
}

// setPages notes that the list is too long for an index. total is its length, if it is known.
func (b *build) setPages(total *int) {
	rows, pages := b.len(), len(b.users.pages)
	if total != nil && rows > 0 {
		pages = max(pages, (*total*pages+rows-1)/rows)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pages = pages
}

// answers reports whether a reading, or the error that it ended with, answers what concerns
// the tenant with a vendor id; "" is none. It does unless the tenant's own list may tell
// more: where the reading failed or has gaps, and of a tenant without rows, which the list of
// all memberships may not contain, or which the id may spell differently.
func (b *build) answers(tenant string, err error) bool {
	if tenant == "" {
		return true
	}
	switch providers.KindOf(err) {
	case providers.Indexing, providers.Timeout, providers.Canceled:
		return true
	}
	return err == nil && b.gaps.Empty() && b.members.hasTenant(tenant)
}

// readPage reads a page, several times if the vendor is unavailable or limits the rate. If it is
// unavailable for the first page, this is read once: its error is that of the query which needs
// the index.
func readPage[T model.Node](ctx context.Context, b *build, s source, c providers.Collection[T], token string) (*providers.Page[T], error) {
	for attempt := 1; ; attempt++ {
		page, err := c.Page(ctx, providers.Query{}, token)
		if err == nil {
			return page, nil
		}
		var e *providers.Error
		if !errors.As(err, &e) || token == "" && e.Kind != providers.RateLimited || ctx.Err() != nil {
			return nil, err
		}
		pause := min(minPause<<(attempt-1), maxPause)
		switch e.Kind {
		case providers.RateLimited:
			attempt = min(attempt, maxAttempts)
			b.pauseUntil(s.now().Add(max(pause, e.RetryAfter)))
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
func (b *build) indexing(p *model.Provider, now time.Time) error {
	b.mu.Lock()
	total, elapsed, elsewhere, pause := b.total, now.Sub(b.started), b.elsewhere, b.pausedUntil.Sub(now)
	limited := pause > 0 || !b.pausedUntil.IsZero() && b.len() == 0
	b.mu.Unlock()
	rows := b.len()
	detail := fmt.Sprintf("%d rows were read so far", rows)
	switch {
	case elsewhere:
		detail = "another replica of the server reads the list"
	case limited:
		detail += "; the vendor limits the rate"
	case rows == 0:
		return &providers.Error{
			Kind: providers.Timeout, Provider: p, RetryAfter: min(max(elapsed, minRetryAfter), maxRetryAfter),
			Detail: "the vendor has sent no row of the list yet, which is still being read",
		}
	}
	rest := elapsed
	if total > rows {
		rest = time.Duration(math.Ceil(float64(elapsed) * float64(total-rows) / float64(rows)))
	}
	return &providers.Error{
		Kind: providers.Indexing, Provider: p, RetryAfter: max(pause, min(max(rest, minRetryAfter), maxRetryAfter)),
		Detail: detail,
	}
}

// took is how long the reading took, 0 while it lasts.
func (b *build) took() time.Duration { return time.Duration(b.tookNanos.Load()) }
