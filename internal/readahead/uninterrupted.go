package readahead

import "context"

// contextKey is the context key of Uninterrupted.
type contextKey struct{}

// Uninterrupted returns a context of readers whose calls go on when they are not wanted any more.
// Stop waits for them. It is for an operation that counts the calls that would begin.
func Uninterrupted(ctx context.Context) context.Context {
	return context.WithValue(ctx, contextKey{}, true)
}
