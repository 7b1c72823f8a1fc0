package index

import (
	"context"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/providers"
)

// live keeps the index of one provider: it is built when a query needs it, and built again
// while queries use it. It is safe for concurrent use.
type live struct {
	ctx     context.Context
	options Options
	version func() uint64
	source  source
	// shared is where replicas share the index; nil if they do not.
	shared *shared
	// invalidate removes what was read with the credential, at all replicas.
	invalidate func()

	mu sync.Mutex
	// current is the latest index, nil if there is none that may be served.
	current *build
	// building is the reading in progress.
	building *build
	// failed is the error of the latest reading, which is not repeated before retryAt.
	failed  error
	retryAt time.Time
	// failedRows is how many rows that reading had read, if the vendor failed it at a later page
	// than the first, else 0.
	failedRows int
	// pages is the number of the vendor's pages of a list that is too long for an index, if
	// failed is for that, else 0.
	pages int
	// used is set when a query has used the index since it was built.
	used  bool
	timer *time.Timer
}

// The time after which a reading that failed is repeated.
const retryAfterFailure = 5 * time.Second

// get returns an index that may be served, or starts one and waits for it, for as long as
// waiting allows. Beside an error of kind Indexing, the index is what has been read so far. A dry
// run starts none and does not wait.
func (l *live) get(ctx context.Context) (b *build, err error) {
	if dry := operation.From(ctx).DryRun; dry != nil {
		return l.peek(dry)
	}
	limited, cancel := waiting(ctx)
	defer cancel()
	for {
		serve, building, err := l.acquire()
		if serve != nil || err != nil {
			return serve, err
		}
		paused, until := building.pause()
		if end, ok := limited.Deadline(); ok && until.After(l.options.Now()) && time.Until(end) < until.Sub(l.options.Now()) {
			return building, building.indexing(l.source.provider, l.options.Now())
		}
		select {
		case <-building.done:
			if l.isValid(building) {
				return building.filled, nil
			}
			if building.err != nil && providers.KindOf(building.err) != providers.Canceled {
				return nil, building.err
			}
			if l.ctx.Err() != nil {
				return nil, building.err
			}
		case <-paused:
		case <-limited.Done():
			if ctx.Err() != nil {
				return nil, &providers.Error{Kind: providers.Canceled, Provider: l.source.provider}
			}
			return l.unfinished(building)
		}
	}
}

// unfinished is the result of a query that does not wait longer for a reading. One that has read
// no more rows than the one before it, which the vendor failed, may fail at the same page: the
// error is that of the vendor, so that a client does not wait for it again and again.
func (l *live) unfinished(building *build) (*build, error) {
	l.mu.Lock()
	failed, rows := l.failed, l.failedRows
	l.mu.Unlock()
	if rows > 0 && building.len() <= rows {
		return nil, failed
	}
	return building, building.indexing(l.source.provider, l.options.Now())
}

// peek returns an index that may be served. It starts none.
func (l *live) peek(dry *operation.DryRun) (*build, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.discard()
	if l.current == nil {
		dry.AddUnknown()
		return nil, &providers.Error{Kind: providers.BudgetExceeded, Provider: l.source.provider}
	}
	return l.current, nil
}

// waitShare is the share of the time until the deadline of an operation for which one list
// waits for an index. The rest is for the other lists of the operation, and for what it reads
// of the rows.
const waitShare = 2

// waiting returns a context that ends when a list of the operation has waited long enough for
// an index.
func waiting(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(end)/waitShare)
}

// acquire returns the index that is served, or the reading to wait for.
func (l *live) acquire() (serve, building *build, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.discard()
	l.used = true
	now := l.options.Now()
	if l.current != nil && now.Before(l.freshUntil(l.current)) {
		return l.current, nil, nil
	}
	if l.building == nil {
		if now.Before(l.retryAt) && l.current == nil {
			return nil, nil, l.failed
		}
		if !now.Before(l.retryAt) {
			l.start(now)
		}
	}
	return l.current, l.building, nil
}

