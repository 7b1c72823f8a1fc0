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

// apqLimits bound the documents that clients can register.
var apqLimits = limits{entries: 2000, bytes: 4 << 20, longest: 64 << 10}

func newAPQCache() *apqCache { return &apqCache{newDocumentCache[string](apqLimits)} }

// find returns the document with this hash. It computes the hash of what it found,
// so that no text is ever returned under another hash.
func (c *apqCache) find(ctx context.Context, hash string) (text string, ok bool) {
	if c == nil {
		return "", false
	}
	text, ok = c.byHash.Get(ctx, hash)
	if !ok || persisted.Sum(text) != hash {
		return "", false
	}
	return text, true
}

// register adds a document under its own hash.
func (c *apqCache) register(text string) {
	c.byHash.add(persisted.Sum(text), strings.Clone(text), len(text))
}
