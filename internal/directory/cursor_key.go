package directory

import (
	"encoding/binary"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/keyedhash"
)

// CursorKey is the secret of cursors, and of the digests of rows in them. Servers that shall
// continue each other's lists have the same. Without it, who has a cursor cannot find out from
// it the filter of its list or what a digest is of, and cannot make a cursor. A nil key is a constant that everybody knows, for tests. Safe for concurrent
// use.
type CursorKey struct{ hash *keyedhash.Hash }

var publicCursorKey = NewCursorKey(nil)

// NewCursorKey returns the key of a secret.
func NewCursorKey(secret []byte) *CursorKey { return &CursorKey{keyedhash.New(secret)} }

func (k *CursorKey) sum(parts ...string) [32]byte {
	if k == nil {
		k = publicCursorKey
	}
	return k.hash.Sum(parts...)
}

// Digest returns the keyed digest of parts, each of which is preceded by its length.
func (k *CursorKey) Digest(parts ...string) uint64 {
	sum := k.sum(parts...)
	return binary.BigEndian.Uint64(sum[:])
}

// list returns the identity of the list with a canonical description.
func (k *CursorKey) list(description string) model.ListID { return k.sum("list", description) }

// Short returns the first half of a digest.
func (k *CursorKey) Short(parts ...string) uint32 { return uint32(k.Digest(parts...) >> 32) }

// Check identifies the key, in tokens that are of no use with another one.
func (k *CursorKey) Check() uint32 { return k.Short("key") }