// discard removes the index that may not be served any more, and ends a reading that began
// before an invalidation.
func (l *live) discard() {
	version := l.version()
	if c := l.current; c != nil && (c.version != version || !l.options.Now().Before(l.expiry(c))) {
		l.current = nil
	}
	if b := l.building; b != nil && b.version != version {
		b.cancel()
		l.building, l.failed, l.retryAt, l.failedRows = nil, nil, time.Time{}, 0
	}
}

// freshUntil returns when an index becomes stale. One whose reading took long is fresh for
// longer, so that the vendor is not read all the time.
func (l *live) freshUntil(b *build) time.Time {
	return b.started.Add(max(l.options.Fresh, 2*b.took()))
}

func (l *live) expiry(b *build) time.Time {
	return l.freshUntil(b).Add(l.options.Stale)
}

// isValid reports whether a reading has ended without an error, and nothing was invalidated
// since it began.
func (l *live) isValid(b *build) bool {
	return b.err == nil && b.version == l.version()
}

// start begins to build the index.
func (l *live) start(now time.Time) {
	ctx, cancel := context.WithCancel(l.ctx)
	b := l.source.newBuild()
	b.started, b.version, b.cancel = now, l.version(), cancel
	l.building = b
	go func() {
		defer cancel()
		filled, lease, err := l.fill(ctx, b, l.current)
		l.end(b, filled, err)
		if lease != nil {
			if err == nil && l.isValid(b) {
				l.shared.keep(ctx, lease, b, l.freshUntil(b), l.options.Stale)
			}
			lease.Release()
		}
	}()
}

// fill returns the index that another replica has shared after the current one, or reads the
// list into b. While another replica reads it, fill waits. The lease is for what was read.
func (l *live) fill(ctx context.Context, b, current *build) (filled *build, lease providers.SnapshotLease, err error) {
	err = &providers.Error{Kind: providers.BadResponse, Provider: l.source.provider, Detail: "the rows cannot be indexed"}
	defer func() { _ = recover() }() // a row that cannot be packed fails the reading only
	if l.shared != nil {
		var failed error
		if filled, lease, failed = l.shared.await(ctx, l.source, b, current); filled != nil || failed != nil {
			return filled, nil, failed
		}
		b.begin(l.options.Now())
	}
	began := l.options.Now()
	err = b.run(ctx, l.source)
	b.tookNanos.Store(int64(l.options.Now().Sub(began)))
	return b, lease, err
}

// end publishes what b was filled with, or the error.
func (l *live) end(b, filled *build, err error) {
	refused, repeated := l.publish(b, filled, err)
	if refused {
		l.invalidate()
	}
	if repeated >= 0 && providers.KindOf(err) != providers.Canceled {
		l.options.Observe(err, repeated)
	}
}

// publish reports whether the vendor refuses what it allowed before, and when the reading may be
// repeated; that is negative if another one has replaced it.
func (l *live) publish(b, filled *build, err error) (refused bool, repeated time.Duration) {
	kind := providers.KindOf(err)
	kept := kind == providers.Forbidden && l.shared.exists(l.options.Now())
	l.mu.Lock()
	defer l.mu.Unlock()
	defer close(b.done)
	now := l.options.Now()
	b.err, b.filled = err, filled
	if l.building != b {
		return false, -1
	}
	l.building, l.pages, l.failedRows = nil, b.pages, 0
	switch {
	case err == nil && l.isValid(b):
		l.current, l.failed, l.retryAt, l.used = filled, nil, time.Time{}, false
	case err == nil: // invalidated meanwhile
	case kind == providers.Unauthenticated:
		l.current = nil
	case kind == providers.Forbidden && (kept || l.current != nil):
		l.current = nil
		return true, 0
	case kind == providers.Incomplete:
		l.failed, l.retryAt = err, now.Add(l.options.Fresh)
	case kind != providers.Canceled && l.current == nil && b.len() == 0:
		l.failed, l.retryAt = err, time.Time{} // the first page: each query asks the vendor
	case kind != providers.Canceled:
		l.failed, l.retryAt, l.failedRows = err, now.Add(retryAfterFailure), b.len()
	}
	l.schedule(now)
	return false, max(0, l.retryAt.Sub(now))
}

