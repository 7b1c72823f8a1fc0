package pagecache

import (
	"context"
	"time"
)

// kept is the part of the time of an operation that a lookup leaves over.
const kept = 10

// Deadline returns when a lookup that begins now ends at the latest; zero if ctx has no
// deadline. A tenth of the time that is left is kept, so that an operation that waits for a
// vendor in vain can still return, and continue to read, what others have.
func Deadline(ctx context.Context) time.Time {
	deadline, ok := ctx.Deadline()
	if !ok {
		return time.Time{}
	}
	return deadline.Add(-time.Until(deadline) / kept)
}

// WithDeadline returns a context that ends at the Deadline of ctx.
func WithDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline := Deadline(ctx)
	if deadline.IsZero() {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, deadline)
}
