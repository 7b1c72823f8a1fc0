package transport

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
)

// limits bound a cache of documents.
type limits struct {
	// entries bounds the number of documents, and bytes their total length.
	entries, bytes int
	// longest bounds one document, so that it does not evict many others.
	longest int
}

// parsedDocuments are the limits of a cache of parsed documents. A parsed document takes
// about forty times its text, so that a cache of a megabyte holds 40 MB at most; the few
// hundred documents of a frontend take less.
func parsedDocuments(bytes int) limits {
	return limits{entries: bytes, bytes: bytes, longest: 16 << 10}
}

// documentCache caches values by the text or the hash of a document. Safe for
// concurrent use.
type documentCache[T any] struct {
	entries *otter.Cache[string, documentEntry[T]]
	longest int
}

type documentEntry[T any] struct {
	value T
	// size is the length of the document in bytes.
	size int
}

var _ graphql.Cache[int] = (*documentCache[int])(nil)

func newDocumentCache[T any](l limits) *documentCache[T] {
	// Each entry weighs its share of the bytes at least, so that one limit bounds both.
	share := l.bytes / l.entries
	return &documentCache[T]{longest: l.longest, entries: otter.Must(&otter.Options[string, documentEntry[T]]{
		MaximumWeight: uint64(l.bytes),
		Weigher:       func(_ string, e documentEntry[T]) uint32 { return uint32(max(e.size, share)) },
		// Maintenance is cheap; run it in the goroutine that adds.
		Executor: func(f func()) { f() },
	})}
}

// Get returns the cached value of a document.
func (c *documentCache[T]) Get(_ context.Context, key string) (value T, ok bool) {
	e, ok := c.entries.GetIfPresent(key)
	return e.value, ok
}

// Add caches the value of a document by its text.
func (c *documentCache[T]) Add(_ context.Context, text string, value T) {
	c.add(text, value, len(text))
}

// add caches a value of a document of this size. It ignores a document that is too
// long, and keeps an existing value.
func (c *documentCache[T]) add(key string, value T, size int) {
	if size <= c.longest {
		c.entries.SetIfAbsent(key, documentEntry[T]{value, size})
	}
}