// schedule sets the timer to when the index is built again, if it is used until then, or
// released.
func (l *live) schedule(now time.Time) {
	if l.current == nil || l.ctx.Err() != nil {
		return
	}
	at := l.freshUntil(l.current).Add(-l.current.took())
	if !now.Before(at) {
		at = l.expiry(l.current)
		if l.used && now.Before(at) && l.retryAt.After(now) && l.retryAt.Before(at) {
			at = l.retryAt
		}
	}
	if l.timer == nil {
		l.timer = time.AfterFunc(at.Sub(now), l.tick)
		return
	}
	l.timer.Reset(at.Sub(now))
}

// tick builds the index again if it was used, and releases it when it has expired.
func (l *live) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.discard()
	if l.ctx.Err() != nil {
		return
	}
	now := l.options.Now()
	if l.used && l.current != nil && l.building == nil && !now.Before(l.retryAt) {
		l.start(now)
		return
	}
	l.schedule(now)
}

// tooLong reports whether the list is too long for an index, which err says, and the number of
// its pages, at least.
func (l *live) tooLong(err error) (pages int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pages, l.pages > 0 && err == l.failed
}

// isReadable reports whether a list that is too long for an index, which err says, is short
// enough to be read without one.
func (l *live) isReadable(err error) bool {
	pages, ok := l.tooLong(err)
	return ok && pages <= l.options.ListPages
}

// exists reports whether there is an index, also one that another replica shares, or one is
// being built.
func (l *live) exists() bool {
	l.mu.Lock()
	l.discard()
	exists := l.current != nil || l.building != nil
	l.mu.Unlock()
	return exists || l.shared.exists(l.options.Now())
}

// warm builds the index, and again when it is invalidated before a query has used it: the
// first connection to Redis invalidates what was read before it.
func (l *live) warm() {
	go func() {
		l.shared.awaitConnection(l.ctx)
		for {
			b, err := l.get(l.ctx)
			if err != nil || !l.isInvalidatedUnused(b) {
				return
			}
		}
	}()
}

// isInvalidatedUnused waits until a query has used an index, or the index ends. It reports
// whether it was invalidated before a query has used it.
func (l *live) isInvalidatedUnused(b *build) bool {
	for wait(l.ctx, maxPoll) == nil {
		l.mu.Lock()
		l.discard()
		used, ended := l.used, l.current == nil
		l.mu.Unlock()
		if used || ended {
			return !used && !l.isValid(b)
		}
	}
	return false
}

// Stats describes an index.
type Stats struct {
	State model.IndexState
	// Rows and Bytes are those of the index that is served, or else of the reading. Rows are
	// users, and memberships where these are indexed, together.
	Rows, Bytes int
	// BuiltAt is when the reading of the index that is served began; zero without one.
	BuiltAt time.Time
	// Took is how long its reading took.
	Took time.Duration
}

func (l *live) stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.discard()
	var s Stats
	b := l.current
	switch {
	case b != nil:
		s = Stats{State: model.IndexReady, BuiltAt: b.started, Took: b.took()}
		if !l.options.Now().Before(l.freshUntil(b)) {
			s.State = model.IndexStale
		}
	case l.building != nil:
		s.State, b = model.IndexBuilding, l.building
	case l.failed != nil:
		s.State = model.IndexFailed
	default:
		s.State = model.IndexNone
	}
	if b != nil {
		s.Rows, s.Bytes = b.users.len(), b.bytes()
		if b.memberships != nil {
			s.Rows += b.memberships.len()
		}
	}
	return s
}
