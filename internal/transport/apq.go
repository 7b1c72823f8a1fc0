package transport

import (
	"context"
	"strings"

	"github.com/accountgraph/accountgraph/internal/persisted"
)

// apqCache holds automatic persisted queries: documents by their SHA-256, which
// clients have sent together with the hash.
//
//	https://www.apollographql.com/docs/apollo-server/performance/apq
//
// It holds only documents that were executed. A client sends an evicted document
// again. A nil cache is empty. Safe for concurrent use.
type apqCache struct{ byHash *documentCache[string] }

// newAPQCache bounds the documents that clients can register, by their length, and by their
// number: 2000 in 4 MiB.
func newAPQCache(bytes int) *apqCache {
	return &apqCache{newDocumentCache[string](limits{entries: max(1, bytes*2000/(4<<20)), bytes: bytes, longest: 64 << 10})}
}

// find returns the document with this hash.
func (c *apqCache) find(ctx context.Context, hash string) (text string, ok bool) {
	if c == nil {
		return "", false
	}
	return c.byHash.Get(ctx, hash)
}

// register adds a document under its own hash, which it computes, so that no text is
// ever found under another hash.
func (c *apqCache) register(text string) {
	c.byHash.add(persisted.Sum(text), strings.Clone(text), len(text))
}
