package pagecache

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	// revalidateTimeout bounds a revalidation; it is longer than any vendor call with its
	// retries.
	revalidateTimeout = 30 * time.Second
	// After a failed revalidation, the next one waits; the delay doubles up to maxBackoff.
	minBackoff, maxBackoff = time.Second, time.Minute
	// maxBackoffs bounds the number of backoffs, some 100 bytes each.
	maxBackoffs = 1 << 14
)

// backoff is when a key may be revalidated again.
type backoff struct {
	until time.Time
	delay time.Duration
}

func newBackoffs() (*otter.Cache[typedKey, backoff], error) {
	return otter.New(&otter.Options[typedKey, backoff]{
		MaximumSize:      maxBackoffs,
		ExpiryCalculator: otter.ExpiryWriting[typedKey, backoff](2 * maxBackoff),
	})
}

// revalidate fetches keys that were served stale, in the background. It leaves out keys
// that are in flight and keys that failed a moment ago. It carries no values of the
// operation that was served: the calls do not count against its budget or trace. A reader may
// forbid it.
func (c *Cache) revalidate(s *Scope, stale []typedKey, l loader) {
	if len(stale) == 0 || s.reader != nil && !s.reader.MayRevalidate() {
		return
	}
	now := c.now()
	due := filter(stale, func(k typedKey) bool {
		failed, ok := c.backoffs.GetIfPresent(k)
		return !ok || !now.Before(failed.until)
	})
	c.calls.Start(c.ctx, due, func(ctx context.Context, calls []*call) {
		ctx, cancel := context.WithTimeout(ctx, revalidateTimeout)
		defer cancel()
		c.load(ctx, &batch{scope: s, loader: l, background: true}, calls)
	})
}

// revalidated records the outcome of a revalidation.
func (c *Cache) revalidated(k typedKey, o outcome) {
	switch o.err {
	case nil:
		c.backoffs.Invalidate(k)
		c.count(Refreshed, 1, 0)
		return
	case error(errElsewhere):
		c.backoffs.Set(k, backoff{until: c.now().Add(minBackoff), delay: minBackoff / 2})
		return
	}
	delay := minBackoff
	if before, ok := c.backoffs.GetIfPresent(k); ok {
		delay = min(2*before.delay, maxBackoff)
	}
	c.backoffs.Set(k, backoff{until: c.now().Add(delay), delay: delay})
	c.count(RefreshFailed, 1, 0)
}
